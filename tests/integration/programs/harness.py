"""What the tests of the programs are made of: processes, a Redis client, requests."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[3]
_build = ROOT / "build"


def use_build(folder):
    global _build
    _build = folder


def program(name):
    path = _build / "redislive" / name
    assert path.exists(), f"{path} is not built"
    return str(path)


def wait_for(condition, what, seconds=30.0):
    """Asks `condition` until it is true, and gives what it said."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"after {seconds:.0f} s still not: {what}"
        time.sleep(0.05)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def encode(*words):
    """A command as Redis reads it; words are bytes, text or numbers."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(parts)


class Client:
    """A connection to a Redis, which sends nothing that it was not told to."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        return rest.decode() if kind == b"+" else RuntimeError(rest.decode())

    def __call__(self, *words):
        self.socket.sendall(encode(*words))
        answer = self.read()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send(self, commands, in_flight=1000):
        """Sends encoded commands, so many at a time, and checks that none fails."""
        for at in range(0, len(commands), in_flight):
            part = commands[at:at + in_flight]
            self.socket.sendall(b"".join(part))
            for _ in part:
                answer = self.read()
                if isinstance(answer, Exception):
                    raise answer


class Redis:
    """A redis-server of its own, on a port that it keeps when it is started again."""

    def __init__(self, folder, *flags):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.id = f"127.0.0.1:{self.port}"
        self.flags = flags
        self.process = None
        self.start()

    def start(self, *flags, ready=True):
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder,
             "--save", "", "--logfile", self.folder / "log", *self.flags, *flags])
        if ready:
            wait_for(self.answers, "redis-server answers")

    def answers(self):
        try:
            with Client(self.port):
                return True
        except OSError:
            return False

    def client(self):
        return Client(self.port)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


class Program:
    """One of ours, with what it has said on stderr in a file."""

    def __init__(self, folder, name, *flags, env=None):
        self.log = pathlib.Path(tempfile.mkstemp(dir=folder, prefix=name, suffix=".log")[1])
        self.process = subprocess.Popen(
            [program(name), *map(str, flags)], cwd=folder, env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True)

    def stop(self):
        """Ends it as Ctrl-C does, and gives its status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(15)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def said(self):
        return self.log.read_text()


class RedisLive(Program):
    def __init__(self, folder, *flags, env=None):
        super().__init__(folder, "redis-live", "--port=0", *flags, env=env)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"RedisLive: http://127\.0\.0\.1:(\d+)/\n", line)
        assert match, f"it printed {line!r} and {self.said()!r}"
        self.port = int(match[1])

    def request(self, path, headers=None):
        """The status, the headers and the body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def get(self, path, **query):
        """The answer to `/api/path`, which is to be a good one."""
        query = {name.rstrip("_"): value for name, value in query.items()}
        url = f"/api/{path}?{urllib.parse.urlencode(query)}"
        status, _, body = self.request(url)
        assert status == 200, f"{url}: {status} {body!r} {self.said()}"
        return json.loads(body)

    def status(self, server, **query):
        return self.get("status", server=server, **query)

    def wait_for_state(self, server, state, seconds=30.0):
        wait_for(lambda: self.status(server)["state"] == state, f"{server} is {state}", seconds)
        return self.status(server)

    def count(self, server, from_, to):
        """How many commands ran in the seconds of the range."""
        rows = self.get("commands", server=server, from_=from_, to=to, epochs=1)["data"]
        return sum(count for epoch, count in rows)


class Scene:
    """A test's folder and processes, all of which end with it."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="redislive-programs-"))
        self.processes = []
        return self

    def __exit__(self, kind, *_):
        for process in self.processes:
            with contextlib.suppress(Exception):
                if process.process.poll() is None:
                    process.kill()
        if kind is not None:
            for process in self.processes:
                if isinstance(process, Program):
                    print(f"--- {process.log.name}: {process.said()}")
        shutil.rmtree(self.folder, ignore_errors=True)

    def redis(self, *flags):
        redis = Redis(self.folder / f"redis-{len(self.processes)}", *flags)
        self.processes.append(redis)
        return redis

    def live(self, *flags, env=None):
        live = RedisLive(self.folder, *flags, env=env)
        self.processes.append(live)
        return live

    def monitor(self, *flags, env=None):
        monitor = Program(self.folder, "redis-monitor", "--quiet", *flags, env=env)
        self.processes.append(monitor)
        return monitor

    def store(self, kind):
        """A flag for an empty store of that kind; the Redis of it is in `self.stats`."""
        if kind == "sqlite":
            return f"--store=sqlite:{self.folder}/stats.sqlite"
        self.stats = self.redis("--appendonly", "yes", "--appendfsync", "no")
        return f"--store=redis://{self.stats.id}"


def tests_of(names):
    """The functions that begin with test_, with the arguments that cases() gave them."""
    for name, function in list(names.items()):
        if not name.startswith("test_"):
            continue
        for suffix, arguments in getattr(function, "cases", [("", ())]):
            yield (name.removeprefix("test_") + suffix,
                   lambda scene, f=function, a=arguments: f(scene, *a))


def cases(*arguments):
    def with_cases(function):
        function.cases = [("[" + ",".join(map(str, a)) + "]", a) for a in arguments]
        return function
    return with_cases


def equal(is_, should_be, what=""):
    assert is_ == should_be, f"{what}\n  is        {is_!r}\n  should be {should_be!r}"
