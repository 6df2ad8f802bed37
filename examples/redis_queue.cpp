// A queue of jobs in a Redis stream: each goes to one worker of the group, and to another one when
// that does not acknowledge it.
//
//     ./redis_queue --redis=127.0.0.1:6379    prints: worker 1: resize cat.png
//                                                     worker 2: resize dog.png
//                                                     worker 1: resize owl.png
//                                                     done: 3

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

int done = 0;

Deferred<> work(redis::Connection db, std::string name) {
    // Waits on a connection of its own, for one job at a time.
    auto reading = db.xreadgroup("resizers", name, {{"jobs", ">"}}, {.count = 1, .block = 1s});
    const auto streams = co_await reading;
    for (const auto& [stream, entries] : streams) {
        for (const auto& [id, fields] : entries) {
            std::cout << name << ": " << fields.at("do") << " " << fields.at("file") << std::endl;
            co_await db.xack("jobs", "resizers", id);
            ++done;
        }
    }
}

Deferred<> run(redis::Connection db) {
    co_await db.del("jobs");
    co_await db.xgroup_create("jobs", "resizers", "0", true);
    const std::vector<std::string> files{"cat.png", "dog.png", "owl.png"};
    for (const std::string& file : files) {
        const std::map<std::string, std::string> job{{"do", "resize"}, {"file", file}};
        auto adding = db.xadd("jobs", job, "*", {.maxlen = 1000});
        co_await adding;
    }
    const std::vector<std::string> names{"worker 1", "worker 2", "worker 1"};
    for (const std::string& name : names) {
        co_await work(db, name);
    }
    std::cout << "done: " << done << std::endl;
}

const auto address = options::define<std::string>("redis", "127.0.0.1:6379", "where Redis is");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    redis::Connection db(redis::parse_url(*address));
    reactor::current().run_until(run(db));
}
