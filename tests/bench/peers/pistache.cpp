// Pistache with its router, one worker thread. pistache PORT

#include <cstdio>
#include <cstdlib>
#include <string>

#include <pistache/endpoint.h>
#include <pistache/router.h>

using namespace Pistache;

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 8000;
    Rest::Router router;
    Rest::Routes::Get(router, "/plaintext", [](const Rest::Request&, Http::ResponseWriter response) {
        response.send(Http::Code::Ok, "Hello, World!", MIME(Text, Plain));
        return Rest::Route::Result::Ok;
    });
    Rest::Routes::Get(router, "/user/:id/:name",
                      [](const Rest::Request& request, Http::ResponseWriter response) {
                          const int id = request.param(":id").as<int>();
                          response.send(Http::Code::Ok,
                                        request.param(":name").as<std::string>() + " " +
                                            std::to_string(id),
                                        MIME(Text, Plain));
                          return Rest::Route::Result::Ok;
                      });
    Http::Endpoint server(Address("127.0.0.1", Port(static_cast<std::uint16_t>(port))));
    server.init(Http::Endpoint::options().threads(1).flags(Tcp::Options::ReuseAddr |
                                                           Tcp::Options::NoDelay));
    server.setHandler(router.handler());
    std::printf("listening on %d\n", port);
    std::fflush(stdout);
    server.serve();
}
