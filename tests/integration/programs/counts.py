"""Known commands, sent fast, are counted exactly, at every granularity."""

import collections
import datetime
import random
import time
import zoneinfo

from . import harness
from .harness import cases, equal, wait_for

COMMANDS = [("SET", 40_000), ("GET", 25_000), ("INCR", 12_000), ("HSET", 8_000), ("LPUSH", 6_000),
            ("SADD", 4_000), ("ZADD", 2_500), ("EXPIRE", 1_500), ("APPEND", 700), ("DEL", 300)]
PER_SECOND = 25_000
TEN_BUSIEST = [b"string:0", b"string:1", b"string:2", b"with space", b"\"quoted\" 'key'",
               b"line\nbreak", "schlüssel".encode(), b"<img src=x onerror=alert(1)>", b"a:b:c",
               b"back\\slash"]


def words(command, key):
    more = {"SET": ["v"], "HSET": ["f", "v"], "LPUSH": ["v"], "SADD": ["m"], "ZADD": ["1", "m"],
            "EXPIRE": ["100"], "APPEND": ["v"]}
    return [command, key, *more.get(command, [])]


def load():
    """100,000 encoded commands, and how often each command and each key is among them."""
    chance = random.Random(1)
    names = [command for command, count in COMMANDS for _ in range(count)]
    chance.shuffle(names)
    # The ten busiest keys have counts of their own; a thousand others have fewer.
    busy = [key for place, key in enumerate(TEN_BUSIEST) for _ in range(8_000 - 500 * place)]
    rare = [b"rare:%d" % (number % 1000) for number in range(len(names) - len(busy))]
    keys = busy + rare
    chance.shuffle(keys)
    # A type for each key, so that no command is refused.
    encoded = [harness.encode(*words(name, name.encode() + b"|" + key if name not in ("GET", "SET")
                                     else key)) for name, key in zip(names, keys)]
    counted = [name.encode() + b"|" + key if name not in ("GET", "SET") else key
               for name, key in zip(names, keys)]
    return encoded, collections.Counter(names), collections.Counter(counted)


def send_steadily(client, commands):
    """Sends them at PER_SECOND; gives how long it took."""
    started = time.monotonic()
    step = PER_SECOND // 50
    for turn, at in enumerate(range(0, len(commands), step)):
        client.send(commands[at:at + step], in_flight=step)
        wait = started + (turn + 1) / 50 - time.monotonic()
        if wait > 0:
            time.sleep(wait)
    return time.monotonic() - started


def top(counter):
    """The ten largest; of equal ones the greater byte string first."""
    rows = sorted(counter.items(), key=lambda item: (item[1], item[0]), reverse=True)[:10]
    return [[name.decode() if isinstance(name, bytes) else name, count] for name, count in rows]


@cases(("sqlite", "UTC"), ("redis", "UTC"), ("sqlite", "America/Sao_Paulo"),
       ("redis", "America/Sao_Paulo"))
def test_a_hundred_thousand_commands_are_counted_exactly(scene, kind, zone):
    watched = scene.redis()
    store = scene.store(kind)
    env = {"TZ": zone}
    if zone == "UTC":
        scene.monitor(store, f"--monitor={watched.id}", env=env)
        live = scene.live("--collect=no", store, f"--monitor={watched.id}", env=env)
    else:
        live = scene.live(store, f"--monitor={watched.id}", env=env)
    live.wait_for_state(watched.id, "ok")

    encoded, by_command, by_key = load()
    begun = int(time.time())
    with watched.client() as client:
        took = send_steadily(client, encoded)
    ended = int(time.time()) + 1
    assert len(encoded) / took >= 20_000, f"sent {len(encoded) / took:.0f} a second only"

    wait_for(lambda: live.count(watched.id, begun, ended) >= len(encoded), "all are counted")
    ranges = {"second": 110, "minute": 7_000, "hour": 400_000, "day": 20 * 86_400}
    for granularity, length in ranges.items():
        query = {"server": watched.id, "from_": ended - length, "to": ended}
        answer = live.get("commands", **query, epochs=1, details=1)
        equal(answer["granularity"], granularity)
        equal(sum(count for _, count in answer["data"]), len(encoded), granularity)
        equal([row[0] for row in answer["data"]],
              sorted((row[0] for row in answer["data"]), reverse=True))
        answer = live.get("topcommands", **query)
        equal(answer["data"], top(by_command)[::-1], granularity)
        answer = live.get("topkeys", **query)
        equal(answer["data"], top(by_key), granularity)
        answer = live.get("topkeys", **query, details=1)
        equal((answer["distinct"], answer["total"]), (len(by_key), len(encoded)), granularity)

    # Labels are local, and so is a time without a zone.
    local = datetime.datetime.fromtimestamp(ended, zoneinfo.ZoneInfo(zone))
    answer = live.get("commands", server=watched.id, to=local.strftime("%Y-%m-%d %H:%M:%S"),
                      from_=(local - datetime.timedelta(seconds=100)).strftime("%Y-%m-%dT%H:%M:%S"))
    equal(sum(count for _, count in answer["data"]), len(encoded))
    equal(answer["data"][0][0], [*local.timetuple()[:6], local.weekday()])
    assert "timestamp" in answer
    equal(live.status(watched.id)["gaps"], [])


