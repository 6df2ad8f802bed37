"""Bad flags, bad files and bad requests: one sentence, the right status, nothing half-created."""

import json
import socket
import sqlite3
import subprocess
import urllib.parse

from . import harness
from .harness import cases, equal


def run(scene, name, *flags):
    """The status and what is said on stderr, of a program that is to end by itself."""
    done = subprocess.run([harness.program(name), *map(str, flags)], cwd=scene.folder, text=True,
                          capture_output=True, timeout=20)
    return done.returncode, done.stderr


def check_refusal(scene, status, sentence, *flags, name="redis-live"):
    code, said = run(scene, name, *flags)
    assert sentence in said, f"{flags}\n  is      {said!r}\n  lacks   {sentence!r}"
    equal(code, status, flags)
    equal(said.count("\n"), 1, said)
    assert said.startswith(f"{name}: "), said


PROGRAMS = (("redis-live",), ("redis-monitor",))


@cases(*PROGRAMS)
def test_help_fits_on_a_screen(scene, name):
    done = subprocess.run([harness.program(name), "--help"], text=True, capture_output=True,
                          timeout=20, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) <= 24, done.stdout
    assert max(map(len, lines)) <= 80, done.stdout
    for flag in ("--config", "--monitor", "--store"):
        assert flag in done.stdout, done.stdout
    equal(done.stderr, "")


@cases(*PROGRAMS)
def test_bad_flags_are_refused(scene, name):
    refuse = lambda sentence, *flags: check_refusal(scene, 2, sentence, *flags, name=name)
    refuse("--prot", "--prot=1")
    refuse("there are flags only", "sqlite")
    refuse("--monitor=127.0.0.1:99999: ", "--monitor=127.0.0.1:99999")
    refuse("in the list twice", "--monitor=h:1,h:1")
    refuse("--store=mysql: a store is sqlite:PATH", "--store=mysql")
    refuse("--store=sqlite:: the path of the file is missing", "--store=sqlite:")
    refuse("from 1 to 36500", "--keep-days=0")
    equal(list(scene.folder.iterdir()), [])


