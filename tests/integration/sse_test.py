#!/usr/bin/python3
"""SSEHandler, read as a browser does.

    sse_test.py PATH_OF_WEBSOCKET_APP

Prints "N passed, M failed".
"""
import socket
import sys
import time
import urllib.request

sys.dont_write_bytecode = True
from websocket_app_tests import app, run, test  # noqa: E402


def open_stream(path, **headers):
    sock = socket.create_connection(("127.0.0.1", app.port), timeout=3)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
    request += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    sock.sendall((request + "\r\n").encode())
    return sock


def read_until(sock, wanted):
    received = b""
    while wanted not in received:
        piece = sock.recv(4096)
        assert piece, received
        received += piece
    return received


def unbound():
    return int(urllib.request.urlopen(f"http://127.0.0.1:{app.port}/unbound").read())


@test
def the_head_says_what_it_is():
    head = read_until(open_stream("/ticks/0"), b"\r\n\r\n").lower()
    assert b"content-type: text/event-stream" in head, head
    assert b"cache-control: no-cache" in head, head


@test
def events_have_name_id_and_all_lines_of_their_data():
    received = read_until(open_stream("/ticks/2"), b"line 2\ndata: second\n\n")
    assert b"event: tick\nid: 1\ndata: line 1\ndata: second\n\n" in received, received


@test
def a_browser_that_comes_back_says_what_it_has_seen():
    received = read_until(open_stream("/ticks/1", Last_Event_ID="41"), b"second\n\n")
    assert b"id: 42\n" in received, received


@test
def a_quiet_stream_is_kept_alive_by_comments():
    sock = open_stream("/ticks/0")
    began = time.monotonic()
    read_until(sock, b": \n\n")
    read_until(sock, b": \n\n")
    assert 0.3 < time.monotonic() - began < 2


@test
def a_client_that_goes_is_told_of_once():
    before = unbound()
    sock = open_stream("/ticks/1")
    read_until(sock, b"second\n\n")
    sock.close()
    deadline = time.monotonic() + 3
    while unbound() != before + 1 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert unbound() == before + 1
    time.sleep(0.5)
    assert unbound() == before + 1


@test
def head_is_answered_at_once():
    sock = socket.create_connection(("127.0.0.1", app.port), timeout=3)
    sock.sendall(b"HEAD /ticks/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    received = b""
    while piece := sock.recv(4096):
        received += piece
    assert received.startswith(b"HTTP/1.1 200 "), received
    assert received.endswith(b"\r\n\r\n"), received


@test
def a_server_that_stops_ends_its_streams_at_once():
    """The last one: it stops the server."""
    sock = open_stream("/ticks/1")
    read_until(sock, b"second\n\n")
    began = time.monotonic()
    app.process.terminate()
    assert read_until(sock, b"0\r\n\r\n").endswith(b"0\r\n\r\n")
    assert sock.recv(1) == b""
    assert app.process.wait(10) == 0
    assert time.monotonic() - began < 3


run()
