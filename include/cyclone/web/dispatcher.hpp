#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <cyclone/http/exchange.hpp>

namespace cyclone::web {

struct ApplicationCore;

/// Hands the requests of one server, on its thread, to the handlers of an application.
///
/// It lives until its server has left it and its last handler has ended: handlers may outlive their
/// server, and count themselves here without touching a counter that threads share.
class Dispatcher final : public http::Service {
public:
    static std::shared_ptr<http::Service> make(std::shared_ptr<const ApplicationCore> application) {
        return std::shared_ptr<http::Service>(new Dispatcher(std::move(application)),
                                              [](Dispatcher* dispatcher) { dispatcher->leave(); });
    }

    std::unique_ptr<http::RequestDelegate> start_request(http::Exchange& exchange) override;
    bool knows_method(std::string_view method) const override;
    void on_refused(const http::Exchange& exchange, unsigned status, std::string_view why) override;

    const ApplicationCore& application() const { return *application_; }

    void add_handler() noexcept { ++users_; }
    void remove_handler() noexcept { leave(); }

private:
    explicit Dispatcher(std::shared_ptr<const ApplicationCore> application)
        : application_(std::move(application)) {}

    void leave() noexcept {
        if (--users_ == 0) {
            delete this;
        }
    }

    std::shared_ptr<const ApplicationCore> application_;
    std::size_t users_ = 1;
};

}  // namespace cyclone::web
