// A whole connection: whatever a client sends and however its service behaves, each request has one
// answer at most, in order, and each answer can be read.
//
// The first byte of an input is the seed of what happens beside the bytes: how they are split, when
// the client stops reading, when a handler that waits goes on, when the client goes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/testing/http_client.hpp>

using namespace cyclone;
using http::Exchange;
using http::ExchangePtr;

namespace {

[[noreturn]] void fail(std::string_view why, std::string_view detail) {
    std::cerr << why << ":\n" << detail << "\n";
    std::abort();
}

/// Behaves as the first letter of the path says.
class FuzzedService final : public http::Service {
public:
    struct Receiver final : http::UpgradedStream::Receiver {
        void data_received(std::string_view bytes) override {
            if (bytes.find('q') != std::string_view::npos) {
                std::exchange(stream, nullptr)->close();
            } else {
                stream->write(bytes);
            }
        }
        void connection_lost() override { stream.reset(); }
        void shut_down() override { stream->close(); }
        std::shared_ptr<http::UpgradedStream> stream;
    };

    class Delegate final : public http::RequestDelegate {
    public:
        Delegate(FuzzedService& service, Exchange& exchange)
            : service_(service),
              exchange_(exchange),
              kind_(exchange.request.path.size() > 1 ? exchange.request.path[1] : '/') {}

        bool streams_body() const override {
            return kind_ == 's' || kind_ == 'p' || kind_ == 'e' || kind_ == 'f';
        }
        void head_complete() override {
            if (kind_ == 'e') {
                exchange_.finish();
            }
        }
        Deferred<> body_received(std::string_view chunk) override {
            sum_ += chunk.size();
            if (kind_ == 'f') {
                throw std::runtime_error("a handler that fails");
            }
            if (kind_ == 'p') {
                service_.pauses.emplace_back();
                return service_.pauses.back().get_deferred();
            }
            return succeed();
        }
        void request_complete() override {
            const ExchangePtr exchange(exchange_);
            switch (kind_) {
                case 'w':
                    service_.waiting.push_back(exchange);
                    return;
                case 'c':
                    exchange_.response.body = "one";
                    exchange_.send();
                    exchange_.response.body = exchange_.request.uri;
                    exchange_.finish();
                    return;
                case 'l':
                    exchange_.response.body.assign(50'000, 'l');
                    exchange_.finish();
                    return;
                case 'n':
                    exchange_.response.status = 204;
                    exchange_.finish();
                    return;
                case 'a':
                    exchange_.response.body = "a";
                    exchange_.send();
                    exchange_.abort();
                    return;
                case 't':
                    throw std::runtime_error("a handler that fails");
                case 'u':
                    if (exchange_.can_upgrade()) {
                        service_.receivers.push_back(std::make_unique<Receiver>());
                        Receiver& receiver = *service_.receivers.back();
                        receiver.stream = exchange_.upgrade();
                        receiver.stream->start(receiver);
                        return;
                    }
                    exchange_.response.status = 426;
                    exchange_.finish();
                    return;
                default:
                    exchange_.response.body = std::to_string(sum_ + exchange_.request.body.size());
                    exchange_.finish();
            }
        }

    private:
        FuzzedService& service_;
        Exchange& exchange_;
        char kind_;
        std::size_t sum_ = 0;
    };

    std::unique_ptr<http::RequestDelegate> start_request(Exchange& exchange) override {
        methods.emplace_back(exchange.request.method);
        return std::make_unique<Delegate>(*this, exchange);
    }
    bool knows_method(std::string_view method) const override {
        return method == "GET" || method == "POST" || method == "HEAD" || method == "OPTIONS";
    }
    void on_refused(const Exchange& exchange, unsigned, std::string_view) override {
        if (exchange.delegate() == nullptr) {
            methods.emplace_back(exchange.request.method);
        }
    }

    /// Of the requests, in their order.
    std::vector<std::string> methods;
    std::vector<ExchangePtr> waiting;
    std::vector<Promise<>> pauses;
    std::vector<std::unique_ptr<Receiver>> receivers;
};

void check_answers(std::string received, const FuzzedService& service, bool closed) {
    std::size_t answers = 0;
    const std::string all = received;
    try {
        while (!received.empty()) {
            const std::string method =
                answers < service.methods.size() ? service.methods[answers] : "GET";
            const auto response = testing::take_response(received, method, closed);
            if (!response) {
                break;
            }
            ++answers;
            if (response->status == 101) {
                break;
            }
        }
    } catch (const std::exception& error) {
        fail(error.what(), all);
    }
    if (answers > service.methods.size()) {
        fail("more answers than requests", all);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    log::set_level(log::Level::none);
    std::minstd_rand random(data[0] + 1U);
    std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);

    http::ServerSettings settings;
    settings.max_header_size = 4096;
    settings.max_target_size = 1024;
    settings.max_body_size = 64 * 1024;
    auto service = std::make_shared<FuzzedService>();
    {
        testing::MemoryConnection client(service, settings);
        while (!bytes.empty() && !client.closed()) {
            switch (random() % 16) {
                case 0:
                    client.stall();
                    break;
                case 1:
                    client.resume();
                    break;
                case 2:
                    if (!service->waiting.empty()) {
                        const ExchangePtr exchange = std::move(service->waiting.back());
                        service->waiting.pop_back();
                        exchange->finish();
                    }
                    break;
                case 3:
                    if (!service->pauses.empty()) {
                        auto pause = std::move(service->pauses.back());
                        service->pauses.pop_back();
                        pause.callback();
                    }
                    break;
                case 4:
                    if (random() % 64 == 0) {
                        client.disconnect();
                    } else if (random() % 32 == 0) {
                        client.server_side().timed_out();
                        client.resume();
                    } else if (random() % 32 == 0) {
                        client.server_side().stop();
                        client.resume();
                    }
                    break;
                default: {
                    const std::size_t piece = data[0] == 0 ? 1 : random() % 64 + 1;
                    client.send(bytes.substr(0, piece));
                    bytes.remove_prefix(std::min(piece, bytes.size()));
                }
            }
            if (client.server_side().output().size() > 512 * 1024) {
                fail("the output is not bounded", "");
            }
        }
        client.resume();
        if (random() % 2 == 0) {
            client.shut_down();
        }
        while (!service->waiting.empty() || !service->pauses.empty()) {
            if (!service->waiting.empty()) {
                const ExchangePtr exchange = std::move(service->waiting.back());
                service->waiting.pop_back();
                exchange->finish();
            } else {
                auto pause = std::move(service->pauses.back());
                service->pauses.pop_back();
                pause.callback();
            }
        }
        check_answers(client.take_received(), *service, client.closed());
    }
    return 0;
}
