#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/httpserver.hpp>

inline const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

inline std::string get_path(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

/// A Service whose answers a test writes as functions, one for each path. It keeps what its
/// delegates are told.
///
/// A path without a script is echoed: method, target and body.
class ScriptedService final : public cyclone::http::Service {
public:
    using Exchange = cyclone::http::Exchange;
    using ExchangePtr = cyclone::http::ExchangePtr;
    using Script = std::function<void(ExchangePtr)>;
    using Piece = std::function<cyclone::Deferred<>(ExchangePtr, std::string_view)>;

    /// Answers requests for `path` when they are complete.
    void on(std::string path, Script finish) {
        scripts_[std::move(path)].finish = std::move(finish);
    }
    /// Takes bodies of requests for `path` by pieces, and answers when they are complete.
    void on_stream(std::string path, Piece piece, Script finish, Script headers = nullptr) {
        scripts_[std::move(path)] = {std::move(finish), std::move(piece), std::move(headers)};
    }
    void on_timeout(Script script) { timeout_ = std::move(script); }

    static void echo(const ExchangePtr& exchange) {
        auto& response = exchange->response;
        response.body.append(exchange->request.method).append(" ").append(exchange->request.uri);
        response.body.append(" ").append(exchange->request.body);
        exchange->finish();
    }

    std::unique_ptr<cyclone::http::RequestDelegate> start_request(Exchange& exchange) override {
        ++started;
        const auto found = scripts_.find(std::string(exchange.request.path));
        return std::make_unique<Delegate>(
            *this, exchange,
            found == scripts_.end() ? Scripts{echo, nullptr, nullptr} : found->second);
    }
    bool knows_method(std::string_view method) const override {
        static constexpr std::string_view known[] = {"GET",    "HEAD",  "POST",   "PUT",
                                                     "DELETE", "PATCH", "OPTIONS"};
        return std::ranges::find(known, method) != std::end(known);
    }
    void on_refused(const Exchange& exchange, unsigned status, std::string_view why) override {
        refused.push_back(std::to_string(status) + " " + std::string(exchange.request.method) +
                          " " + std::string(exchange.request.uri) + ": " + std::string(why));
    }

    /// Of requests: with a delegate, whose delegate is there still.
    int started = 0;
    int alive = 0;
    /// How often a delegate was told that the client is gone, that the time is over.
    int closed = 0;
    int timeouts = 0;
    std::vector<std::string> refused;

private:
    struct Scripts {
        Script finish;
        Piece piece;
        Script headers;
    };

    class Delegate final : public cyclone::http::RequestDelegate {
    public:
        Delegate(ScriptedService& service, Exchange& exchange, Scripts scripts)
            : service_(service), exchange_(exchange), scripts_(std::move(scripts)) {
            ++service_.alive;
        }
        ~Delegate() override { --service_.alive; }

        bool streams_body() const override { return scripts_.piece != nullptr; }
        void head_complete() override {
            if (scripts_.headers) {
                scripts_.headers(ExchangePtr(exchange_));
            }
        }
        cyclone::Deferred<> body_received(std::string_view chunk) override {
            return scripts_.piece(ExchangePtr(exchange_), chunk);
        }
        void request_complete() override { scripts_.finish(ExchangePtr(exchange_)); }
        void connection_closed() override { ++service_.closed; }
        void timed_out() override {
            ++service_.timeouts;
            if (service_.timeout_) {
                service_.timeout_(ExchangePtr(exchange_));
            }
        }

    private:
        ScriptedService& service_;
        Exchange& exchange_;
        Scripts scripts_;
    };

    std::map<std::string, Scripts> scripts_;
    Script timeout_;
};