def test_bad_ports_and_addresses_are_refused(scene):
    check_refusal(scene, 2, "--port=99999: a port is a number from 0 to 65535", "--port=99999")
    check_refusal(scene, 1, "", "--port=0", "--address=192.0.2.1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        check_refusal(scene, 1, f"127.0.0.1:{port}", f"--port={port}")
    equal(list(scene.folder.iterdir()), [])


@cases(*PROGRAMS)
def test_bad_configuration_files_are_refused(scene, name):
    refuse = lambda sentence, *flags: check_refusal(scene, 2, sentence, *flags, name=name)
    refuse("--config=none.conf: there is no such file", "--config=none.conf")
    (scene.folder / "folder").mkdir()
    refuse("--config=folder: this file cannot be read", "--config=folder")
    config = scene.folder / "some.conf"
    config.write_text('{"RedisServers": [\n  {"server": }\n]}')
    refuse("some.conf: line 2, column 14", "--config=some.conf")
    config.write_text('{"RedisServers": [{"server": "h", "port": "no"}]}')
    refuse("some.conf: RedisServers[0].port: ", "--config=some.conf")
    config.write_text('{"DataStoreType": "redis"}')
    refuse("some.conf: RedisStatsServer: this is missing", "--config=some.conf")
    (scene.folder / "redis-live.conf").write_text("{")
    refuse("redis-live.conf: line 1", *[])


@cases(*PROGRAMS)
def test_bad_stores_are_refused(scene, name):
    port = ["--port=0"] if name == "redis-live" else []
    refuse = lambda sentence, store: check_refusal(scene, 1, sentence, f"--store={store}", *port,
                                                   name=name)
    refuse("none/stats.sqlite", "sqlite:none/stats.sqlite")
    refuse("/proc/stats.sqlite", "sqlite:/proc/stats.sqlite")
    refuse("Connection refused", f"redis://127.0.0.1:{harness.free_port()}")
    equal(list(scene.folder.iterdir()), [])

    newer = scene.folder / "newer.sqlite"
    with sqlite3.connect(newer) as db:
        db.execute(f"PRAGMA application_id = {0x52644c76}")
        db.execute("PRAGMA user_version = 99")
    refuse("was written by a newer RedisLive", "sqlite:newer.sqlite")
    other = scene.folder / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (a)")
    refuse("is an SQLite database of another program", "sqlite:other.sqlite")
    (scene.folder / "text.sqlite").write_text("no database, but long enough to be read as one " * 9)
    refuse("it is not an SQLite database", "sqlite:text.sqlite")


def test_the_usual_store_is_made_and_used_again(scene):
    watched = scene.redis()
    for _ in range(2):
        live = scene.live(f"--monitor={watched.id}")
        live.wait_for_state(watched.id, "ok")
        equal(live.status(watched.id)["store"]["name"], "db/redislive.sqlite")
        equal(live.stop(), 0)
    assert (scene.folder / "db" / "redislive.sqlite").exists()


def test_the_configuration_of_the_original_is_understood(scene):
    watched = scene.redis("--requirepass", "pass word")
    stats = scene.redis("--requirepass", "other")
    (scene.folder / "my.conf").write_text(json.dumps({
        "RedisServers": [{"server": "127.0.0.1", "port": watched.port, "password": "pass word"}],
        "DataStoreType": "redis",
        "RedisStatsServer": {"server": "127.0.0.1", "port": stats.port, "password": "other"},
        "SqliteStatsStore": {"path": "to/your/sqlite/file"}}))
    live = scene.live("--config=my.conf")
    live.wait_for_state(watched.id, "ok")
    equal(live.get("servers"), {"servers": [
        {"server": "127.0.0.1", "port": watched.port, "id": watched.id}]})
    assert "pass" not in live.said(), live.said()


def test_bad_requests_are_answered_with_a_sentence(scene):
    live = scene.live("--collect=no", "--monitor=h:1", scene.store("sqlite"))

    def refused(path, status, *words):
        is_, headers, body = live.request(path)
        equal(is_, status, path)
        assert headers["Content-Type"].startswith("application/json"), headers
        error = json.loads(body)
        equal(list(error), ["error"])
        for word in words:
            assert word in error["error"], (path, error)
    for path in ("info", "memory", "commands", "topcommands", "topkeys", "status"):
        refused(f"/api/{path}", 400, "server")
        refused(f"/api/{path}?server=", 400, "server")
        refused(f"/api/{path}?server=h:2", 404, "h:2")
    for path in ("memory", "commands", "topcommands", "topkeys", "status"):
        query = lambda **values: f"/api/{path}?server=h:1&" + urllib.parse.urlencode(values)
        refused(query(**{"from": "2026-03-10", "to": "soon"}), 400, "to:", "soon")
        refused(query(**{"from": "2026-13-10", "to": "2026-03-10"}), 400, "from:", "13")
        refused(query(**{"from": "2026-03-10"}), 400, "to is missing")
        refused(query(**{"to": "2026-03-10"}), 400, "from is missing")
        refused(query(**{"from": "2026-03-11", "to": "2026-03-10"}), 400, "reversed")
        refused(query(**{"from": "1970-01-01", "to": "2090-01-01"}), 400, "hundred years")
    refused("/api/memory?server=h:1&points=0", 400, "points")
    equal(live.request("/api/nothing")[0], 404)
    equal(live.get("info", server="h:1"), {})
    equal(live.get("memory", server="h:1")["data"], [])
    equal(len(live.get("commands", server="h:1")["data"]), 121)
    equal(live.get("topkeys", server="h:1")["data"], [])


def test_the_page_is_served_with_headers_that_protect_it(scene):
    live = scene.live("--collect=no", "--monitor=h:1", scene.store("sqlite"))
    for path in ("/", "/index.html", "/js/redis_live.js"):
        status, headers, body = live.request(path)
        equal(status, 200, path)
        assert "default-src 'self'" in headers["Content-Security-Policy"], headers
        equal(headers["X-Content-Type-Options"], "nosniff")
        assert "Etag" not in headers and "ETag" not in headers, headers
        assert len(body) > 100
    for path in ("/../redis_live.cpp", "/%2e%2e/redis_live.cpp", "/js/../../run", "/nothing.html"):
        assert live.request(path)[0] in (403, 404), path
    equal(live.request("/api/servers", {"Host": f"localhost:{live.port}"})[0], 200)
    status, _, body = live.request("/api/servers", {"Host": "attacker.example"})
    equal(status, 403)
    assert b"localhost" in body, body


def tests():
    return harness.tests_of(globals())
