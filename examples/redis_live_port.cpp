// The article's port of RedisLive in small: handlers as coroutines on a store, here one that has
// made its numbers up.
//
//     ./redis_live_port --port=8888
//     curl http://127.0.0.1:8888/api/servers                 prints: {"servers":["main"]}
//     curl http://127.0.0.1:8888/user/7/ann                  prints: {"id":7,"name":"ann"}
//     curl http://127.0.0.1:8888/api/commands?server=main    prints: {"data":[[0,17],[60,25]],
//     curl http://127.0.0.1:8888/api/commands                is a 400

#include <ctime>

#include <cyclone/cyclone.hpp>
using namespace cyclone;
using namespace std::chrono_literals;

using Stats = std::vector<std::pair<long, long>>;
struct StatsProvider {
    Deferred<Stats> get_command_stats(std::string, std::chrono::seconds, std::chrono::seconds end,
                                      std::string) {
        co_await task::defer_later(1ms);
        co_return Stats{{0, 17}, {end.count() / 2, 25}};
    }
};
StatsProvider& stats_provider() {
    static StatsProvider provider;
    return provider;
}
boost::json::array to_rows(const Stats& stats) {
    boost::json::array rows;
    for (auto [time, count] : stats) rows.push_back({time, count});
    return rows;
}
std::time_t now() { return std::time(nullptr); }
std::string isoformat(std::time_t time) {
    return httputil::format_timestamp(std::chrono::system_clock::from_time_t(time));
}

struct BaseController : web::RequestHandler {
    std::pair<std::chrono::seconds, std::chrono::seconds> time_range(std::chrono::seconds usual) {
        return {0s, usual};
    }
    std::string granularity(std::chrono::seconds range) {
        return range > 120s ? "minute" : "second";
    }
};
struct ServerListController : BaseController {
    void get() { write({{"servers", {"main"}}}); }
};
struct UserController : BaseController {
    void get(int id, std::string name) { write({{"id", id}, {"name", name}}); }
};

struct BaseStaticFileHandler : web::StaticFileHandler {
    std::optional<std::string> compute_etag() override { return std::nullopt; }
};

struct CommandsController : BaseController {
    Deferred<> get() {
        auto server = get_argument("server");
        auto [start, end] = time_range(120s);
        auto stats = co_await stats_provider().get_command_stats(server, start, end,
                                                                 granularity(end - start));
        write({{"data", to_rows(stats)}, {"timestamp", isoformat(now())}});
    }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    web::Application application(
        {
            web::url<ServerListController>(R"(/api/servers)"),
            web::url<CommandsController>(R"(/api/commands)"),
            web::url<UserController>(R"(/user/(\d+)/(\w+))"),  // get(int id, std::string name)
            web::url<BaseStaticFileHandler>(R"(/(.*))",
                                            {.path = "www", .default_filename = "index.html"}),
        },
        {.debug = true});
    reactor::listen_tcp(*port, application, "127.0.0.1");
    reactor::run();
}
