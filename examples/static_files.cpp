// Serves a folder: Etag, ranges, index.html, and compression for those who take it.
//
//     ./static_files --folder=. --port=8888         prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/README.md          prints that file
//     curl -r 0-9 http://127.0.0.1:8888/README.md   prints its first ten bytes
//     curl --path-as-is http://127.0.0.1:8888/../x  is a 403: there is no way out

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>
#include <cyclone/web/compression.hpp>

using namespace cyclone;

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");
const auto folder = options::define<std::string>("folder", ".", "what to serve");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application(
        {web::url<web::StaticFileHandler>("/(.*)",
                                          {.path = *folder, .default_filename = "index.html"})},
        {.transforms = {web::compress_response()}});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
