"""Runs random scripts of Deferred operations on Twisted and on cyclone, and compares what they say.

    python3 run.py DRIVER [SCRIPTS [SEED]]     DRIVER is driver.cpp, compiled

Prints each script that came out differently, and last `N passed, N failed`. Where cyclone differs from Twisted on
purpose, this side does what cyclone does; each such place has a comment that begins with "Differs".
"""

import random
import subprocess
import sys

from twisted.internet import defer, task
from twisted.logger import globalLogBeginner
from twisted.python.failure import Failure


class ScriptError(Exception):
    """An error that a script asks for."""


class DeferredList(defer.DeferredList):
    """Differs: to cancel one that has fired reaches what a callback of it waits for, as with any other Deferred."""

    def cancel(self):
        if self.called:
            defer.Deferred.cancel(self)
        else:
            super().cancel()


class Twisted:
    """Runs one script on Twisted and keeps what it says."""

    def __init__(self):
        self.said = []
        self.promises = {}
        self.chains = {}
        self.clock = task.Clock()
        self.lock = defer.DeferredLock()
        self.semaphore = defer.DeferredSemaphore(2)
        self.queue = defer.DeferredQueue(size=2, backlog=2)

    def run(self, script):
        for line in script:
            self.say("> " + line)
            words = line.split()
            getattr(self, "do_" + words[0])(*words[1:])
        self.say("> end")
        for slot in sorted(self.chains):
            self.chains[slot].addBoth(self.final, slot)
        return self.said

    def say(self, text):
        self.said.append(text)

    def text_of(self, failure):
        if failure.check(defer.CancelledError):
            return "cancelled"
        if failure.check(defer.FirstError):
            return "first error %d %s" % (failure.value.index, self.text_of(failure.value.subFailure))
        return str(failure.value)

    def final(self, result, slot):
        if hasattr(result, "check"):
            self.say("final %d error %s" % (slot, self.text_of(result)))
        else:
            self.say("final %d value %d" % (slot, result))

    def do_new(self, slot, canceller):
        slot = int(slot)

        def cancel(deferred):
            self.say("canceller %d" % slot)
            if canceller == "value":
                deferred.callback(7000 + slot)
            elif canceller == "error":
                deferred.errback(ScriptError("E%d" % (7000 + slot)))
            else:
                # Differs: a late result is dropped once also where there is a canceller.
                deferred._suppressAlreadyCalled = True

        self.promises[slot] = defer.Deferred(None if canceller == "-" else cancel)
        self.chains[slot] = self.promises[slot]

    def fire(self, slot, function, argument):
        try:
            function(argument)
        except defer.AlreadyCalledError:
            self.say("already called %d" % slot)

    def do_callback(self, slot, value):
        self.fire(int(slot), self.promises[int(slot)].callback, int(value))

    def do_errback(self, slot, value):
        self.fire(int(slot), self.promises[int(slot)].errback, ScriptError("E" + value))

    def do_add(self, slot, kind, number):
        number = int(number)

        def plus(value):
            self.say("plus %d to %d" % (number, value))
            return value + number

        def throw(value):
            self.say("throw %d at %d" % (number, value))
            raise ScriptError("E%d" % number)

        def rescue(failure):
            self.say("rescue %d from %s" % (number, self.text_of(failure)))
            return number

        def replace(failure):
            self.say("replace %d for %s" % (number, self.text_of(failure)))
            raise ScriptError("E%d" % number)

        def pass_on(failure):
            self.say("pass %d on %s" % (number, self.text_of(failure)))
            return failure

        def both(result):
            if hasattr(result, "check"):
                self.say("both %d error %s" % (number, self.text_of(result)))
            else:
                self.say("both %d value %d" % (number, result))
            return result

        chain = self.chains[int(slot)]
        if kind == "both":
            chain.addBoth(both)
        elif kind == "callbacks":
            chain.addCallbacks(throw, rescue)
        elif kind in ("plus", "throw"):
            chain.addCallback({"plus": plus, "throw": throw}[kind])
        else:
            chain.addErrback({"rescue": rescue, "replace": replace, "pass": pass_on}[kind])

    def do_chain(self, slot, inner):
        other = self.chains.pop(int(inner))
        self.chains[int(slot)].addCallback(lambda _: other)

    def do_rescuechain(self, slot, inner):
        other = self.chains.pop(int(inner))
        self.chains[int(slot)].addErrback(lambda _: other)

    def do_cancel(self, slot):
        self.chains[int(slot)].cancel()

    def do_coroutine(self, slot, mode, *inner):
        awaited = [self.chains.pop(int(one)) for one in inner]

        @defer.inlineCallbacks
        def coroutine():
            total = 0
            for number, one in enumerate(awaited):
                try:
                    total += yield one
                except Exception as error:
                    text = self.text_of(Failure(error))
                    self.say("coroutine %s caught %s at %d" % (slot, text, number))
                    if mode == "strict":
                        raise
                    total += 1
                self.say("coroutine %s has %d" % (slot, total))
            return total

        self.chains[int(slot)] = coroutine()

    def do_list(self, slot, flags, *inner):
        deferreds = [self.chains.pop(int(one)) for one in inner]

        def texts(results):
            return " ".join(str(r) if ok else self.text_of(r) for ok, r in results)

        def listed(results):
            if "c" in flags and isinstance(results, tuple):
                self.say("list %s first %d is %d" % (slot, results[1], results[0]))
                return results[0]
            self.say("list %s has %s" % (slot, texts(results)))
            if "c" in flags:
                # Differs: without any value a list that fires on one callback fails.
                raise ScriptError("all of them failed")
            return len(results)

        self.chains[int(slot)] = DeferredList(
            deferreds,
            fireOnOneCallback="c" in flags,
            fireOnOneErrback="e" in flags,
            consumeErrors=True,
        ).addCallback(listed)

    def acquire(self, slot, primitive, name):
        def acquired(_):
            self.say("%s %s" % (name, slot))
            return 1

        self.chains[int(slot)] = primitive.acquire().addCallback(acquired)

    def do_lock(self, slot):
        self.acquire(slot, self.lock, "locked")

    def do_unlock(self):
        if self.lock.locked:
            self.lock.release()

    def do_enter(self, slot):
        self.acquire(slot, self.semaphore, "entered")

    def do_leave(self):
        if self.semaphore.tokens < self.semaphore.limit:
            self.semaphore.release()

    def do_put(self, value):
        try:
            self.queue.put(int(value))
        except defer.QueueOverflow:
            self.say("overflow")

    def do_get(self, slot):
        try:
            self.chains[int(slot)] = self.queue.get()
        except defer.QueueUnderflow:
            self.say("underflow")
            self.chains[int(slot)] = defer.succeed(-1)

    def do_delay(self, slot, ticks):
        self.chains[int(slot)] = task.deferLater(self.clock, int(ticks) / 2, lambda: int(slot))

    def do_loop(self, slot, ticks, now, limit):
        calls = []

        def call(count):
            calls.append(count)
            self.say("loop %s call %d count %d at %d" % (slot, len(calls), count, self.clock.seconds() * 2))
            if len(calls) == int(limit):
                loop.stop()

        loop = task.LoopingCall.withCount(call)
        loop.clock = self.clock
        started = loop.start(int(ticks) / 2, now == "now")

        def cancel(_):
            # Differs: to cancel what start() gives ends the loop.
            loop.running = False
            loop._deferred = None
            if loop.call is not None:
                loop.call.cancel()
                loop.call = None

        if not started.called:
            started._canceller = cancel
        self.chains[int(slot)] = started.addCallback(lambda _: len(calls))

    def do_tick(self):
        # Differs: Twisted's clock jumps over the times in between; one tick at a time has none.
        self.clock.advance(0.5)


