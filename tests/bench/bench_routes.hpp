#pragma once

// The handlers that tests/bench measures.

#include <cstdint>
#include <string>
#include <vector>

#include <cyclone/cyclone.hpp>

namespace bench {

using namespace cyclone;

/// Peers compute no ETag of what they make up as they go.
struct Untagged : web::RequestHandler {
    std::optional<std::string> compute_etag() override { return std::nullopt; }
};

struct Plaintext : Untagged {
    void get() {
        set_header("Content-Type", "text/plain");
        write("Hello, World!");
    }
};

struct Json : Untagged {
    void get() { write({{"message", "Hello, World!"}}); }
};

struct User : Untagged {
    void get(int id, std::string name) {
        set_header("Content-Type", "text/plain");
        write(name + " " + std::to_string(id));
    }
};

/// Waits for a Deferred that the reactor fires.
struct Later : Untagged {
    Deferred<> get() {
        Promise<> promise;
        auto fired = promise.get_deferred();
        boost::asio::post(reactor::current().context(),
                          [promise = std::move(promise)]() mutable { promise.callback(); });
        co_await fired;
        set_header("Content-Type", "text/plain");
        write("Hello, World!");
    }
};

struct StaticFile : web::StaticFileHandler {};

inline std::vector<web::Route> routes(const std::string& folder) {
    std::vector<web::Route> routes;
    routes.push_back(web::url<Plaintext>("/plaintext"));
    routes.push_back(web::url<Json>("/json"));
    routes.push_back(web::url<Later>("/deferred"));
    routes.push_back(web::url<StaticFile>("/static/(.*)", {.path = folder}));
    while (routes.size() < 99) {
        routes.push_back(
            web::url<User>("/other" + std::to_string(routes.size()) + R"(/(\d+)/(\w+))"));
    }
    routes.push_back(web::url<User>(R"(/user/(\d+)/(\w+))"));
    return routes;
}

}  // namespace bench
