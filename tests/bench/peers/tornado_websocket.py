"""A WebSocket echo on Tornado's asyncio loop, one process: tornado_websocket.py PORT"""
import asyncio
import sys

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket


class Echo(tornado.websocket.WebSocketHandler):
    def open(self):
        self.set_nodelay(True)

    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


async def main():
    sockets = tornado.netutil.bind_sockets(int(sys.argv[1]), "127.0.0.1", backlog=1024)
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/", Echo)]))
    server.add_sockets(sockets)
    print("listening on", sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