def test_what_the_collector_itself_asks_is_not_counted(scene):
    watched = scene.redis()
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time()) - 2
    with watched.client() as client:
        client("INFO")
        time.sleep(3)
    now = int(time.time())
    equal(live.count(watched.id, begun, now), 1)
    rows = live.get("memory", server=watched.id, from_=now - 60, to=now, epochs=1)["data"]
    assert len(rows) >= 2, rows
    assert all(peak >= used > 0 for _, peak, used in rows), rows
    info = live.get("info", server=watched.id)
    equal(info["tcp_port"], watched.port)
    equal(info["databases"], [{"name": "db0", "keys": "0", "expires": "0"}])


def test_databases_scripts_and_binary_keys_are_told_apart(scene):
    watched = scene.redis()
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    with watched.client() as client:
        client("SELECT", 3)
        client("SET", b"\x00\xff\x01", "v")
        client("EVAL", "return redis.call('INCR', KEYS[1])", 1, "from script")
        client("SET", "", "empty")
        client("PING")
    wait_for(lambda: live.count(watched.id, begun, begun + 60) >= 6, "all are counted")
    query = {"server": watched.id, "from_": begun, "to": begun + 60}
    equal(sorted(live.get("topcommands", **query)["data"]),
          [["EVAL", 1], ["INCR", 1], ["PING", 1], ["SELECT", 1], ["SET", 2]])
    equal(sorted(live.get("topkeys", **query)["data"]),
          [["", 1], ["\\x00\\xff\\x01", 1], ["from script", 2]])
    equal(sorted(live.get("topkeys", **query, details=1)["data"]),
          [["", 1], ["\\x00\\xff\\x01", 1, True], ["from script", 2]])


def test_several_servers_are_counted_each_for_itself(scene):
    servers = [scene.redis() for _ in range(3)]
    live = scene.live(scene.store("sqlite"), "--monitor=" + ",".join(s.id for s in servers))
    begun = int(time.time())
    for number, server in enumerate(servers):
        live.wait_for_state(server.id, "ok")
        with server.client() as client:
            client.send([harness.encode("SET", "k", "v")] * (100 * (number + 1)))
    for number, server in enumerate(servers):
        expected = 100 * (number + 1)
        wait_for(lambda: live.count(server.id, begun, begun + 60) >= expected, "all are counted")
        equal(live.count(server.id, begun, begun + 60), expected)
    equal([server["id"] for server in live.get("servers")["servers"]], [s.id for s in servers])


@cases(("sqlite",), ("redis",))
def test_two_collectors_with_one_store_count_everything_once(scene, kind):
    watched = scene.redis()
    store = scene.store(kind)
    live = scene.live(store, f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    second = scene.live(store, f"--monitor={watched.id}")
    wait_for(lambda: "collects for this server into the same store" in second.said(),
             "the second one stands by")
    begun = int(time.time())
    command = harness.encode("SET", "k", "v")
    with watched.client() as client:
        client.send([command] * 1000)
        wait_for(lambda: live.count(watched.id, begun, begun + 60) >= 1000, "all are counted")
        time.sleep(1.5)
        equal(live.count(watched.id, begun, begun + 60), 1000)
        equal(second.status(watched.id)["collector"], "elsewhere")
        live.kill()
        wait_for(lambda: second.status(watched.id)["collector"] == "here", "the second takes over",
                 seconds=5)
        second.wait_for_state(watched.id, "ok")
        client.send([command] * 500)
    wait_for(lambda: second.count(watched.id, begun, begun + 60) >= 1500, "all are counted")
    time.sleep(1.5)
    equal(second.count(watched.id, begun, begun + 60), 1500)
    equal(len(second.status(watched.id, from_=begun, to=begun + 60)["gaps"]), 1)


def tests():
    return harness.tests_of(globals())
