#!/usr/bin/env python3
"""Prints the rows of include/cyclone/impl/redis_command_table.ipp, as COMMAND and COMMAND DOCS of a server give them.

    redis_command_table.py PORT >rows

redis_command_table_test.cpp compares the table with a server, row by row, and says when it is time for this.
"""
import socket
import sys

FLAGS = ["readonly", "write", "blocking", "admin", "noscript"]
WORDS = {"readonly": "reads", "write": "writes", "blocking": "blocks", "admin": "administers",
         "noscript": "no_script"}


class Server:
    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port)).makefile("rwb")

    def ask(self, *words):
        self.stream.write(b"*%d\r\n" % len(words))
        for word in words:
            self.stream.write(b"$%d\r\n%s\r\n" % (len(word), word.encode()))
        self.stream.flush()
        return self.read()

    def read(self):
        line = self.stream.readline()[:-2]
        kind, rest = line[:1], line[1:].decode()
        if kind == b"$":
            return None if rest == "-1" else self.stream.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return int(rest) if kind == b":" else rest


def pairs(flat):
    return dict(zip(flat[::2], flat[1::2]))


def key_spec(spec):
    """One call of a function of the table's, or None where the server does not say where its keys are."""
    begin, find = pairs(spec["begin_search"]), pairs(spec["find_keys"])
    where, what = pairs(begin["spec"]), pairs(find["spec"])
    if begin["type"] == "unknown" or find["type"] == "unknown":
        return None
    if begin["type"] == "index":
        at = str(where["index"])
    else:
        at = '"%s", %d' % (where["keyword"], where["startfrom"])
    if find["type"] == "keynum":
        assert what["keynumidx"] == 0 and what["firstkey"] == 1 and what["keystep"] == 1, what
        return "counted(%s)" % at
    last, step, limit = what["lastkey"], what["keystep"], what["limit"]
    if (last, step, limit) == (0, 1, 0):
        return "key(%s)" % at
    rest = ", ".join(str(n) for n in ([last, step, limit] if limit > 1 else [last, step] if step > 1 else [last]))
    return "keys(%s, %s)" % (at, rest)


def row(info, docs):
    name, arity, flags, tips, specs, subs = info[0], info[1], info[2], info[7], info[8], info[9]
    words = [WORDS[flag] for flag in FLAGS if flag in flags]
    if subs:
        words.append("has_subcommands")
    policies = pairs([word for tip in tips if ":" in tip for word in tip.split(":")])
    keys = [k for k in (key_spec(pairs(spec)) for spec in specs) if k]
    columns = ['"%s"' % name.upper().replace("|", " "), '"%s"' % docs["since"], '"%s"' % docs["group"], str(arity),
               " | ".join(words) or "0", "{%s}" % ", ".join(dict.fromkeys(keys))]
    route = policies.get("request_policy")
    join = policies.get("response_policy")
    if route or join:
        columns.append("Route::" + (route or "one"))
    if join:
        columns.append("Join::" + join.replace("agg_", ""))
    return name.upper().replace("|", " "), "    {%s}," % ", ".join(columns)


def main():
    server = Server(int(sys.argv[1]))
    docs = {}
    for name, doc in pairs(server.ask("COMMAND", "DOCS")).items():
        docs[name] = pairs(doc)
        for sub, subdoc in pairs(docs[name].get("subcommands", [])).items():
            docs[sub] = pairs(subdoc)
    rows = []
    for info in server.ask("COMMAND"):
        rows.append(row(info, docs[info[0]]))
        rows.extend(row(sub, docs[sub[0]]) for sub in info[9])
    for _, text in sorted(rows):
        print(text)


main()
