// Uploads: a form whose files are taken apart, and a body of any size that is taken as it arrives.
//
//     ./upload --port=8888
//                    prints: listening on http://127.0.0.1:8888/
//     curl -F file=@README.md http://127.0.0.1:8888/form
//                    prints: file: README.md (1234 bytes)
//     head -c 500M /dev/zero | curl -T - http://127.0.0.1:8888/stream
//                    prints: 524288000 bytes

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct FormHandler : web::RequestHandler {
    void get() {
        write(
            "<form method=\"post\" enctype=\"multipart/form-data\">"
            "<input type=\"file\" name=\"file\" multiple><button>Upload</button></form>");
    }
    void post() {
        set_header("Content-Type", "text/plain; charset=UTF-8");
        for (const auto& [field, list] : files()) {
            for (const auto& file : list) {
                write(field + ": " + file.filename + " (" + std::to_string(file.body.size()) +
                      " bytes)\n");
            }
        }
    }
};

struct StreamHandler : web::RequestHandler {
    void prepare() { set_max_body_size(std::size_t{1} << 40); }
    void data_received(std::string_view chunk) { size_ += chunk.size(); }
    void put() { write(std::to_string(size_) + " bytes\n"); }

private:
    std::size_t size_ = 0;
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application(
        {web::url<FormHandler>("/form"), web::url<StreamHandler>("/stream")});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
