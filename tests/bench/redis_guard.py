#!/usr/bin/env python3
"""Guards what a Redis command costs: redis_guard.py PROGRAM (build/tests/redis-cost).

Instructions, as callgrind counts them, and allocations are the same in each run on whatever machine, so that a step
back is seen at once, which no clock would show. The last line is "N passed, N failed".
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# 930 when this was written, by g++ 12. Lower it when it has become less.
INSTRUCTIONS = 1000
COMMANDS = 16000


def instructions(program, commands):
    with tempfile.TemporaryDirectory(prefix="cyclone-guard-") as folder:
        told = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=%s" % (Path(folder) / "out"), program, str(commands)],
            capture_output=True, text=True, check=True, timeout=300).stderr
    return int(re.search(r"Collected : (\d+)", told).group(1))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    took = (instructions(program, 2 * COMMANDS) - instructions(program, COMMANDS)) / COMMANDS
    told = subprocess.run([program, str(COMMANDS)], capture_output=True, text=True, check=True, timeout=60).stdout
    allocations = int(told.split()[0])
    failed = 0
    for what, value, most in (("instructions per command", took, INSTRUCTIONS),
                              ("allocations of %d commands" % COMMANDS, allocations, 0)):
        good = value <= most
        failed += not good
        print("%s %s: %g, at most %g" % ("ok" if good else "FAILED", what, value, most))
    print("%d passed, %d failed" % (2 - failed, failed))
    return failed != 0


sys.exit(main())