def comparable(said):
    """What was said, one list for each operation.

    Differs: what a cancel lets happen comes in another order now and then, because inlineCallbacks hands its result on
    only when cancel() is done. So within a cancel the order does not count.
    """
    groups = []
    for line in said:
        if line.startswith("> "):
            groups.append([])
        groups[-1].append(line)
    return [sorted(group) if group[0].startswith("> cancel ") else group for group in groups]


class Generator:
    """Makes a script, whose operations are all possible: no chain is used after it was given away."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.slots = 0
        self.promises = []
        self.alive = []

    def script(self, length):
        while len(self.lines) < length:
            getattr(self, self.random.choice(self.KINDS))()
        return self.lines

    def say(self, *words):
        self.lines.append(" ".join(str(word) for word in words))

    def new_slot(self):
        self.slots += 1
        self.alive.append(self.slots)
        return self.slots

    def number(self):
        return self.random.randrange(100)

    def take(self, count):
        taken = self.random.sample(self.alive, min(count, len(self.alive)))
        for slot in taken:
            self.alive.remove(slot)
        return taken

    def new(self):
        slot = self.new_slot()
        self.promises.append(slot)
        self.say("new", slot, self.random.choice(["-", "-", "log", "value", "error"]))

    def fire(self):
        if self.promises:
            kind = self.random.choice(["callback", "callback", "errback"])
            self.say(kind, self.random.choice(self.promises), self.number())

    def add(self):
        if self.alive:
            kinds = ["plus", "throw", "rescue", "replace", "pass", "both", "callbacks"]
            self.say("add", self.random.choice(self.alive), self.random.choice(kinds), self.number())

    def chain(self):
        if len(self.alive) > 1:
            (inner,) = self.take(1)
            kind = self.random.choice(["chain", "chain", "rescuechain"])
            self.say(kind, self.random.choice(self.alive), inner)

    def cancel(self):
        if self.alive:
            self.say("cancel", self.random.choice(self.alive))

    def coroutine(self):
        inner = self.take(self.random.randrange(1, 4))
        self.say("coroutine", self.new_slot(), self.random.choice(["strict", "catch"]), *inner)

    def list(self):
        inner = self.take(self.random.randrange(1, 4))
        if inner:
            self.say("list", self.new_slot(), self.random.choice(["-", "c", "e", "ce"]), *inner)

    def lock(self):
        self.say("lock", self.new_slot())

    def unlock(self):
        self.say("unlock")

    def enter(self):
        self.say("enter", self.new_slot())

    def leave(self):
        self.say("leave")

    def put(self):
        self.say("put", self.number())

    def get(self):
        self.say("get", self.new_slot())

    def delay(self):
        self.say("delay", self.new_slot(), self.random.randrange(4))

    def loop(self):
        now = self.random.choice(["now", "later"])
        self.say("loop", self.new_slot(), self.random.randrange(1, 4), now, self.random.randrange(1, 5))

    def tick(self):
        self.say("tick")

    KINDS = (
        ["new"] * 6 + ["fire"] * 8 + ["add"] * 8 + ["chain"] * 3 + ["cancel"] * 3 + ["coroutine"] * 2
        + ["list"] * 2 + ["lock", "unlock", "enter", "leave", "put", "get", "delay", "loop"] + ["tick"] * 4
    )


def main():
    # Unhandled errors, at the end of a script, are nobody's business here.
    globalLogBeginner.beginLoggingTo([lambda event: None], redirectStandardIO=False)
    driver = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    first_seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    scripts = [Generator(seed).script(10 + seed % 60) for seed in range(first_seed, first_seed + count)]
    text = "".join("\n".join(script) + "\nend\n" for script in scripts)
    ran = subprocess.run([driver], input=text, stdout=subprocess.PIPE, text=True, timeout=600)
    answers = ran.stdout.split("end of script\n")[:-1]
    passed = failed = 0
    for index, script in enumerate(scripts):
        expected = Twisted().run(script)
        got = answers[index].splitlines() if index < len(answers) else ["> the driver ended before"]
        if comparable(got) == comparable(expected):
            passed += 1
            continue
        failed += 1
        if failed <= 3:
            print("seed %d, Twisted says:\n  %s" % (first_seed + index, "\n  ".join(expected)))
            print("cyclone says:\n  %s" % "\n  ".join(got))
    if ran.returncode != 0:
        print("the driver ended with status %d" % ran.returncode)
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
