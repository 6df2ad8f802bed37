#!/usr/bin/env python3
"""Drives redis-live and redis-monitor as processes, against real redis-servers.

    tests/integration/programs.py [--build=FOLDER] [--list] [NAME...]

FOLDER is the one of meson (build unless given). NAMEs choose the tests whose name has one of them
in it. The last line is `N passed, N failed`, and the exit status says the same.
"""

import argparse
import pathlib
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from programs import counts, faults, golden, harness, refusals  # noqa: E402


def all_tests():
    for module in (refusals, golden, counts, faults):
        for name, test in module.tests():
            yield f"{module.__name__.split('.')[-1]}.{name}", test


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    harness.use_build(pathlib.Path(arguments.build).resolve())

    passed = failed = 0
    for name, test in all_tests():
        if arguments.names and not any(part in name for part in arguments.names):
            continue
        if arguments.list:
            print(name)
            continue
        started = time.monotonic()
        try:
            with harness.Scene() as scene:
                test(scene)
        except Exception:
            failed += 1
            print(f"FAILED {name} ({time.monotonic() - started:.1f} s)", flush=True)
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok     {name} ({time.monotonic() - started:.1f} s)", flush=True)
    if arguments.list:
        return 0
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
