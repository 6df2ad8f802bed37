#!/usr/bin/python3
"""Signed cookies and form tokens go to and fro between exchange-app and a Tornado application with the same secrets.

    tornado_exchange_test.py PATH_OF_EXCHANGE_APP

Prints "N passed, M failed".
"""
import http.client
import json
import re
import subprocess
import sys
import urllib.parse

VALUES = ["ann", "", "a b", "é 日本", "a|b:c", '"quoted"', "1", "x" * 500, "a=b; c,d\\"]
OURS, TORNADO = "ours", "Tornado"
passed = failed = 0


def serve(arguments):
    """The twin of exchange-app."""
    import asyncio
    import tornado.netutil
    import tornado.httpserver
    import tornado.web
    given = dict(argument[2:].split("=", 1) for argument in arguments)

    class Sign(tornado.web.RequestHandler):
        def get(self):
            self.set_secure_cookie(self.get_argument("name"), self.get_argument("value", "", strip=False),
                                   version=int(self.get_argument("version")))

    class Read(tornado.web.RequestHandler):
        def get(self):
            name = self.get_argument("name")
            value = self.get_secure_cookie(name, min_version=int(self.get_argument("min_version", "1")))
            self.write({"value": None if value is None else value.decode(),
                        "key": self.get_secure_cookie_key_version(name) if self.get_cookie(name) else None})

    class Form(tornado.web.RequestHandler):
        def get(self):
            self.write(self.xsrf_token)

        def post(self):
            self.write("accepted")

    settings = {"xsrf_cookies": True, "xsrf_cookie_version": int(given.get("xsrf-version", 2))}
    if "secret" in given:
        settings["cookie_secret"] = given["secret"]
    else:
        settings["cookie_secret"] = {1: given["old-secret"], 2: given["new-secret"]}
        settings["key_version"] = int(given["key-version"])

    async def main():
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        application = tornado.web.Application([("/sign", Sign), ("/read", Read), ("/form", Form)], **settings)
        tornado.httpserver.HTTPServer(application).add_sockets(sockets)
        print("listening on", sockets[0].getsockname()[1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())


class Server:
    def __init__(self, command, arguments):
        self.process = subprocess.Popen(command + arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        found = re.search(r"listening on (\d+)", self.process.stdout.readline())
        if not found:
            sys.exit("%s did not start" % command)
        self.port = int(found.group(1))

    def ask(self, method, path, cookies=None, headers=None, **arguments):
        """Status, body, and the cookies that are set, as a browser would send them back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        fields = dict(headers or {})
        if cookies:
            fields["Cookie"] = "; ".join("%s=%s" % pair for pair in cookies.items())
        connection.request(method, path + "?" + urllib.parse.urlencode(arguments), headers=fields)
        answer = connection.getresponse()
        body = answer.read().decode()
        new = {}
        for field in answer.headers.get_all("Set-Cookie", []):
            name, _, value = field.split(";")[0].partition("=")
            new[name] = value
        connection.close()
        return answer.status, body, new

    def read(self, cookies, **arguments):
        status, body, _ = self.ask("GET", "/read", cookies, **arguments)
        return json.loads(body) if status == 200 else {"status": status}


class Pair:
    """Ours and Tornado with the same arguments, or each with its own."""

    def __init__(self, app, arguments, other=None):
        self.servers = {OURS: Server([app, "--logging=none"], arguments)}
        self.servers[TORNADO] = Server(["/usr/bin/python3", __file__, "--serve"], other or arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.process.kill()
            server.process.wait()

    def directions(self):
        yield OURS, self.servers[OURS], TORNADO, self.servers[TORNADO]
        yield TORNADO, self.servers[TORNADO], OURS, self.servers[OURS]


def check(what, got, wanted):
    global passed, failed
    if got == wanted:
        passed += 1
    else:
        failed += 1
        print("%s\n    should give: %r\n    gave:        %r" % (what, wanted, got))


def tampered(cookie):
    """The same with one thing changed: what stands between its bars, its end, its beginning."""
    yield "cut", cookie[:-1]
    yield "longer", cookie + "0"
    yield "empty", ""
    for at in range(0, len(cookie), 7):
        other = "1" if cookie[at] != "1" else "2"
        yield "byte %d" % at, cookie[:at] + other + cookie[at + 1:]
    yield "no signature", cookie[:cookie.rindex("|") + 1]
    yield "upper case", cookie[:-64] + cookie[-64:].upper()


def signed_cookies(app):
    with Pair(app, ["--secret=the one secret"]) as pair:
        for maker, make, reader, read in pair.directions():
            for version in (1, 2):
                for value in VALUES:
                    what = "version %d of %r, by %s for %s" % (version, value[:20], maker, reader)
                    _, _, cookies = make.ask("GET", "/sign", name="user", value=value, version=version)
                    key = 0 if version == 2 else None
                    check(what, read.read(cookies, name="user"), {"value": value, "key": key})
                    other = {"admin": cookies["user"]}
                    check(what + ", under another name", read.read(other, name="admin")["value"], None)
                    if version == 1:
                        check(what + ", where version 1 is refused",
                              read.read(cookies, name="user", min_version=2)["value"], None)
                _, _, cookies = make.ask("GET", "/sign", name="user", value="ann", version=version)
                for how, text in tampered(cookies["user"].strip('"')):
                    changed = {"user": '"%s"' % text}
                    check("version %d by %s for %s: %s" % (version, maker, reader, how),
                          read.read(changed, name="user").get("value"), None)
    with Pair(app, ["--secret=one"], ["--secret=another"]) as pair:
        for maker, make, reader, read in pair.directions():
            for version in (1, 2):
                _, _, cookies = make.ask("GET", "/sign", name="user", value="ann", version=version)
                check("another secret, %s" % reader, read.read(cookies, name="user")["value"], None)


def key_versions(app):
    secrets = ["--old-secret=the old one", "--new-secret=the new one"]
    old, new = secrets + ["--key-version=1"], secrets + ["--key-version=2"]
    for made_with, read_with, key in ((old, old, 1), (new, new, 2), (old, new, 1), (new, old, 2)):
        with Pair(app, made_with, read_with) as pair:
            for maker, make, reader, read in pair.directions():
                signed_with = key if maker == OURS else int(read_with[2][-1])
                _, _, cookies = make.ask("GET", "/sign", name="user", value="ann", version=2)
                check("key %d by %s for %s" % (signed_with, maker, reader),
                      read.read(cookies, name="user"), {"value": "ann", "key": signed_with})
                # Signed with one key, it says that it was the other.
                text = cookies["user"].strip('"')
                claimed = text.replace("|1:%d|" % signed_with, "|1:%d|" % (3 - signed_with), 1)
                check("the key is changed", claimed != text, True)
                check("another key claimed, by %s for %s" % (maker, reader),
                      read.read({"user": '"%s"' % claimed}, name="user")["value"], None)
    unknown = ["--old-secret=only this", "--new-secret=", "--key-version=1"]
    with Pair(app, new, unknown) as pair:
        _, _, cookies = pair.servers[OURS].ask("GET", "/sign", name="user", value="ann", version=2)
        check("a key that has another secret there", pair.servers[TORNADO].read(cookies, name="user")["value"], None)


def form_tokens(app):
    for ours in (1, 2):
        for theirs in (1, 2):
            with Pair(app, ["--secret=x", "--xsrf-version=%d" % ours],
                      ["--secret=x", "--xsrf-version=%d" % theirs]) as pair:
                for maker, make, reader, read in pair.directions():
                    what = "token of %s for %s, versions %d and %d: " % (maker, reader, ours, theirs)
                    _, token, cookies = make.ask("GET", "/form")
                    _, again, _ = make.ask("GET", "/form", cookies)
                    # The cookie of the one and a token that the other makes of it.
                    _, foreign, _ = read.ask("GET", "/form", cookies)

                    def posted(text, sent=cookies):
                        return read.ask("POST", "/form", sent, {"X-XSRFToken": text})[0]

                    check(what + "as it came", posted(token), 200)
                    check(what + "masked anew", posted(again), 200)
                    check(what + "made of the cookie", posted(foreign), 200)
                    check(what + "for the maker", make.ask("POST", "/form", cookies, {"X-XSRFToken": foreign})[0], 200)
                    check(what + "as an argument", read.ask("POST", "/form", cookies, _xsrf=token)[0], 200)
                    check(what + "without cookie", posted(token, None), 403)
                    check(what + "without token", read.ask("POST", "/form", cookies)[0], 403)
                    changed = token.split("|")
                    place = 2 if len(changed) > 1 else 0
                    changed[place] = ("1" if changed[place][0] != "1" else "2") + changed[place][1:]
                    check(what + "touched", posted("|".join(changed)), 403)
                    check(what + "another one", posted("0123456789abcdef" * 2), 403)
                    check(what + "none", posted("2|x"), 403)


def main():
    if sys.argv[1] == "--serve":
        serve(sys.argv[2:])
        return
    for part in (signed_cookies, key_versions, form_tokens):
        part(sys.argv[1])
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed != 0 or passed == 0)


main()
