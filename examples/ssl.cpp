// Serves by HTTPS, and fetches from itself to show that its certificate is checked.
//
//     openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost
//         -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem      (one line)
//     ./ssl --port=8443 --cert=cert.pem --key=key.pem
//                                        prints: listening on https://localhost:8443/
//                                                trusted: hello by https

#include <iostream>

#include <cyclone/httpclient.hpp>
#include <cyclone/options.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct MainHandler : web::RequestHandler {
    void get() { write("hello by " + std::string(request.protocol) + "\n"); }
};

const auto port = options::define<std::uint16_t>("port", 8443, "the port to listen on");
const auto cert = options::define<std::string>("cert", "cert.pem", "the certificate, in PEM");
const auto key = options::define<std::string>("key", "key.pem", "its private key, in PEM");

Deferred<> fetch_from_myself(std::string url) {
    try {
        auto fetching = httpclient::fetch({.url = url, .ca_certs = *cert});
        const auto response = co_await fetching;
        std::cout << "trusted: " << response.body << std::flush;
    } catch (const httpclient::HTTPClientError& error) {
        std::cout << "not trusted: " << error.what() << std::endl;
    }
}

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application({web::url<MainHandler>("/")});
    const auto listening = reactor::listen_ssl(
        *port, application, {.certificate = *cert, .private_key = *key}, "127.0.0.1");
    const std::string url = "https://localhost:" + std::to_string(listening.port()) + "/";
    std::cout << "listening on " << url << std::endl;
    auto fetching = fetch_from_myself(url);
    reactor::run();
}
