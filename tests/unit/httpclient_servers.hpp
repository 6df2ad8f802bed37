#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <cyclone/httpserver.hpp>
#include <cyclone/reactor.hpp>

#include "tests/unit/scripted_service.hpp"

/// An HTTP server of ours on a free port of 127.0.0.1, whose answers the test writes.
struct ScriptedServer {
    std::shared_ptr<ScriptedService> service = std::make_shared<ScriptedService>();
    cyclone::http::ServerSettings settings{};
    std::shared_ptr<cyclone::http::Server> server{};
    std::optional<cyclone::reactor::ListeningPort> port{};

    std::shared_ptr<cyclone::reactor::StreamServer> make_server(
        cyclone::reactor::Reactor& reactor,
        std::shared_ptr<cyclone::reactor::TlsContext> tls = nullptr) {
        server = cyclone::http::make_server(reactor, service, settings, std::move(tls));
        return server;
    }
    void listen() { port.emplace(cyclone::reactor::listen_tcp(0, *this, "127.0.0.1")); }
    std::string url(std::string_view target, std::string_view host = "127.0.0.1") const {
        return "http://" + std::string(host) + ":" + std::to_string(port->port()) +
               std::string(target);
    }
};

/// A server that does with each connection what the test says, however wrong that is.
class RawServer {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Script = std::function<cyclone::Deferred<>(Socket& socket)>;

    explicit RawServer(Script script)
        : script_(std::move(script)),
          acceptor_(cyclone::reactor::current().context(),
                    {boost::asio::ip::make_address("127.0.0.1"), 0}),
          accepting_(accept()) {}

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    std::string url(std::string_view target) const {
        return "http://127.0.0.1:" + std::to_string(port()) + std::string(target);
    }
    int connections() const { return connections_; }

    /// A head, with what has come behind it.
    static cyclone::Deferred<std::string> read_head(Socket& socket) {
        std::string head;
        while (head.find("\r\n\r\n") == std::string::npos) {
            char buffer[1024];
            auto reading =
                socket.async_read_some(boost::asio::buffer(buffer), cyclone::use_deferred);
            const std::size_t size = co_await reading;
            head.append(buffer, size);
        }
        co_return head;
    }
    static cyclone::Deferred<> write(Socket& socket, std::string bytes) {
        auto writing =
            boost::asio::async_write(socket, boost::asio::buffer(bytes), cyclone::use_deferred);
        co_await writing;
    }
    /// Answers each connection's first request with `bytes` and closes.
    static Script answer(std::string bytes) {
        return [bytes = std::move(bytes)](Socket& socket) -> cyclone::Deferred<> {
            return answer_once(socket, bytes);
        };
    }

private:
    static cyclone::Deferred<> answer_once(Socket& socket, std::string bytes) {
        auto reading = read_head(socket);
        const std::string head = co_await reading;
        auto writing = write(socket, std::move(bytes));
        co_await writing;
    }

    cyclone::Deferred<> accept() {
        try {
            for (;;) {
                auto accepted = acceptor_.async_accept(cyclone::use_deferred);
                Socket socket = co_await accepted;
                ++connections_;
                running_.push_back(serve(std::move(socket)));
            }
        } catch (const std::exception&) {
            // The test is over.
        }
    }
    cyclone::Deferred<> serve(Socket socket) {
        try {
            auto serving = script_(socket);
            co_await serving;
        } catch (const std::exception&) {
            // The client is gone, as many tests want.
        }
        boost::system::error_code ignored;
        socket.close(ignored);
    }

    Script script_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<cyclone::Deferred<>> running_;
    int connections_ = 0;
    cyclone::Deferred<> accepting_;
};
