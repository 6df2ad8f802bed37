#!/usr/bin/env python3
"""Clients that are many, slow, or gone: others are served on meanwhile, and the memory comes back.

    tests/integration/slow_clients.py APP        APP is the conformance application
"""
import contextlib
import re
import resource
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 2.0
LARGE = 20_000_000
GET = b"GET %s HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "--port=0", "--static=%s" % folder, "--patience=%d" % (PATIENCE * 1000), "--logging=error"],
            stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r"\d+", self.process.stdout.readline()).group())

    def connect(self, receive_buffer=None, source="127.0.0.1"):
        client = socket.socket()
        client.settimeout(20)
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        # Of one address only some 28,000 ports are free.
        client.bind((source, 0))
        client.connect(("127.0.0.1", self.port))
        return client

    def rss(self):
        """Bytes of memory that the process really has."""
        text = Path("/proc/%d/status" % self.process.pid).read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1))

    def open_connections(self):
        """As the server counts them, without the one that asks."""
        with self.connect() as client:
            client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") % b"/metrics")
            text = read_all(client).decode()
        return int(re.search(r"(?m)^http_connections_open (\d+)$", text).group(1)) - 1

    def wait_for_connections(self, count, seconds=10):
        end = time.monotonic() + seconds
        while (opened := self.open_connections()) != count:
            assert time.monotonic() < end, "%d connections are open, not %d" % (opened, count)
            time.sleep(0.02)

    def latencies(self, requests=400):
        """Seconds that each of many requests takes, one after the other on one connection."""
        times = []
        with self.connect() as client:
            for _ in range(requests):
                begin = time.monotonic()
                client.sendall(GET % b"/hello")
                answer = client.recv(4096)
                times.append(time.monotonic() - begin)
                assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"Hello, World!")
        return times


def read_all(client):
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            received += piece
    return received


