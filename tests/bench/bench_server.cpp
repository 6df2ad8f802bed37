// What tests/bench/run measures of ours: bench-server --port=0 --static=DIR --reactors=1, which prints "listening on PORT".

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <cyclone/cyclone.hpp>
#include <cyclone/ssl.hpp>

using namespace cyclone;

namespace {

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

std::vector<web::Route> routes(const std::string& folder) {
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

}  // namespace

int main(int argc, char** argv) {
    auto port = options::define<std::uint16_t>("port", 8000, "listen on this port");
    auto folder = options::define<std::string>("static", ".", "serve the files of this folder");
    auto reactors = options::define<int>("reactors", 1, "threads, each with a reactor");
    auto certificate = options::define<std::string>("certificate", "", "serve TLS with this PEM file");
    options::parse_command_line(argc, argv);
    log::set_level(log::Level::warning);
    web::Application application(routes(*folder));

    std::uint16_t number = *port;
    const auto listen = [&] {
        const reactor::ListenOptions shared{.reuse_port = *reactors > 1};
        return certificate->empty()
                   ? reactor::listen_tcp(number, application, "127.0.0.1", shared)
                   : reactor::listen_ssl(number, application, {.certificate = *certificate},
                                         "127.0.0.1", shared);
    };
    reactor::Reactor main_reactor;
    number = listen().port();
    std::vector<std::thread> others;
    for (int i = 1; i < *reactors; ++i) {
        others.emplace_back([&] {
            reactor::Reactor own;
            listen();
            own.context().run();
        });
    }
    std::printf("listening on %u\n", static_cast<unsigned>(number));
    std::fflush(stdout);
    main_reactor.run();
    std::_Exit(0);
}
