"""The group `websocket` of tests/bench/run: an echo beside Boost.Beast and Tornado, and what an idle WebSocket costs."""
import statistics
import subprocess
import time


def load(bench, program, server, connections, size):
    """CPU microseconds of the server per message, messages a second, and latencies."""
    before = server.cpu()
    words = subprocess.run([str(program), str(server.port), str(connections), str(bench.args.seconds), str(size)],
                           capture_output=True, text=True, check=True).stdout.split()
    used = server.cpu() - before
    messages, p50, p99 = int(words[0]), float(words[1]), float(words[2])
    return used / messages * 1e6, messages / bench.args.seconds, p50, p99


def compare(bench, program, servers, name, connections, size, goal=None):
    figures = {n: [] for n in servers}
    for _ in range(bench.args.rounds):
        for n, server in servers.items():
            figures[n].append(load(bench, program, server, connections, size))
    medians = {n: statistics.median(f[0] for f in rounds) for n, rounds in figures.items()}
    mine = medians.pop("cyclone")
    # Pair by pair: what disturbs one round disturbs its neighbours too.
    ratio = None
    if "beast" in figures:
        ratio = statistics.median(a[0] / b[0] for a, b in zip(figures["cyclone"], figures["beast"]))
    judged = goal is not None and ratio is not None
    bench.row("websocket", name, "CPU us/message", mine, medians, "<= %sx beast" % goal if judged else None,
              ratio <= goal if judged else None)
    for n, rounds in figures.items():
        bench.say("      %-14s %8.2f us  %8.0f/s  p50 %.0f us  p99 %.0f us%s" % (
            (n,) + tuple(statistics.median(f[i] for f in rounds) for i in range(4)) +
            ("  ratio %.3f" % ratio if n == "cyclone" and ratio else "",)))


def idle_bytes(program, server, count):
    """What each of `count` WebSockets that have had one echo costs in the server's process."""
    # What the first ones make the process take anyway is not theirs.
    for connections in (100, count):
        before = server.rss()
        held = subprocess.Popen([str(program), str(server.port), str(connections)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        try:
            if held.stdout.readline() != "idle\n":
                raise RuntimeError("the WebSockets could not be opened")
            time.sleep(1)
            used = server.rss() - before
        finally:
            held.stdin.close()
            held.wait()
        time.sleep(1)
    return used / count


def measure(bench):
    here, servers = bench.HERE, {}
    program = bench.build_peer("websocket-load", here / "websocket_load.cpp")
    if program is None:
        raise RuntimeError("the load generator does not build")

    def add(name, command):
        port = bench.free_port()
        try:
            servers[name] = bench.Server(command(port), port)
        except (RuntimeError, OSError) as error:
            bench.say("  (%s is left out: %s)" % (name, error))

    bench.say("websocket: starting the servers")
    try:
        add("cyclone", lambda port: [bench.BUILD / "tests" / "websocket-bench-server", "--port=%d" % port])
        if "cyclone" not in servers:
            return
        beast = bench.build_peer("beast-websocket", here / "peers/beast_websocket.cpp", "-lpthread")
        if beast:
            add("beast", lambda port: [beast, port])
        few = dict(servers)
        if not bench.args.quick:
            add("tornado", lambda port: ["/usr/bin/python3", here / "peers/tornado_websocket.py", port])
        compare(bench, program, servers, "echo of 32 bytes, 64 connections", 64, 32, 0.9)
        compare(bench, program, few, "echo of 4 KiB, 64 connections", 64, 4096)
        memory = {n: idle_bytes(program, s, 2000) for n, s in servers.items()}
        mine = memory.pop("cyclone")
        bench.row("websocket", "an idle WebSocket, of 2,000", "bytes", mine, memory, "<= 4096", mine <= 4096)
    finally:
        for server in servers.values():
            server.stop()
