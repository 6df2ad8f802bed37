"""The group `redis` of tests/bench/run: what a Redis command costs, beside redis-benchmark and hiredis."""
import json
import os
import shutil
import subprocess


def redis_group(build, say, row):
    """A group, which starts the program that measures; its rows go to `row`."""
    program = build / "tests" / "redis-bench"

    def run():
        say("redis: %s" % program)
        missing = [name for name in ("redis-server", "redis-benchmark", "taskset") if not shutil.which(name)]
        if not program.exists():
            missing.insert(0, "%s (ninja -C %s tests/redis-bench)" % (program, build))
        if missing:
            say("  (left out: there is no %s)" % ", ".join(missing))
            return
        if os.cpu_count() < 2:
            say("  (left out: the server and we need a core each)")
            return
        done = subprocess.run([str(program), "--json"], stdout=subprocess.PIPE, text=True)
        # 1 says that a goal was missed, which the rows say too.
        if done.returncode not in (0, 1):
            raise RuntimeError("%s ended with %s" % (program, done.returncode))
        for r in json.loads(done.stdout):
            row(r["group"], r["name"], r["unit"], r["ours"], r["peers"], r["goal"], r["met"])

    return run
