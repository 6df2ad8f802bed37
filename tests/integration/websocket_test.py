#!/usr/bin/python3
"""WebSocketHandler with python3-websockets as client, and with bare sockets where that client is too well-behaved.

    websocket_test.py PATH_OF_WEBSOCKET_APP

Prints "N passed, M failed".
"""
import asyncio
import json
import os
import socket
import struct
import sys
import time
import zlib

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

sys.dont_write_bytecode = True
from websocket_app_tests import app, run, test  # noqa: E402


def connect(path, **options):
    options.setdefault("compression", None)
    options.setdefault("max_size", None)
    return websockets.connect(f"ws://127.0.0.1:{app.port}{path}", **options)


HANDSHAKE = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


async def answer_to(path="/echo", method="GET", **headers):
    """The head of the answer to a handshake; a header that is None is left out."""
    fields = dict(HANDSHAKE, **{name.replace("_", "-"): value for name, value in headers.items()})
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    request = f"{method} {path} HTTP/1.1\r\n"
    request += "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    writer.write((request + "\r\n").encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    return head


async def bare_socket(path="/echo"):
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in HANDSHAKE.items())
    writer.write((request + "\r\n").encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def frame(first, payload=b"", mask=b"\x01\x02\x03\x04"):
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


async def close_code_after(data, path="/echo"):
    """The code that the server closes with when it gets these bytes; it must close the connection too."""
    reader, writer = await bare_socket(path)
    writer.write(data)
    received = await asyncio.wait_for(reader.read(), 3)
    writer.close()
    assert received and received[0] == 0x88, received
    return struct.unpack("!H", received[2:4])[0]


@test
async def messages_of_many_sizes_come_back():
    async with connect("/echo") as ws:
        for size in [0, 1, 125, 126, 127, 4095, 4096, 65535, 65536, 1 << 20, 9 << 20]:
            await ws.send("x" * size)
            assert await ws.recv() == "x" * size
            await ws.send(b"\xff" * size)
            assert await ws.recv() == b"\xff" * size


@test
async def many_messages_at_once_come_back_in_their_order():
    async with connect("/echo") as ws:
        for number in range(5000):
            await ws.send(str(number))
        for number in range(5000):
            assert await ws.recv() == str(number)


@test
async def fragments_are_put_together():
    async with connect("/echo") as ws:
        await ws.send(["frag", "ment", "ed \u00fc", ""])
        assert await ws.recv() == "fragmented \u00fc"


@test
async def compressed_messages_come_back():
    for path in ["/deflate", "/deflate_each"]:
        async with connect(path, compression="deflate") as ws:
            assert ws.extensions, "compression was not agreed to"
            for number in range(50):
                text = json.dumps({"number": number, "text": "abc \u20ac" * number * 50})
                await ws.send(text)
                assert await ws.recv() == text
            data = os.urandom(300_000)
            await ws.send(data)
            assert await ws.recv() == data


@test
async def compression_parameters_are_kept_to():
    for parameters in [
        {"server_no_context_takeover": True},
        {"client_no_context_takeover": True},
        {"server_max_window_bits": 9, "client_max_window_bits": 9},
        {"server_max_window_bits": 15, "client_max_window_bits": True},
        {"server_no_context_takeover": True, "client_no_context_takeover": True,
         "server_max_window_bits": 10, "client_max_window_bits": 12},
    ]:
        factory = ClientPerMessageDeflateFactory(**parameters)
        async with connect("/deflate", extensions=[factory]) as ws:
            assert ws.extensions
            for number in range(20):
                text = "the same again and again " * (number * 40)
                await ws.send(text)
                assert await ws.recv() == text


@test
async def a_deflate_bomb_is_1009():
    squeezer = zlib.compressobj(9, wbits=-15)
    bomb = squeezer.compress(bytes(50 << 20)) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    fields = dict(HANDSHAKE, **{"Sec-WebSocket-Extensions": "permessage-deflate"})
    request = "GET /deflate HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items())
    writer.write((request + "\r\n").encode())
    assert b"permessage-deflate" in await reader.readuntil(b"\r\n\r\n")
    writer.write(frame(0xC2, bomb[:-4]))
    received = await asyncio.wait_for(reader.read(), 5)
    assert received[:4] == b"\x88" + bytes([received[1]]) + struct.pack("!H", 1009), received[:8]
    writer.close()


@test
async def the_handshake_is_checked():
    assert (await answer_to()).startswith("HTTP/1.1 101 ")
    assert "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in await answer_to()
    assert (await answer_to(Upgrade="h2c")).startswith("HTTP/1.1 400 ")
    assert (await answer_to(Connection="keep-alive")).startswith("HTTP/1.1 400 ")
    assert (await answer_to(Sec_WebSocket_Key=None)).startswith("HTTP/1.1 400 ")
    assert (await answer_to(Sec_WebSocket_Key="short")).startswith("HTTP/1.1 400 ")
    old = await answer_to(Sec_WebSocket_Version="8")
    assert old.startswith("HTTP/1.1 426 ") and "sec-websocket-version: 13" in old.lower(), old
    refused = await answer_to(method="POST")
    assert refused.startswith("HTTP/1.1 405 ") and "allow: get" in refused.lower(), refused


@test
async def a_page_of_another_origin_is_refused():
    assert (await answer_to(Origin="http://127.0.0.1")).startswith("HTTP/1.1 101 ")
    assert (await answer_to(Origin="http://evil.example")).startswith("HTTP/1.1 403 ")
    assert (await answer_to("/any_origin", Origin="http://evil.example")).startswith("HTTP/1.1 101 ")


@test
async def a_subprotocol_is_selected():
    async with connect("/deflate", subprotocols=["other", "echo"]) as ws:
        assert ws.subprotocol == "echo"
    async with connect("/deflate", subprotocols=["other"]) as ws:
        assert ws.subprotocol is None


@test
async def groups_of_the_pattern_are_what_open_gets():
    async with connect("/sleeper/1/ada") as ws:
        assert await ws.recv() == "hello ada"
    try:
        async with connect("/sleeper/99999999999999999999/ada"):
            raise AssertionError("a number that is too large was taken")
    except websockets.InvalidStatusCode as error:
        assert error.status_code == 404


@test
async def messages_wait_for_open_and_for_each_other():
    async with connect("/sleeper/150/bob") as ws:
        began = time.monotonic()
        for milliseconds in ["100", "50", "1"]:
            await ws.send(milliseconds)
        assert [await ws.recv() for _ in range(4)] == ["hello bob", "100", "50", "1"]
        assert time.monotonic() - began > 0.29


@test
async def the_servers_close_has_its_code_and_reason():
    async with connect("/commands") as ws:
        await ws.send("close 4321 enough is enough")
        await ws.wait_closed()
        assert (ws.close_code, ws.close_reason) == (4321, "enough is enough")


@test
async def the_clients_close_is_returned():
    ws = await connect("/echo")
    await ws.close(3000, "bye")
    assert (ws.close_code, ws.close_reason) == (3000, "")


@test
async def an_exception_is_1011():
    async with connect("/commands") as ws:
        await ws.send("throw")
        await ws.wait_closed()
        assert ws.close_code == 1011


@test
async def a_message_of_a_kind_that_is_not_taken_is_1003():
    async with connect("/commands") as ws:
        await ws.send(b"bytes")
        await ws.wait_closed()
        assert ws.close_code == 1003


@test
async def pings_are_answered_both_ways():
    async with connect("/commands") as ws:
        await asyncio.wait_for(await ws.ping(b"from the client"), 2)
        await ws.send("ping from the server")
        assert await ws.recv() == "pong from the server"


@test
async def the_request_can_be_looked_at_later():
    async with connect("/commands", extra_headers={"Cookie": "name=value"}) as ws:
        await asyncio.sleep(0.05)
        await ws.send("cookie")
        assert await ws.recv() == "value"
        await ws.send("json")
        assert json.loads(await ws.recv()) == {"text": "json", "number": 1}


@test
async def what_breaks_the_protocol_is_told_its_code_and_cut_off():
    assert await close_code_after(b"\x81\x05hello") == 1002
    assert await close_code_after(frame(0x83)) == 1002
    assert await close_code_after(frame(0xC1, b"x")) == 1002
    assert await close_code_after(frame(0x80, b"x")) == 1002
    assert await close_code_after(frame(0x89, b"x" * 126)) == 1002
    assert await close_code_after(frame(0x81, b"\xff")) == 1007
    assert await close_code_after(frame(0x88, struct.pack("!H", 1005))) == 1002
    assert await close_code_after(frame(0x81, b"x" * 1001), "/pinged") == 1009


@test
async def the_close_code_arrives_though_the_client_is_still_sending():
    head = struct.pack("!BBQ", 0x82, 0xFF, 11 << 20) + b"\x01\x02\x03\x04"
    assert await close_code_after(head + bytes(2 << 20)) == 1009


@test
async def a_client_that_answers_no_ping_is_cut_off():
    reader, writer = await bare_socket("/pinged")
    began = time.monotonic()
    received = await asyncio.wait_for(reader.read(), 3)
    assert received.startswith(b"\x89\x00"), received
    assert struct.pack("!H", 1011) in received
    assert 0.2 < time.monotonic() - began < 2.9
    writer.close()
    async with connect("/pinged", ping_interval=None) as ws:
        await asyncio.sleep(0.8)
        await ws.send("still here")
        assert await ws.recv() == "still here"


@test
async def what_one_says_all_hear():
    clients = [await connect("/room", compression=c) for c in [None, "deflate"] * 50]
    for text in ["short", "long " * 2000]:
        await clients[0].send(text)
        for client in clients:
            assert await client.recv() == text
    await clients[1].send("count")
    assert (await clients[1].recv()).startswith("100 ")
    await asyncio.gather(*(client.close() for client in clients))


@test
async def clients_that_disappear_during_a_broadcast_are_taken_from_the_list():
    stayer = await connect("/room")
    sockets = []
    for _ in range(30):
        reader, writer = await bare_socket("/room")
        sockets.append(writer.transport.get_extra_info("socket"))
        writer.transport.pause_reading()
        sockets.append(writer)
    raw = [s for s in sockets if not isinstance(s, asyncio.StreamWriter)]
    for sock in raw:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for writer in [s for s in sockets if isinstance(s, asyncio.StreamWriter)]:
        writer.transport.abort()
    for _ in range(20):
        await stayer.send("are you there? " * 1000)
    for _ in range(20):
        await stayer.recv()
    deadline = time.monotonic() + 3
    count = ""
    while not count.startswith("1 ") and time.monotonic() < deadline:
        await stayer.send("count")
        count = await stayer.recv()
    assert count.startswith("1 "), count
    await stayer.close()


def resident_kilobytes():
    with open(f"/proc/{app.process.pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS"):
                return int(line.split()[1])


@test
async def a_client_that_reads_slowly_does_not_make_the_server_grow():
    reader, writer = await bare_socket("/flood")
    writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    before = resident_kilobytes()
    writer.write(frame(0x81, b"2000"))
    await asyncio.sleep(0.5)
    assert resident_kilobytes() - before < 20_000
    total = 0
    while total < 2000 * (65536 + 10):
        total += len(await asyncio.wait_for(reader.read(1 << 20), 5))
    writer.close()


@test
async def a_client_that_sends_without_reading_is_made_to_wait():
    reader, writer = await bare_socket("/echo")
    before = resident_kilobytes()
    writer.transport.pause_reading()
    writer.transport.set_write_buffer_limits(high=65536)
    message = frame(0x82, bytes(64 * 1024))

    async def send_much():
        for _ in range(2000):
            writer.write(message)
            await writer.drain()

    sending = asyncio.ensure_future(send_much())
    await asyncio.sleep(1)
    assert not sending.done(), "the server took it all"
    assert resident_kilobytes() - before < 20_000
    sending.cancel()
    writer.transport.abort()


@test
async def a_server_that_stops_closes_with_1001():
    """The last one: it stops the server."""
    async with connect("/echo") as ws:
        await ws.send("x")
        await ws.recv()
        app.process.terminate()
        await asyncio.wait_for(ws.wait_closed(), 5)
        assert ws.close_code == 1001, ws.close_code
    assert app.process.wait(10) == 0


run()
