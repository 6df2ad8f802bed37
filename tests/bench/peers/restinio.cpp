// restinio, as its examples have it: a router of 100 routes on one thread. restinio PORT

#include <cstdio>
#include <cstdlib>
#include <string>

#include <restinio/all.hpp>

namespace {

using Router = restinio::router::express_router_t<>;

struct Traits : restinio::default_single_thread_traits_t {
    using request_handler_t = Router;
};

std::unique_ptr<Router> make_router() {
    auto router = std::make_unique<Router>();
    router->http_get("/plaintext", [](auto request, auto) {
        return request->create_response()
            .append_header("Server", "restinio")
            .append_header_date_field()
            .append_header("Content-Type", "text/plain")
            .set_body("Hello, World!")
            .done();
    });
    const auto user = [](auto request, auto parameters) {
        const auto id = restinio::cast_to<int>(parameters["id"]);
        const auto name = restinio::cast_to<std::string>(parameters["name"]);
        return request->create_response()
            .append_header("Server", "restinio")
            .append_header_date_field()
            .append_header("Content-Type", "text/plain")
            .set_body(name + " " + std::to_string(id))
            .done();
    };
    for (int i = 1; i < 99; ++i) {
        router->http_get("/other" + std::to_string(i) + R"(/:id(\d+)/:name(\w+))", user);
    }
    router->http_get(R"(/user/:id(\d+)/:name(\w+))", user);
    return router;
}

}  // namespace

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 8000;
    std::printf("listening on %d\n", port);
    std::fflush(stdout);
    restinio::run(restinio::on_this_thread<Traits>()
                      .port(static_cast<std::uint16_t>(port))
                      .address("127.0.0.1")
                      .max_pipelined_requests(16)
                      .request_handler(make_router()));
}
