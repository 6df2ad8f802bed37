#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/task/looping_call.hpp>

namespace cyclone::service {

/// A part of a program that is started and stopped. As twisted.application.service.Service.
class Service {
public:
    virtual ~Service() = default;

    /// The program, or the next service, waits for it. To fail, or throw, stops the program.
    virtual Deferred<> start_service() { return succeed(); }
    /// The end waits for it.
    virtual Deferred<> stop_service() { return succeed(); }
};

/// Services that are started in the order in which they were added, and stopped in the opposite
/// one, each when the one before it is done. As twisted.application.service.MultiService, which
/// does it all at once.
class MultiService : public Service {
public:
    /// While it runs, start the service yourself.
    void add_service(std::shared_ptr<Service> service) { services_.push_back(std::move(service)); }

    /// Makes an S, adds it and gives it.
    template <class S, class... A>
    S& add(A&&... arguments) {
        auto service = std::make_shared<S>(std::forward<A>(arguments)...);
        S& added = *service;
        add_service(std::move(service));
        return added;
    }

    /// Fails with the first error, when those that had been started are stopped again.
    Deferred<> start_service() override;
    /// An error is logged, and the others are stopped all the same.
    Deferred<> stop_service() override;

    std::size_t running() const { return running_; }

private:
    std::vector<std::shared_ptr<Service>> services_;
    // Those before this one are started.
    std::size_t running_ = 0;
};

/// Listens while it runs. As twisted.application.internet.StreamServerEndpointService.
template <reactor::ServerFactory F>
class StreamServerEndpointService : public Service {
public:
    /// Throws reactor::EndpointError. `factory` must outlive it.
    StreamServerEndpointService(std::string_view description, F& factory)
        : endpoint_(reactor::server_from_string(description)), factory_(factory) {}

    Deferred<> start_service() override {
        port_ = reactor::listen(endpoint_, factory_);
        return succeed();
    }
    Deferred<> stop_service() override {
        auto port = std::exchange(port_, std::nullopt);
        return port ? port->stop_listening() : succeed();
    }

    /// While it runs.
    const reactor::ListeningPort& port() const { return port_.value(); }

private:
    reactor::ServerEndpoint endpoint_;
    F& factory_;
    std::optional<reactor::ListeningPort> port_;
};

/// Calls a function every `interval` while it runs; what it fails with is logged, and ends the
/// calls. As twisted.application.internet.TimerService.
class TimerService : public Service {
public:
    TimerService(std::chrono::nanoseconds interval, std::function<Deferred<>()> f)
        : interval_(interval), function_(std::move(f)) {}

    Deferred<> start_service() override {
        loop_.emplace(function_);
        calls_ = loop_->start(interval_).add_both([](const Outcome<task::LoopingCall>& outcome) {
            if (!outcome && !outcome.failure().check<CancelledError>()) {
                log_end(outcome.failure());
            }
        });
        return succeed();
    }
    /// Waits for the call that runs.
    Deferred<> stop_service() override {
        if (loop_) {
            loop_->stop();
        }
        if (!calls_) {
            return succeed();
        }
        return std::move(*std::exchange(calls_, std::nullopt));
    }

private:
    static void log_end(const Failure& failure);

    std::chrono::nanoseconds interval_;
    std::function<Deferred<>()> function_;
    std::optional<task::LoopingCall> loop_;
    std::optional<Deferred<>> calls_;
};

}  // namespace cyclone::service
