#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::reactor {

/// Calls a function when a reactor is destroyed, its io_context being there still: for what may
/// outlive its reactor. On the reactor's thread.
class EndWatch {
public:
    /// `at_end` is not called any more once this is gone.
    EndWatch(Reactor& reactor, std::function<void()> at_end) : reactor_(reactor) {
        auto watched = std::make_shared<Watched>(std::move(at_end));
        watched_ = watched;
        reactor.keep(std::move(watched));
    }
    EndWatch(const EndWatch&) = delete;
    EndWatch& operator=(const EndWatch&) = delete;
    ~EndWatch() {
        if (const auto watched = watched_.lock()) {
            watched->at_end = nullptr;
            reactor_.release(watched.get());
        }
    }

    /// Whether the reactor has gone, or is going.
    bool ended() const { return watched_.expired(); }

private:
    struct Watched {
        explicit Watched(std::function<void()> call) : at_end(std::move(call)) {}
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;
        ~Watched() {
            if (const auto call = std::exchange(at_end, nullptr)) {
                call();
            }
        }
        std::function<void()> at_end;
    };

    Reactor& reactor_;
    std::weak_ptr<Watched> watched_;
};

}  // namespace cyclone::reactor
