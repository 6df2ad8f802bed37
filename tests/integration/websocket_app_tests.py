"""What the tests of websocket_app.cpp have in common: the program that they talk to, and how they are run."""
import asyncio
import inspect
import os
import subprocess
import sys
import traceback


class App:
    """The program, once run() has started it."""
    process = None
    port = 0


app = App()
tests = []


def test(function):
    """Makes a test of a function, which may be a coroutine."""
    tests.append(function)
    return function


def call(function):
    if inspect.iscoroutinefunction(function):
        asyncio.run(asyncio.wait_for(function(), 60))
    else:
        function()


def run(**environment):
    """Starts the program that the command line names, with `environment` beside ours, and calls each test, in the order
    in which they stand; where words follow, those whose name has one of them. Prints "N passed, M failed" and exits.
    """
    path, *words = sys.argv[1:]
    app.process = subprocess.Popen([path, "--port=0", "--logging=none"], stdout=subprocess.PIPE, text=True,
                                   env=dict(os.environ, **environment))
    passed = failed = 0
    try:
        app.port = int(app.process.stdout.readline().split()[-1])
        for function in tests:
            if words and not any(word in function.__name__ for word in words):
                continue
            try:
                call(function)
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED: {function.__name__}")
                traceback.print_exc(limit=-3, file=sys.stdout)
    finally:
        if app.process.poll() is None:
            app.process.terminate()
        if app.process.wait(20) != 0:
            failed += 1
            print(f"FAILED: the server ended with {app.process.returncode}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
