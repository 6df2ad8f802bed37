"""Tornado on its asyncio loop, one process: tornado_server.py PORT"""
import asyncio
import sys

import tornado.httpserver
import tornado.netutil
import tornado.web


class Plaintext(tornado.web.RequestHandler):
    def compute_etag(self):
        return None

    def get(self):
        self.set_header("Content-Type", "text/plain")
        self.write("Hello, World!")


class Json(Plaintext):
    def get(self):
        self.write({"message": "Hello, World!"})


class User(Plaintext):
    def get(self, number, name):
        self.set_header("Content-Type", "text/plain")
        self.write("%s %d" % (name, int(number)))


async def main():
    routes = [("/plaintext", Plaintext), ("/json", Json)]
    routes += [(r"/other%d/(\d+)/(\w+)" % i, User) for i in range(97)]
    routes += [(r"/user/(\d+)/(\w+)", User)]
    sockets = tornado.netutil.bind_sockets(int(sys.argv[1]), "127.0.0.1")
    server = tornado.httpserver.HTTPServer(tornado.web.Application(routes))
    server.add_sockets(sockets)
    print("listening on", sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
