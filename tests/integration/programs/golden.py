"""The recorded answers of the original, asked over HTTP."""

import json
import os
import subprocess

from . import harness
from .harness import ROOT, cases

ZONES = {"utc": "UTC", "sao_paulo": "America/Sao_Paulo"}
SERVERS = "127.0.0.1:6379,127.0.0.1:6380"


def lines(zone, name):
    with open(ROOT / "tests" / "golden" / zone / f"{name}.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def fill_as_the_original(stats, zone):
    """Writes the fixtures with the original's own commands, and nothing of ours."""
    os.environ["TZ"] = ZONES[zone]
    import time
    time.tzset()
    commands = []

    def add(*words):
        commands.append(harness.encode(*words))
    for line in lines(zone, "memory"):
        member = str({"timestamp": str(line["epoch"]), "used": line["used"], "peak": line["peak"]})
        add("ZADD", f"{line['server']}:memory", line["epoch"], member)
    for line in lines(zone, "info"):
        add("SET", f"{line['server']}:Info", json.dumps(line["info"]))
    for line in lines(zone, "commands"):
        server, epoch, count = line["server"], line["epoch"], line["count"]
        local = time.localtime(epoch)
        day = time.strftime("%y%m%d", local)
        add("ZINCRBY", f"{server}:CommandCount:{epoch}", count, line["command"])
        add("ZINCRBY", f"{server}:DailyCommandCount:{day}", count, line["command"])
        add("ZINCRBY", f"{server}:KeyCount:{epoch}", count, line["key"])
        add("ZINCRBY", f"{server}:DailyKeyCount:{day}", count, line["key"])
        add("HINCRBY", f"{server}:CommandCountBySecond", epoch, count)
        add("HINCRBY", f"{server}:CommandCountByMinute",
            f"{day}:{local.tm_hour}:{local.tm_min}", count)
        add("HINCRBY", f"{server}:CommandCountByHour", f"{day}:{local.tm_hour}", count)
        add("HINCRBY", f"{server}:CommandCountByDay", day, count)
    with stats.client() as client:
        client.send(commands)


def rows_in_any_order(answer):
    """With rows of equal counts in the order of their names."""
    if "data" not in answer:
        return answer
    return {**answer, "data": sorted(answer["data"], key=lambda row: (row[1], str(row[0])))}


def check_answers(live, zone):
    wrong = []
    for line in lines(zone, "answers"):
        status, _, body = live.request(line["query"])
        answer = json.loads(body)
        answer.pop("timestamp", None)
        is_top = "/api/top" in line["query"]
        same = (rows_in_any_order(answer) == rows_in_any_order(line["answer"]) and
                [row[1] for row in answer["data"]] == [row[1] for row in line["answer"]["data"]]
                if is_top else answer == line["answer"])
        if status != 200 or not same:
            wrong.append(f"{line['query']}: {status} {body!r}")
    assert not wrong, f"{len(wrong)} answers are others, such as {wrong[0][:1000]}"


@cases(("utc",), ("sao_paulo",))
def test_a_store_filled_by_other_hands_is_answered_from_as_the_original_does(scene, zone):
    store = scene.store("redis")
    fill_as_the_original(scene.stats, zone)
    live = scene.live("--collect=no", store, f"--monitor={SERVERS}", env={"TZ": ZONES[zone]})
    check_answers(live, zone)
    status = live.status("127.0.0.1:6379")
    assert status["collector"] == "none", status
    assert status["time_zone"] == ZONES[zone], status


@cases(("sqlite", "utc"), ("sqlite", "sao_paulo"), ("redis", "utc"), ("redis", "sao_paulo"))
def test_our_own_stores_are_answered_from_as_the_original_does(scene, kind, zone):
    store = scene.store(kind)
    env = {"TZ": ZONES[zone]}
    subprocess.run([harness.program("fill-store"), store, ROOT / "tests" / "golden" / zone],
                   env={**os.environ, **env}, check=True, timeout=120)
    live = scene.live("--collect=no", store, f"--monitor={SERVERS}", env=env)
    check_answers(live, zone)


def tests():
    return harness.tests_of(globals())
