#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/httpserver.hpp>
#include <cyclone/websocket/handshake.hpp>
#include <cyclone/websocket/server_connection.hpp>

/// A server of WebSockets that does what a test says, below the layer of handlers.
namespace scripted {

using namespace cyclone;
using websocket::MessageView;

/// What a test's WebSockets do, and what has happened to them.
struct Script {
    std::function<std::optional<Deferred<>>(websocket::ServerConnection&, MessageView)> on_message =
        [](websocket::ServerConnection& connection,
           MessageView message) -> std::optional<Deferred<>> {
        connection.write_message(message);
        return std::nullopt;
    };
    websocket::ServerConnection::Settings settings{};
    std::function<std::optional<Deferred<>>()> open = [] { return std::nullopt; };
    /// Further headers of the answer to the handshake.
    httputil::HTTPHeaders answer{};
    std::vector<std::string> events{};
    std::vector<websocket::ServerConnection*> open_ones{};
    std::vector<std::shared_ptr<http::UpgradedStream>> streams{};
};

class Endpoint final : public http::RequestDelegate, public websocket::ServerConnection::Delegate {
public:
    Endpoint(http::Exchange& exchange, Script& script) : exchange_(exchange), script_(script) {}
    ~Endpoint() override { script_.events.push_back("gone"); }

    void request_complete() override {
        exchange_.response.headers.set("Upgrade", "websocket");
        if (const auto key = exchange_.request.headers.find("Sec-WebSocket-Key")) {
            exchange_.response.headers.set("Sec-WebSocket-Accept", websocket::accept_value(*key));
        }
        for (const auto& field : script_.answer) {
            exchange_.response.headers.set(field.name, field.value);
        }
        auto stream = exchange_.upgrade();
        script_.streams.push_back(stream);
        connection_.emplace(exchange_, std::move(stream), *this, script_.settings);
        connection_->start();
        script_.open_ones.push_back(&*connection_);
        connection_->opened(script_.open());
    }

private:
    std::optional<Deferred<>> on_message(MessageView message) override {
        script_.events.push_back("message " + std::string(message.data));
        return script_.on_message(*connection_, message);
    }
    void on_ping(std::string_view payload) override {
        script_.events.push_back("ping " + std::string(payload));
    }
    void on_pong(std::string_view payload) override {
        script_.events.push_back("pong " + std::string(payload));
    }
    void on_close() override {
        script_.events.push_back("closed");
        std::erase(script_.open_ones, &*connection_);
    }
    void failed(const std::exception_ptr& error) override {
        script_.events.push_back("failed: " + Failure(error).get_error_message());
    }

    http::Exchange& exchange_;
    Script& script_;
    std::optional<websocket::ServerConnection> connection_;
};

class Service final : public http::Service {
public:
    explicit Service(Script& script) : script_(script) {}
    std::unique_ptr<http::RequestDelegate> start_request(http::Exchange& exchange) override {
        return std::make_unique<Endpoint>(exchange, script_);
    }
    bool knows_method(std::string_view) const override { return true; }
    void on_refused(const http::Exchange&, unsigned, std::string_view) override {}

private:
    Script& script_;
};

}  // namespace scripted
