// Redis behind HTTP: keys are read, set and deleted, and channels are listened to as they speak.
//
//     ./redis --port=8888 --redis=127.0.0.1:6379
//     curl -d value=red http://127.0.0.1:8888/text/rose         prints: rose=red
//     curl http://127.0.0.1:8888/text/rose                      prints: rose=red
//     curl -X DELETE http://127.0.0.1:8888/text/rose            prints: DEL rose=1
//     curl http://127.0.0.1:8888/text/rose                      is a 404
//     curl -N http://127.0.0.1:8888/queue/news                  prints: subscribed to news
//     curl -d message=hello http://127.0.0.1:8888/queue/news    prints: OK 0

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct Text : web::RequestHandler {
    void initialize(redis::Connection connection) { db = connection; }
    Deferred<> get(std::string key) {
        auto value = co_await db.get(key);
        if (!value) {
            throw web::HTTPError(404);
        }
        write(key + "=" + *value + "\n");
    }
    Deferred<> post(std::string key) {
        const auto value = get_argument("value");
        co_await db.set(key, value);
        write(key + "=" + value + "\n");
    }
    Deferred<> del(std::string key) {
        auto deleted = co_await db.del(key);
        write("DEL " + key + "=" + std::to_string(deleted) + "\n");
    }
    redis::Connection db;
};

struct Queue : web::RequestHandler {
    void initialize(redis::Connection connection, redis::ConnectionOptions address) {
        db = connection;
        options = address;
    }
    Deferred<> get(std::string channel) {
        cancel_on_connection_close();  // CancelledError comes out of next() when the client goes
        redis::Subscriber subscriber(options);
        co_await subscriber.subscribe(channel);
        write("subscribed to " + channel + "\n");
        for (;;) {
            co_await flush();
            auto message = co_await subscriber.next();
            write(message.channel + ": " + message.payload + "\n");
        }
    }
    Deferred<> post(std::string channel) {
        const auto message = get_argument("message");
        auto listeners = co_await db.publish(channel, message);
        write("OK " + std::to_string(listeners) + "\n");
    }
    redis::Connection db;
    redis::ConnectionOptions options;
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");
const auto address = options::define<std::string>("redis", "127.0.0.1:6379", "where Redis is");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const auto where = redis::parse_url(*address);
    const redis::Connection db(where);
    const web::Application application(
        {web::url<Text>("/text/(.+)", db), web::url<Queue>("/queue/(.+)", db, where)});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
