"""Servers and stores that die, hang, refuse or load: counts are exact but for the time away."""

import contextlib
import signal
import socket
import threading
import time

from . import harness
from .harness import cases, equal, wait_for

SET = harness.encode("SET", "k", "v")


def send(redis, count):
    with redis.client() as client:
        client.send([SET] * count)


def counted(live, server, expected, since):
    """Waits until `expected` commands are there, and looks that it stays at that."""
    wait_for(lambda: live.count(server, since, int(time.time()) + 5) >= expected,
             f"{expected} commands are counted")
    time.sleep(1.5)
    equal(live.count(server, since, int(time.time()) + 5), expected)


@cases(("sqlite",), ("redis",))
def test_a_watched_server_that_is_killed_and_started_again(scene, kind):
    watched = scene.redis()
    live = scene.live(scene.store(kind), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    send(watched, 5000)
    # Killed at once: what it has sent before is still to be read.
    watched.kill()
    status = live.wait_for_state(watched.id, "lost")
    assert status["reason"], status
    assert status["retry_at"] is None or status["retry_at"] <= time.time() + 3, status
    time.sleep(2)
    watched.start()
    status = live.wait_for_state(watched.id, "ok", seconds=5)
    equal(status["reason"], None)
    send(watched, 3000)
    counted(live, watched.id, 8000, begun)
    gaps = live.status(watched.id, from_=begun - 5, to=int(time.time()))["gaps"]
    equal(len(gaps), 1, gaps)
    assert 2 <= gaps[0][1] - gaps[0][0] <= 8, gaps


def test_a_server_that_is_not_there_yet_is_waited_for(scene):
    watched = scene.redis()
    watched.kill()
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    status = live.wait_for_state(watched.id, "lost")
    equal(status["reason"], "Connection refused")
    equal(live.get("info", server=watched.id), {})
    watched.start()
    live.wait_for_state(watched.id, "ok", seconds=5)


def test_a_server_that_hangs_is_told_and_nothing_is_missed(scene):
    watched = scene.redis()
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    send(watched, 1000)
    watched.signal(signal.SIGSTOP)
    status = live.wait_for_state(watched.id, "lost", seconds=8)
    equal(status["reason"], "it has given no answer for 3 s")
    watched.signal(signal.SIGCONT)
    send(watched, 1000)
    live.wait_for_state(watched.id, "ok", seconds=5)
    counted(live, watched.id, 2000, begun)
    equal(live.status(watched.id, from_=begun, to=int(time.time()))["gaps"], [])


def test_a_password_that_is_changed_is_told_in_the_servers_own_words(scene):
    watched = scene.redis("--requirepass", "old")
    live = scene.live(scene.store("sqlite"), f"--monitor=redis://:old@{watched.id}")
    live.wait_for_state(watched.id, "ok")
    with watched.client() as client:
        client("AUTH", "old")
        client("CONFIG", "SET", "requirepass", "new")
        for kind in ("normal", "replica"):
            client("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
        status = live.wait_for_state(watched.id, "refused")
        assert status["reason"].startswith("WRONGPASS"), status
        assert status["retry_at"] >= status["since"], status
        assert "old" not in live.said() and "new" not in live.said(), live.said()
        client("CONFIG", "SET", "requirepass", "old")
    live.wait_for_state(watched.id, "ok", seconds=10)


def test_without_its_password_a_server_refuses(scene):
    watched = scene.redis("--requirepass", "secret")
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    status = live.wait_for_state(watched.id, "refused")
    assert status["reason"].startswith("NOAUTH"), status


def test_a_server_that_loads_its_data_is_waited_for(scene):
    watched = scene.redis()
    with watched.client() as client:
        client.send([harness.encode("SET", f"key:{number}", "v" * 100) for number in range(3000)])
        client("SAVE")
    watched.kill()
    live = scene.live(scene.store("sqlite"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "lost")
    watched.start("--key-load-delay", "1500", "--loading-process-events-interval-bytes", "1024",
                  ready=False)
    status = live.wait_for_state(watched.id, "waiting", seconds=5)
    assert status["reason"].startswith("LOADING"), status
    live.wait_for_state(watched.id, "ok")


class Sender(threading.Thread):
    """Sends commands at a steady rate until stop(), which gives how many."""

    def __init__(self, redis):
        super().__init__()
        self.redis = redis
        self.ending = threading.Event()
        self.sent = 0
        self.start()

    def run(self):
        with self.redis.client() as client:
            while not self.ending.is_set():
                client.send([SET] * 100)
                self.sent += 100
                time.sleep(0.02)

    def stop(self):
        self.ending.set()
        self.join()
        return self.sent


def test_a_stats_store_that_is_killed_again_and_again_loses_nothing(scene):
    watched = scene.redis()
    live = scene.live(scene.store("redis"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    sender = Sender(watched)
    for turn in range(4):
        time.sleep(1.1 + turn * 0.27)
        scene.stats.kill()
        time.sleep(0.7)
        status, _, body = live.request(f"/api/commands?server={watched.id}")
        equal(status, 503, body)
        assert b"store" in body, body
        scene.stats.start()
    wait_for(lambda: live.request(f"/api/commands?server={watched.id}")[0] == 200,
             "the store is read again", seconds=2)
    counted(live, watched.id, sender.stop(), begun)
    equal(live.status(watched.id, from_=begun, to=int(time.time()))["gaps"], [])


def test_a_stats_store_that_hangs_is_not_told_anything_twice(scene):
    watched = scene.redis()
    live = scene.live(scene.store("redis"), f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    sender = Sender(watched)
    time.sleep(2)
    # Longer than the driver waits for an answer: what it has sent is executed when nobody waits
    # for it any more.
    scene.stats.signal(signal.SIGSTOP)
    time.sleep(13)
    scene.stats.signal(signal.SIGCONT)
    time.sleep(1)
    counted(live, watched.id, sender.stop(), begun)


class ForgetfulPath:
    """Stands before a Redis. Of each three transactions it lets one pass, loses the answer to the
    next, which is executed, and loses the third one itself."""

    def __init__(self, port):
        self.server_port = port
        self.seen = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            server = socket.create_connection(("127.0.0.1", self.server_port))
            lose_answer = threading.Event()
            for move in ((self.requests, client, server, lose_answer),
                         (self.answers, server, client, lose_answer)):
                threading.Thread(target=self.guarded, args=move, daemon=True).start()

    @staticmethod
    def guarded(move, source, target, lose_answer):
        try:
            move(source, target, lose_answer)
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def requests(self, client, server, lose_answer):
        while data := client.recv(1 << 20):
            # A transaction is smaller than a piece here, and leaves in one.
            if b"\r\nEXEC\r\n" in data:
                self.seen += 1
                if self.seen % 3 == 0:
                    return
                if self.seen % 3 == 2:
                    lose_answer.set()
            server.sendall(data)

    def answers(self, server, client, lose_answer):
        while data := server.recv(1 << 20):
            if lose_answer.is_set():
                return
            client.sendall(data)


def test_a_second_whose_storing_is_in_doubt_is_stored_once(scene):
    watched = scene.redis()
    stats = scene.redis()
    path = ForgetfulPath(stats.port)
    live = scene.live(f"--store=redis://127.0.0.1:{path.port}", f"--monitor={watched.id}")
    shown = scene.live(f"--store=redis://{stats.id}", f"--monitor={watched.id}", "--collect=no")
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    sender = Sender(watched)
    time.sleep(9)
    counted(shown, watched.id, sender.stop(), begun)
    assert path.seen >= 9, path.seen


@cases(("sqlite",), ("redis",))
def test_redis_live_that_is_killed_loses_the_last_second_at_most(scene, kind):
    watched = scene.redis()
    store = scene.store(kind)
    flags = (store, f"--monitor={watched.id}")
    live = scene.live(*flags)
    live.wait_for_state(watched.id, "ok")
    begun = int(time.time())
    send(watched, 4000)
    counted(live, watched.id, 4000, begun)
    live.kill()
    send(watched, 500)
    time.sleep(2)
    live = scene.live(*flags)
    live.wait_for_state(watched.id, "ok")
    send(watched, 3000)
    counted(live, watched.id, 7000, begun)
    gaps = live.status(watched.id, from_=begun, to=int(time.time()))["gaps"]
    equal(len(gaps), 1, gaps)

    # In the midst of it: at most what came since the second before is missing, nothing is double.
    before = int(time.time())
    sender = Sender(watched)
    time.sleep(3.3)
    live.kill()
    killed = time.time()
    sender.stop()
    live = scene.live(*flags)
    live.wait_for_state(watched.id, "ok")
    rows = live.get("commands", server=watched.id, from_=before, to=int(killed), epochs=1)["data"]
    for epoch, count in rows:
        if before + 1 < epoch < int(killed) - 2:
            assert count > 0, rows
    time.sleep(2)
    total = live.count(watched.id, before, int(killed) + 5)
    assert total <= sender.sent, (total, sender.sent)
    assert total >= sender.sent - 2.5 * 5000, (total, sender.sent)


def test_what_is_left_is_written_when_redis_monitor_is_stopped(scene):
    watched = scene.redis()
    store = scene.store("sqlite")
    monitor = scene.monitor(store, f"--monitor={watched.id}")
    live = scene.live("--collect=no", store, f"--monitor={watched.id}")
    live.wait_for_state(watched.id, "ok")
    equal(live.status(watched.id)["collector"], "elsewhere")
    begun = int(time.time())
    send(watched, 700)
    time.sleep(0.3)
    equal(monitor.stop(), 0)
    equal(live.count(watched.id, begun, begun + 10), 700)
    wait_for(lambda: live.status(watched.id)["collector"] == "none", "nobody collects", 20)


def test_redis_monitor_ends_after_its_duration(scene):
    watched = scene.redis()
    started = time.monotonic()
    monitor = scene.monitor(scene.store("sqlite"), f"--monitor={watched.id}", "--duration=2")
    equal(monitor.process.wait(10), 0)
    assert 1.9 <= time.monotonic() - started <= 6


def tests():
    return harness.tests_of(globals())