def disconnect(client):
    """Goes without a word, as somebody does whose machine is switched off and on again."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()


def show(name, times):
    times = sorted(times)
    median, p99 = statistics.median(times), times[len(times) * 99 // 100]
    print("%-44s p50 %.2f ms, p99 %.2f ms" % (name, median * 1000, p99 * 1000), flush=True)
    return median, p99


class Tests:
    def __init__(self, server, most):
        self.server, self.most = server, most
        self.usual, _ = show("alone", server.latencies())

    def served_as_usual(self, name):
        """The median is the server's doing; single slow requests are this machine's."""
        median, p99 = show(name, self.server.latencies())
        assert median < 5 * self.usual + 0.002, "%s: others wait %.1f ms" % (name, median * 1000)
        assert p99 < 0.25, "%s: some wait %.1f ms" % (name, p99 * 1000)

    def crowd(self, number):
        """So many idle connections that have all been served once."""
        clients = []
        for i in range(self.most):
            client = self.server.connect(source="127.0.%d.%d" % (number, 1 + i // 5000))
            client.sendall(GET % b"/hello")
            assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
            clients.append(client)
        return clients

    def idle_connections_are_cheap_and_their_memory_comes_back(self):
        before = self.server.rss()
        crowd = self.crowd(1)
        self.server.wait_for_connections(self.most)
        with_crowd = self.server.rss()
        self.served_as_usual("with %d idle connections" % self.most)
        each = (with_crowd - before) / self.most
        for client in crowd:
            client.close()
        self.server.wait_for_connections(0)
        after = self.server.rss()
        # The second crowd finds what the first has left.
        crowd = self.crowd(2)
        for client in crowd:
            disconnect(client)
        self.server.wait_for_connections(0)
        again = self.server.rss()
        print("memory: %.1f MB, with %d idle connections %.1f MB (%.0f bytes each), then %.1f MB, and after as many again "
              "%.1f MB" % (before / 1e6, self.most, with_crowd / 1e6, each, after / 1e6, again / 1e6), flush=True)
        assert each < 1500, "an idle connection takes %.0f bytes" % each
        assert again <= with_crowd + 500_000, "a second crowd takes %.1f MB more than the first" % ((again - with_crowd) / 1e6)
        assert after - before < 2_000_000 + 200 * self.most, "%.1f MB do not come back" % ((after - before) / 1e6)

    def who_reads_a_byte_a_second_does_not_stop_others(self):
        clients = [self.server.connect(receive_buffer=4096) for _ in range(100)]
        before = self.server.rss()
        for client in clients:
            client.sendall(GET % b"/static/large")
        end = time.monotonic() + 1.5 * PATIENCE + 1
        self.served_as_usual("while 100 read a byte a second of 20 MB")
        # A file is not read into memory for them.
        assert self.server.rss() - before < 10_000_000
        while time.monotonic() < end:
            for client in clients:
                with contextlib.suppress(ConnectionError):
                    client.recv(1)
            time.sleep(1)
        self.server.wait_for_connections(0)
        for client in clients:
            assert len(read_all(client)) < LARGE
            client.close()

    def who_sends_a_byte_a_second_does_not_stop_others(self):
        heads = [self.server.connect() for _ in range(100)]
        bodies = [self.server.connect() for _ in range(100)]
        for client in bodies:
            client.sendall(POST)
        begin = time.monotonic()
        for second in range(20):
            for client in heads + bodies:
                with contextlib.suppress(ConnectionError):
                    client.sendall((b"GET /hello HTTP/1.1"[second:second + 1] or b"x") if client in heads[:1] else b"G")
            if second == 1:
                self.served_as_usual("while 200 send a byte a second")
            # The answer is there.
            if len(select.select(heads + bodies, [], [], 0)[0]) == 200:
                break
            time.sleep(1)
        took = time.monotonic() - begin
        for client in heads + bodies:
            answer = read_all(client)
            assert answer.startswith(b"HTTP/1.1 408 ") or answer == b"", answer[:100]
            client.close()
        assert took < 3 * PATIENCE + 3, "slow senders were borne with for %.1f s" % took
        self.server.wait_for_connections(0)

    def who_goes_at_any_moment_leaves_nothing_behind(self):
        moments = [b"", b"G", b"GET /hello HTTP/1.1\r\nHos", GET % b"/hello", GET % b"/slow", GET % b"/chunked", GET % b"/static/large",
                   POST, POST + b"x" * 50_000, GET % b"/hello" * 20, b"no request\r\n\r\n",
                   b"POST /stream_upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"]
        before = None
        for wave in range(4):
            for i in range(300):
                client = self.server.connect(source="127.0.%d.1" % (10 + wave))
                with contextlib.suppress(ConnectionError):
                    client.sendall(moments[i % len(moments)])
                    if i % 3 == 1:
                        select.select([client], [], [], 0.01)
                        client.setblocking(False)
                        with contextlib.suppress(BlockingIOError):
                            client.recv(10)
                (disconnect if i % 2 else socket.socket.close)(client)
            self.server.wait_for_connections(0)
            if wave == 0:
                before = self.server.rss()
        grown = self.server.rss() - before
        print("memory after 1200 that went at some moment: %+.1f MB" % (grown / 1e6), flush=True)
        assert grown < 3_000_000
        self.served_as_usual("when they have gone")


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = 10_000 if hard == resource.RLIM_INFINITY else min(10_000, hard - 500)
    folder = Path(tempfile.mkdtemp(prefix="cyclone-slow-clients-"))
    passed = failed = 0
    server = None
    try:
        (folder / "large").write_bytes(b"x" * LARGE)
        server = Server(sys.argv[1], folder)
        tests = Tests(server, most)
        for test in (tests.idle_connections_are_cheap_and_their_memory_comes_back,
                     tests.who_reads_a_byte_a_second_does_not_stop_others,
                     tests.who_sends_a_byte_a_second_does_not_stop_others,
                     tests.who_goes_at_any_moment_leaves_nothing_behind):
            try:
                test()
                passed += 1
            except (AssertionError, OSError) as error:
                failed += 1
                print("%s: %s: %s" % (test.__name__, type(error).__name__, error), flush=True)
    finally:
        if server:
            server.process.terminate()
            try:
                if server.process.wait(15) != 0:
                    failed += 1
                    print("the server has ended with %d" % server.process.returncode)
            except subprocess.TimeoutExpired:
                server.process.kill()
                failed += 1
                print("the server does not end on SIGTERM")
        shutil.rmtree(folder)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed != 0)


main()
