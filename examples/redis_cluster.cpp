// Counts words in a Redis Cluster, each where its slot is, all in flight at once.
//
//     redis-cli --cluster create 127.0.0.1:7000 127.0.0.1:7001 127.0.0.1:7002 --cluster-yes
//     ./redis_cluster --node=127.0.0.1:7000 the cat and the hat
//                                  prints: and 1
//                                          cat 1
//                                          hat 1
//                                          the 2

#include <iostream>
#include <map>
#include <set>

#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>

using namespace cyclone;

Deferred<> count(redis::Endpoint node, std::vector<std::string> words) {
    redis::Cluster db({.nodes = {node}});
    for (const std::string& word : std::set<std::string>(words.begin(), words.end())) {
        co_await db.del("count:" + word);
    }
    std::vector<Deferred<std::int64_t>> counting;
    for (const std::string& word : words) {
        counting.push_back(db.incr("count:" + word));
    }
    co_await gather_results(std::move(counting));
    std::map<std::string, std::string> counts;
    auto keys = db.scan_iter({.match = "count:*"});
    while (auto key = co_await keys.next()) {
        auto counted = db.get<std::string>(*key);
        counts[key->substr(6)] = co_await counted;
    }
    for (const auto& [word, times] : counts) {
        std::cout << word << " " << times << std::endl;
    }
}

const auto node_option = options::define<std::string>("node", "127.0.0.1:7000", "one of the nodes");

int main(int argc, char** argv) {
    const auto words = options::parse_command_line(argc, argv);
    const auto node = redis::parse_endpoint(*node_option);
    if (!node) {
        std::cerr << "--node is a host and a port, as in 127.0.0.1:7000" << std::endl;
        return 2;
    }
    reactor::current().run_until(count(*node, words));
}
