// Serves by HTTPS, with a certificate that curl checks.
//
//     openssl req -x509 -newkey rsa -nodes -subj /CN=localhost -keyout key.pem -out cert.pem
//     ./ssl --port=8443 --cert=cert.pem --key=key.pem  prints: listening on https://127.0.0.1:8443/
//     curl --cacert cert.pem https://localhost:8443/   prints: Hello, https

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct MainHandler : web::RequestHandler {
    void get() { write("Hello, " + std::string(request.protocol) + "\n"); }
};

const auto port = options::define<std::uint16_t>("port", 8443, "the port to listen on");
const auto cert = options::define<std::string>("cert", "cert.pem", "the certificate, in PEM");
const auto key = options::define<std::string>("key", "key.pem", "its private key, in PEM");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<MainHandler>("/")});
    const auto listening = reactor::listen_ssl(
        *port, application, {.certificate = *cert, .private_key = *key}, "127.0.0.1");
    std::cout << "listening on https://" << listening.address() << "/" << std::endl;
    reactor::run();
}
