// cpp-httplib: a thread for each connection. cpp_httplib PORT

#include <cstdio>
#include <cstdlib>

#include <httplib.h>

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 8000;
    httplib::Server server;
    server.new_task_queue = [] { return new httplib::ThreadPool(64); };
    server.set_keep_alive_max_count(1u << 30);
    server.set_tcp_nodelay(true);
    server.Get("/plaintext", [](const httplib::Request&, httplib::Response& response) {
        response.set_content("Hello, World!", "text/plain");
    });
    server.Get(R"(/user/(\d+)/(\w+))", [](const httplib::Request& request, httplib::Response& response) {
        response.set_content(request.matches[2].str() + " " + request.matches[1].str(), "text/plain");
    });
    server.bind_to_port("127.0.0.1", port);
    std::printf("listening on %d\n", port);
    std::fflush(stdout);
    server.listen_after_bind();
}
