#!/usr/bin/python3
"""What a client may do to a WebSocket server, and what the server and its other clients must not feel of it.

    websocket_hostile_test.py PATH_OF_WEBSOCKET_APP

Prints "N passed, M failed".
"""
import os
import socket
import struct
import sys
import time
import zlib

sys.dont_write_bytecode = True
from websocket_app_tests import app, run, test  # noqa: E402

RESET = struct.pack("ii", 1, 0)


def frame(first, payload=b"", size=None):
    """Masked with zeros, which is allowed; `size` is announced where it differs."""
    size = len(payload) if size is None else size
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + bytes(4) + payload


def connect(path, *more, receive_buffer=None):
    sock = socket.socket()
    sock.settimeout(20)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.connect(("127.0.0.1", app.port))
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *more, "", ""]
    sock.sendall("\r\n".join(lines).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        assert piece, head
        head += piece
    assert head.startswith(b"HTTP/1.1 101"), head
    return sock


def read(sock, size):
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        assert piece, "the connection ended"
        data += piece
    return data


def read_frame(sock):
    first, size = read(sock, 2)
    if size == 126:
        size, = struct.unpack("!H", read(sock, 2))
    elif size == 127:
        size, = struct.unpack("!Q", read(sock, 8))
    return first, read(sock, size)


def rest_of(sock):
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def send_until_it_blocks(sock, data, most):
    """How much the server has let us send."""
    sock.settimeout(0.5)
    sent = 0
    try:
        while sent < most:
            sent += sock.send(data)
    except OSError:
        pass
    return sent


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()


def resident_megabytes():
    with open(f"/proc/{app.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def cpu_seconds():
    with open(f"/proc/{app.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_files():
    return len(os.listdir(f"/proc/{app.process.pid}/fd"))


def eventually(question, seconds=10):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


def is_served():
    with connect("/echo") as sock:
        sock.sendall(frame(0x81, b"anybody there?"))
        assert read_frame(sock) == (0x81, b"anybody there?")


@test
def a_flood_of_pings_whose_pongs_are_not_read_is_stopped():
    before = resident_megabytes()
    sock = connect("/echo", receive_buffer=8192)
    sent = send_until_it_blocks(sock, frame(0x89, b"p" * 125) * 500, 200_000_000)
    assert sent < 100_000_000, sent
    assert resident_megabytes() - before < 20
    is_served()
    reset(sock)


@test
def a_message_in_fragments_of_one_byte_with_pings_between_them_comes_back():
    with connect("/echo") as sock:
        before = cpu_seconds()
        pieces = [frame(0x01)] + [frame(0x00, b"x") + frame(0x00)] * 200_000 + [frame(0x89, b"p"), frame(0x80)]
        sock.sendall(b"".join(pieces))
        assert read_frame(sock) == (0x8A, b"p")
        assert read_frame(sock) == (0x81, b"x" * 200_000)
        assert cpu_seconds() - before < 3


@test
def messages_that_are_announced_and_do_not_come_take_no_memory():
    before = resident_megabytes()
    socks = [connect("/echo") for _ in range(300)]
    for sock in socks:
        sock.sendall(frame(0x82, b"x" * 100, size=9_000_000))
    is_served()
    assert resident_megabytes() - before < 30, resident_megabytes() - before
    for sock in socks:
        reset(sock)


@test
def a_flood_of_final_blocks_costs_next_to_nothing():
    sock = connect("/deflate", "Sec-WebSocket-Extensions: permessage-deflate")
    before = cpu_seconds()
    # Each keeps the window that the one before it has left.
    squeezer = zlib.compressobj(1, wbits=-15)
    window = squeezer.compress(os.urandom(40_000)) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    sock.sendall(frame(0xC2, window + b"\x03\x00" * 2_000_000))
    assert read_frame(sock)[0] & 0x8F == 0x82
    assert cpu_seconds() - before < 2.5, cpu_seconds() - before
    sock.close()


@test
def a_client_that_never_reads_is_cut_off_a_broadcast_and_the_others_hear_all_of_it():
    before = resident_megabytes()
    deaf = [connect("/room", receive_buffer=8192) for _ in range(5)]
    speaker = connect("/room")
    text = b"m" * 100_000
    for _ in range(250):
        speaker.sendall(frame(0x81, text))
        assert read_frame(speaker) == (0x81, text)
    assert resident_megabytes() - before < 60, resident_megabytes() - before
    speaker.sendall(frame(0x81, b"count"))
    assert read_frame(speaker)[1].split()[0] == b"1"
    for sock in deaf + [speaker]:
        reset(sock)


@test
def closes_that_cross_each_other_end_in_one_close_each():
    for crossing in (frame(0x88, struct.pack("!H", 3000)), frame(0x88)):
        with connect("/commands") as sock:
            sock.sendall(frame(0x81, b"close 4000") + crossing + frame(0x81, b"close 4001") + frame(0x89))
            assert rest_of(sock) == b"\x88\x02" + struct.pack("!H", 4000)
    with connect("/commands") as sock:
        sock.sendall(frame(0x88, struct.pack("!H", 3000)) + frame(0x81, b"close 4000"))
        assert rest_of(sock) == b"\x88\x02" + struct.pack("!H", 3000)


@test
def a_client_that_never_returns_the_close_is_cut_off_after_five_seconds():
    sock = connect("/commands")
    sock.sendall(frame(0x81, b"close 4000"))
    assert read_frame(sock) == (0x88, struct.pack("!H", 4000))
    began = time.monotonic()
    try:
        while time.monotonic() - began < 10:
            # Whatever it sends meanwhile.
            sock.sendall(frame(0x81, b"throw") + frame(0x89, b"x"))
            time.sleep(0.05)
    except OSError:
        pass
    assert 4 < time.monotonic() - began < 7.5, time.monotonic() - began
    sock.close()


@test
def clients_that_disappear_at_any_moment_leave_nothing_behind():
    before = open_files()
    starts = [b"", b"\x81", frame(0x81, b"x"), frame(0x01, b"x"), frame(0x88), frame(0x88)[:3],
              frame(0x82, b"x" * 1000, size=5000), frame(0xC1, b"x"), frame(0x81, b"2000")]
    for path in ("/echo", "/room", "/sleeper/100/x", "/flood", "/deflate"):
        for start in starts:
            for end in (reset, socket.socket.close, lambda s: s.shutdown(socket.SHUT_WR)):
                sock = connect(path, "Sec-WebSocket-Extensions: permessage-deflate")
                if start:
                    sock.sendall(start)
                end(sock)
    eventually(lambda: open_files() <= before)
    is_served()


# Memory that the address sanitizer keeps to watch it would be counted.
run(ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1")
