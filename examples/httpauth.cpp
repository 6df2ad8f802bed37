// Basic authentication, as middleware: a plain function around the handlers that need it.
//
//     ./httpauth --port=8888                            prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/                       prints: everybody may read this
//     curl http://127.0.0.1:8888/private                prints: who are you? (and is a 401)
//     curl -u ann:secret http://127.0.0.1:8888/private  prints: welcome, ann

#include <iostream>

#include <cyclone/escape.hpp>
#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

bool with_password(web::RequestHandler& handler) {
    const auto header = handler.request.headers.find("Authorization").value_or("");
    const auto login =
        header.starts_with("Basic ") ? escape::base64_decode(header.substr(6)) : std::nullopt;
    if (login == "ann:secret") {
        handler.set_current_user("ann");
        return true;
    }
    handler.set_status(401);
    handler.set_header("WWW-Authenticate", "Basic realm=\"example\"");
    handler.finish("who are you?\n");
    return false;
}

struct Public : web::RequestHandler {
    void get() { write("everybody may read this\n"); }
};

struct Private : web::RequestHandler {
    void get() { write("welcome, " + *current_user() + "\n"); }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({
        web::url<Public>("/"),
        web::url<Private>("/private").wrap(with_password),
    });
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
