#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/protocol/connect.hpp>
#include <cyclone/protocol/reconnect_delay.hpp>

namespace cyclone::protocol {

/// A client that connects again when its connection is lost or does not come about, each time
/// later. As twisted.internet.protocol.ReconnectingClientFactory.
template <std::derived_from<Protocol> P>
class ReconnectingClientFactory {
public:
    /// `build()` gives the Protocol of each connection.
    explicit ReconnectingClientFactory(
        std::function<std::shared_ptr<P>()> build = [] { return std::make_shared<P>(); },
        const ReconnectDelay::Settings& settings = {})
        : build_(std::move(build)), delay_(settings) {}
    ReconnectingClientFactory(const ReconnectingClientFactory&) = delete;
    ReconnectingClientFactory& operator=(const ReconnectingClientFactory&) = delete;

    /// Connects, again and again, until stop_trying(), or until there were `max_retries` in a row
    /// that failed: then it fails with what the last one failed with. To drop it ends the
    /// connection, which must not outlive this object.
    Deferred<> run(reactor::ClientEndpoint endpoint) {
        while (trying_) {
            std::exception_ptr error;
            try {
                auto connecting = connect(endpoint, build_());
                auto connected = co_await connecting;
                protocol_ = connected.protocol;
                co_await connected.ended;
            } catch (const CancelledError&) {
                throw;
            } catch (const BrokenPromise&) {
                throw;
            } catch (...) {
                error = std::current_exception();
            }
            protocol_.reset();
            if (!trying_) {
                co_return;
            }
            const auto delay = delay_.next(normal_(random_));
            if (!delay) {
                if (error) {
                    std::rethrow_exception(error);
                }
                co_return;
            }
            pause_.emplace();
            const Timer timer{reactor::call_later(*delay, [this] { pause_->callback(); })};
            auto waiting = pause_->get_deferred();
            co_await waiting;
        }
    }

    /// To be called when the connection has proved to work, by a greeting, say: the next delay is
    /// short again.
    void reset_delay() { delay_.reset(); }

    /// Connects no more. A connection that is there stays.
    void stop_trying() {
        trying_ = false;
        if (pause_ && !pause_->called()) {
            pause_->callback();
        }
    }

    /// That of the connection, or null.
    const std::shared_ptr<P>& protocol() const { return protocol_; }

private:
    /// Cancels its call in the end.
    struct Timer {
        reactor::DelayedCall call;
        ~Timer() { call.cancel(); }
    };

    std::function<std::shared_ptr<P>()> build_;
    ReconnectDelay delay_;
    std::shared_ptr<P> protocol_;
    std::minstd_rand random_{std::random_device()()};
    std::normal_distribution<double> normal_;
    std::optional<Promise<>> pause_;
    bool trying_ = true;
};

}  // namespace cyclone::protocol
