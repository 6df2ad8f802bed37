#!/usr/bin/env python3
"""Sends messages whose end is in doubt through nginx and directly to us, and counts requests.

    tests/integration/smuggling.py APP        APP is the conformance application

A request is smuggled where a proxy and the server behind it do not agree on where one ends and the next begins. So for each
message: what nginx says that it has forwarded is what we say that we have had, nobody else's answer comes to the next client,
and sent directly each request that we have counted has its answer.

That this would find a server that is wrong is shown first, by one that is on purpose.
"""
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PATIENCE = 10.0


def messages():
    """(name, bytes) of each message; BODY is what somebody would like to be taken for a request."""
    inner = b"GET /hello?smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)

    def post(name, fields, body=b"", line=b"POST /echo HTTP/1.1\r\nHost: h\r\n"):
        fields = b"".join(field + b"\r\n" for field in fields)
        yield name, line + fields + b"\r\n" + body

    size = b"Content-Length: %d" % len(inner)
    chunked = b"Transfer-Encoding: chunked"

    # Both framings.
    yield from post("cl then te", [size, chunked], b"0\r\n\r\n" + inner)
    yield from post("te then cl", [chunked, size], b"0\r\n\r\n" + inner)
    yield from post("cl 0 and te", [b"Content-Length: 0", chunked], chunk)
    yield from post("te and cl 0", [chunked, b"Content-Length: 0"], chunk)
    yield from post("cl of the chunks and te", [b"Content-Length: %d" % len(chunk), chunked], chunk)
    yield from post("cl too short and te", [b"Content-Length: 4", chunked], chunk)
    yield from post("cl too long and te", [b"Content-Length: 4000", chunked], chunk)
    yield from post("te identity and cl", [b"Transfer-Encoding: identity", size], inner)
    yield from post("http/1.0 with te", [chunked], chunk, b"POST /echo HTTP/1.0\r\nHost: h\r\n")
    yield from post("http/1.0 with te and cl", [chunked, size], b"0\r\n\r\n" + inner,
                    b"POST /echo HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n")

    # Ways to write Transfer-Encoding that one reads and another does not.
    for value in (b"xchunked", b"chunkedx", b"chunked, identity", b"identity, chunked", b"chunked, chunked", b"gzip, chunked",
                  b"chunked, gzip", b"gzip", b"chunked;q=1", b"\"chunked\"", b"Chunked", b"CHUNKED", b"chunked,", b",chunked",
                  b" chunked ", b"\tchunked", b"\x0bchunked", b"chunked\x0b", b"chun\x00ked", b"", b"x", b"trailers", b"chunked\x20\t"):
        yield from post("te %r" % value, [size, b"Transfer-Encoding:" + value], b"0\r\n\r\n" + inner)
    for name in (b"Transfer-Encoding ", b" Transfer-Encoding", b"Transfer_Encoding", b"Transfer-Encoding\t", b"Transfer-Encoding\x00",
                 b"\x0bTransfer-Encoding", b"X: y\rTransfer-Encoding", b"X: y\nTransfer-Encoding", b"Transfer-Encod\xc4\xb1ng",
                 b"TRANSFER-ENCODING"):
        yield from post("te name %r" % name, [size, name + b": chunked"], b"0\r\n\r\n" + inner)
    yield from post("te twice", [chunked, chunked], chunk)
    yield from post("te twice, one identity", [chunked, b"Transfer-Encoding: identity", size], b"0\r\n\r\n" + inner)
    yield from post("te twice, one empty", [b"Transfer-Encoding:", chunked, size], b"0\r\n\r\n" + inner)
    yield from post("te folded", [size, b"Transfer-Encoding:\r\n chunked"], b"0\r\n\r\n" + inner)
    yield from post("te folded by a tab", [size, b"Transfer-Encoding: \r\n\tchunked"], b"0\r\n\r\n" + inner)
    yield from post("cl folded", [b"Content-Length:\r\n %d" % len(inner)], inner)
    yield from post("a field folded with a cl", [b"X: y\r\n Content-Length: %d" % len(inner)], inner)

    # Content-Length.
    yield from post("cl twice the same", [size, size], inner)
    yield from post("cl twice, larger last", [b"Content-Length: 0", size], inner)
    yield from post("cl twice, smaller last", [size, b"Content-Length: 0"], inner)
    for value in (b"%d, %d", b"%d,0", b"0, %d"):
        numbers = (len(inner),) * value.count(b"%d")
        yield from post("cl list %r" % value, [b"Content-Length: " + value % numbers], inner)
    for value in (b"+%d", b"-%d", b"0x%x", b"%d.0", b"%de0", b" %d ", b"0%d", b"%d ;", b"\"%d\"", b"%d\x0b", b"\x0b%d", b"%d\x00", b"%d a", b"1%d\b"):
        yield from post("cl %r" % value, [b"Content-Length: " + value % len(inner)], inner)
    yield from post("cl empty", [b"Content-Length: "], inner)
    yield from post("cl beyond 64 bits", [b"Content-Length: 18446744073709551616"], inner)
    yield from post("cl that is 0 in 64 bits", [b"Content-Length: 18446744073709551657"], inner)
    yield from post("cl name with a space", [b"Content-Length : %d" % len(inner)], inner)
    yield from post("cl name with an underscore", [b"Content_Length: %d" % len(inner)], inner)
    yield from post("cl of a get", [size], inner, b"GET /echo HTTP/1.1\r\nHost: h\r\n")
    yield from post("te of a get", [chunked], chunk, b"GET /echo HTTP/1.1\r\nHost: h\r\n")
    yield from post("cl of a head", [size], inner, b"HEAD /echo HTTP/1.1\r\nHost: h\r\n")
    yield from post("no framing", [], inner)

    # Chunks.
    rest = b"0\r\n\r\n" + inner
    for name, body in (
            ("size with 0x", b"0x5\r\nhello\r\n" + rest), ("size with a sign", b"+5\r\nhello\r\n" + rest),
            ("size negative", b"-5\r\nhello\r\n" + rest), ("size with a space", b"5 \r\nhello\r\n" + rest),
            ("size behind a space", b" 5\r\nhello\r\n" + rest), ("size with a tab", b"5\t\r\nhello\r\n" + rest),
            ("size with zeros", b"0000000000000000005\r\nhello\r\n" + rest),
            ("size beyond 64 bits", b"10000000000000005\r\nhello\r\n" + rest),
            ("size of 16 f", b"ffffffffffffffff\r\nhello\r\n" + rest), ("size empty", b"\r\nhello\r\n" + rest),
            ("size with an extension", b"5;a=b\r\nhello\r\n" + rest), ("extension with quotes", b"5;a=\"\r\n\"\r\nhello\r\n" + rest),
            ("extension with a bare lf", b"5;a\nhello\r\n" + rest), ("extension with a bare cr", b"5;a\rb\r\nhello\r\n" + rest),
            ("size by a bare lf", b"5\nhello\r\n" + rest), ("size by a bare cr", b"5\rhello\r\n" + rest),
            ("data by a bare lf", b"5\r\nhello\n" + rest), ("data by a bare cr", b"5\r\nhello\r" + rest),
            ("data too long", b"5\r\nhelloXX\r\n" + rest), ("data without an end", b"5\r\nhello" + rest),
            ("last by bare lf", b"5\r\nhello\r\n0\n\n" + inner), ("last of many zeros", b"5\r\nhello\r\n00000\r\n\r\n" + inner),
            ("trailer", b"0\r\nX: y\r\n\r\n" + inner), ("trailer with a cl", b"0\r\n" + size + b"\r\n\r\n" + inner),
            ("trailer with a te", b"0\r\nTransfer-Encoding: chunked\r\n\r\n" + inner),
            ("trailer by bare lf", b"0\r\nX: y\n\n" + inner), ("trailer that is a request", b"0\r\n" + inner),
            ("size g", b"g\r\nhello\r\n" + rest), ("last with an extension", b"0;x\r\n\r\n" + inner)):
        yield from post("chunk: " + name, [chunked], body)

    # Heads.
    line = b"GET /hello HTTP/1.1\r\nHost: h\r\n"
    for name, head in (
            ("bare lf everywhere", b"GET /hello HTTP/1.1\nHost: h\n\n" + inner),
            ("bare lf at the end", line + b"\n" + inner), ("bare cr at the end", line + b"\r" + inner),
            ("bare lf behind a field", line + b"X: y\nContent-Length: %d\r\n\r\n" % len(inner) + inner),
            ("bare cr behind a field", line + b"X: y\rContent-Length: %d\r\n\r\n" % len(inner) + inner),
            ("cr cr lf", line + b"X: y\r\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner),
            ("empty line in front", b"\r\n\r\n" + line + b"\r\n" + inner),
            ("empty line behind", line + b"\r\n\r\n" + inner),
            ("space in front of a field", line + b" X: y\r\n\r\n" + inner),
            ("space in front of the first field", b"GET /hello HTTP/1.1\r\n Host: h\r\n\r\n" + inner),
            ("field without a colon", line + b"X\r\n\r\n" + inner), ("field without a name", line + b": y\r\n\r\n" + inner),
            ("nul in a value", line + b"X: a\x00b\r\n\r\n" + inner),
            ("two spaces in the request line", b"GET  /hello HTTP/1.1\r\nHost: h\r\n\r\n" + inner),
            ("tab in the request line", b"GET\t/hello HTTP/1.1\r\nHost: h\r\n\r\n" + inner),
            ("space in the target", b"GET /hello HTTP/1.1\r\nX: HTTP/1.1\r\nHost: h\r\n\r\n" + inner),
            ("target with a request", b"GET /hello?a HTTP/1.1 HTTP/1.1\r\nHost: h\r\n\r\n" + inner),
            ("http/1.2", b"GET /hello HTTP/1.2\r\nHost: h\r\n\r\n" + inner), ("http/0.9", b"GET /hello\r\n\r\n" + inner),
            ("http/1.01", b"GET /hello HTTP/1.01\r\nHost: h\r\n\r\n" + inner),
            ("lower case method", b"get /hello HTTP/1.1\r\nHost: h\r\n\r\n" + inner),
            ("connection names content-length", line + b"Connection: keep-alive, Content-Length\r\n" + size + b"\r\n\r\n" + inner),
            ("connection names transfer-encoding", line + b"Connection: Transfer-Encoding\r\n" + chunked + b"\r\n\r\n" + chunk),
            ("expect and both", line + b"Expect: 100-continue\r\n" + size + b"\r\n" + chunked + b"\r\n\r\n" + chunk),
            ("upgrade with a body", line + b"Connection: upgrade\r\nUpgrade: x\r\n" + size + b"\r\n\r\n" + inner),
            ("two of them", line + b"\r\n" + line + b"\r\n")):
        yield "head: " + name, head


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exchange(port, message, in_two=False, to_end=False, half_close=False):
    """What comes back until the server closes, or, but for `to_end`, says nothing for a while."""
    head = message.find(b"\r\n\r\n") + 4 if in_two else 0
    received = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        try:
            if in_two:
                client.sendall(message[:head])
                time.sleep(0.03)
            client.sendall(message[head:])
            if half_close:
                client.shutdown(socket.SHUT_WR)
            while select.select([client], [], [], PATIENCE if to_end else 0.25 if received else 1)[0]:
                piece = client.recv(65536)
                if not piece:
                    break
                received += piece
        except ConnectionError:
            pass
    return received


def answers(received, message):
    """The statuses of the responses in `received`."""
    statuses = []
    head_only = message.startswith(b"HEAD ")
    while received:
        head, separator, rest = received.partition(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
        assert separator and match, "this is no response: %r" % received[:100]
        status = int(match.group(1))
        if status == 100:
            received = rest
            continue
        statuses.append(status)
        length = re.search(rb"(?i)\r\nContent-Length: (\d+)(?:\r\n|$)", head)
        received = rest if head_only and len(statuses) == 1 else rest[int(length.group(1)) if length else 0:]
    return statuses


class LogFile:
    """A log that grows, read from where it was read before."""

    def __init__(self, path):
        self.path, self.offset = path, 0

    def lines_to(self, mark):
        """The lines up to the one with `mark`, without that one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with open(self.path, errors="replace") as file:
                file.seek(self.offset)
                lines = file.read().splitlines(keepends=True)
            for index, line in enumerate(lines):
                if mark in line and line.endswith("\n"):
                    self.offset += sum(len(l.encode(errors="replace")) for l in lines[:index + 1])
                    return lines[:index]
            time.sleep(0.005)
        raise AssertionError("%s does not come to have %s" % (self.path, mark))


NGINX = """
daemon off; worker_processes 1; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    underscores_in_headers on; ignore_invalid_headers off;
    log_format forwarded 'forwarded "$upstream_addr" answered "$upstream_bytes_received" status $status "$request"';
    proxy_http_version 1.1; proxy_next_upstream off; proxy_set_header Connection ""; proxy_read_timeout 5s;
    # So that what is forwarded is done with, and logged, before what comes next.
    proxy_ignore_client_abort on; lingering_close off;
{servers}}}
"""
NGINX_SERVER = """
    upstream {name} {{ server 127.0.0.1:{port}; keepalive 1; }}
    server {{
        listen 127.0.0.1:{buffered}; access_log {folder}/{name}-buffered.log forwarded;
        location / {{ proxy_pass http://{name}; }}
    }}
    server {{
        listen 127.0.0.1:{streamed}; access_log {folder}/{name}-streamed.log forwarded;
        location / {{ proxy_pass http://{name}; proxy_request_buffering off; }}
    }}
"""


class Stub:
    """Answers and logs as we do, but for its mistake."""

    def __init__(self, log):
        self.log, self.mistake = open(log, "w"), None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            with client, client.makefile("rb") as requests:
                while self.answer(client, requests):
                    pass
        except OSError:
            pass

    def answer(self, client, requests):
        method, target = (requests.readline().decode().split(" ") + [""])[:2]
        head = b"".join(iter(requests.readline, b"\r\n")) if target else b""
        if not head:
            return False
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if self.mistake == "takes a body for requests":
            # A proxy that is answered before it has sent the body sends none.
            if method == "POST":
                requests.peek(1)
        elif b"chunked" in head.lower():
            while size := int(requests.readline(), 16):
                requests.read(size + 2)
            requests.readline()
        elif length:
            requests.read(int(length.group(1)))
        count = {"counts twice": 2, "does not count": 0}.get(self.mistake, 1) if method == "POST" else 1
        self.log.write("[stub access] 200 %s %s\n" % (method, target) * count)
        self.log.flush()
        if self.mistake != "does not answer" or method != "POST":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(target), target.encode()))
        return b"connection: close" not in head.lower()


class Check:
    def __init__(self, name, port, nginx, folder):
        self.app_log = LogFile(folder / (name + ".log"))
        self.folder, self.app_port = folder, port
        self.nginx_ports = nginx
        self.nginx_logs = {kind: LogFile(folder / ("%s-%s.log" % (name, kind))) for kind in nginx}
        self.marks = 0

    def wait_for_nginx(self):
        for port in self.nginx_ports.values():
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.02)
        for kind in self.nginx_ports:
            self.forwarded(kind)
        self.seen_by_us()

    def seen_by_us(self):
        self.marks += 1
        mark = "mark%dx" % self.marks
        exchange(self.app_port, b"GET /hello?%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" % mark.encode(),
                 to_end=True)
        return [line for line in self.app_log.lines_to(mark) if " access] " in line]

    def forwarded(self, kind):
        """What nginx has forwarded; its last request is a mark, which reuses the connection that the message has had."""
        self.marks += 1
        mark = "proxied%dx" % self.marks
        received = exchange(self.nginx_ports[kind],
                            b"GET /echo?%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" % mark.encode(),
                            to_end=True)
        assert mark.encode() in received, "the next client got %r" % received[:200]
        lines = self.nginx_logs[kind].lines_to(mark)
        return [line for line in lines if not line.startswith('forwarded "-"')]

    def directly(self, message):
        received = exchange(self.app_port, message, to_end=True, half_close=True)
        statuses = answers(received, message)
        seen = self.seen_by_us()
        assert len(statuses) == len(seen), "%d responses %s, but we have counted %s" % (len(statuses), statuses, seen)

    def through(self, kind, message):
        # A body that has come with its head nginx frames by a length, even where it streams.
        exchange(self.nginx_ports[kind], message, in_two=kind == "streamed")
        forwarded = self.forwarded(kind)
        seen = self.seen_by_us()
        # One whose body nginx refuses when it has forwarded the head is broken off, and has no answer.
        answered = [line for line in forwarded if re.search(r'answered "[1-9]', line)]
        # The mark itself was forwarded, too.
        assert len(seen) == len(answered) + 1, "nginx has forwarded %d requests, and we have had %d:\n%s%s" % (
            len(answered), len(seen) - 1, "".join(forwarded), "".join(seen))
        return len(forwarded)

    def send(self, way, message):
        """How many requests nginx has forwarded."""
        if way == "directly":
            self.directly(message)
            return 0
        return self.through(way, message)


def check_the_check(check, stub):
    """Yields what is to be seen of a server that is right, and of each that is wrong, and what was."""
    inner = b"GET /hello?smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    head = b"POST /echo HTTP/1.1\r\nHost: h\r\n"
    sized = head + b"Content-Length: %d\r\n\r\n" % len(inner) + inner
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(inner), inner)
    two, none = ("forwarded 1 requests, and we have had %d" % count for count in (2, 0))
    for mistake, way, message, expected in (
            (None, "directly", sized, ""), (None, "directly", chunked, ""),
            (None, "buffered", sized, ""), (None, "streamed", sized, ""), (None, "streamed", chunked, ""),
            ("takes a body for requests", "buffered", sized, two), ("takes a body for requests", "streamed", sized, two),
            ("counts twice", "directly", sized, "1 responses [200], but we have counted"),
            ("counts twice", "buffered", sized, two), ("counts twice", "streamed", chunked, two),
            ("does not count", "directly", sized, "1 responses [200], but we have counted []"),
            ("does not count", "buffered", sized, none), ("does not count", "streamed", chunked, none),
            ("does not answer", "directly", sized, "0 responses [], but we have counted")):
        stub.mistake = mistake
        seen = ""
        try:
            check.send(way, message)
        except AssertionError as error:
            seen = str(error)
        yield "a stub that %s, %s" % (mistake or "is right", way), expected, seen


def main():
    app_program = sys.argv[1]
    cases = list(messages())
    names = [name for name, _ in cases]
    assert len(set(names)) == len(names) >= 60, "%d names for %d messages" % (len(set(names)), len(names))
    passed = failed = reached = 0
    started = []
    folder = Path(tempfile.mkdtemp(prefix="cyclone-smuggling-"))
    try:
        with open(folder / "app.log", "w") as log:
            app = subprocess.Popen([app_program, "--port=0", "--static=" + str(folder)], stdout=subprocess.PIPE, stderr=log,
                                   text=True)
        started.append(app)
        app_port = int(re.search(r"\d+", app.stdout.readline()).group())
        stub = Stub(folder / "stub.log")
        checks, servers = {}, ""
        for name, port in (("app", app_port), ("stub", stub.port)):
            ports = {"buffered": free_port(), "streamed": free_port()}
            for kind in ports:
                (folder / ("%s-%s.log" % (name, kind))).touch()
            servers += NGINX_SERVER.format(name=name, port=port, folder=folder, **ports)
            checks[name] = Check(name, port, ports, folder)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, servers=servers))
        started.append(subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
                                        stderr=subprocess.DEVNULL))
        for check in checks.values():
            check.wait_for_nginx()
        for name, expected, seen in check_the_check(checks["stub"], stub):
            if expected in seen and bool(expected) == bool(seen):
                passed += 1
            else:
                failed += 1
                print("%s: %r, but %r was expected" % (name, seen, expected))
        check = checks["app"]
        for name, message in cases:
            for way in ("directly", *check.nginx_ports):
                try:
                    reached += check.send(way, message)
                    passed += 1
                except (AssertionError, OSError) as error:
                    failed += 1
                    print("%s, %s: %s\n    %r" % (name, way, error, message[:300]))
        for process in started:
            if process.poll() is not None:
                failed += 1
                print("%s has ended with %d" % (process.args[0], process.returncode))
    finally:
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                failed += 1
                print("%s does not end on SIGTERM" % process.args[0])
        shutil.rmtree(folder)
    print("%d messages, %d requests that nginx has forwarded" % (len(cases), reached))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed != 0)


main()
