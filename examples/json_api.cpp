// A JSON API: typed groups of the path, typed arguments, and a coroutine that waits.
//
//     ./json_api --port=8888                          prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/user/42/ann          prints: {"id":42,"name":"ann"}
//     curl http://127.0.0.1:8888/user/forty/ann       is a 404: forty is no int
//     curl 'http://127.0.0.1:8888/sum?n=1&n=2&n=39'   prints: {"sum":42}
//     curl 'http://127.0.0.1:8888/slow?ms=100'        prints, 100 ms later: {"waited_ms":100}
//     curl -i -X DELETE http://127.0.0.1:8888/sum     is a 405 with Allow: GET, HEAD

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/task.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct UserHandler : web::RequestHandler {
    void get(int id, std::string name) { write({{"id", id}, {"name", name}}); }
};

struct SumHandler : web::RequestHandler {
    void get() {
        long sum = 0;
        for (const std::string& text : get_arguments("n")) {
            const auto number = web::FromText<int>::parse(text);
            if (!number) {
                throw web::HTTPError(400, text + " is no number");
            }
            sum += *number;
        }
        write({{"sum", sum}});
    }
};

struct SlowHandler : web::RequestHandler {
    Deferred<> get() {
        const auto ms = get_argument<unsigned>("ms", 1000);
        co_await task::defer_later(std::chrono::milliseconds(ms));
        write({{"waited_ms", ms}});
    }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({
        web::url<UserHandler>(R"(/user/([^/]+)/(\w+))"),
        web::url<SumHandler>("/sum"),
        web::url<SlowHandler>("/slow"),
    });
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
