#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor/run_several.hpp>

namespace cyclone::reactor {

namespace detail {

/// Reactors on several threads that stop together.
class SeveralReactors {
public:
    void run_one(Reactor& reactor, const std::function<void(Reactor&)>& setup) {
        try {
            setup(reactor);
        } catch (...) {
            {
                std::lock_guard lock(mutex_);
                if (!error_) {
                    error_ = std::current_exception();
                }
            }
            stop_all();
            return;
        }
        {
            std::lock_guard lock(mutex_);
            if (stopped_) {
                return;
            }
            // A stop that comes from now on is a call that run() will find.
            mailboxes_.push_back(reactor.mailbox());
        }
        reactor.before_shutdown([weak = std::weak_ptr(running_), this] {
            if (weak.lock()) {
                stop_all();
            }
            return succeed();
        });
        reactor.run();
    }

    void throw_error() const {
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    void stop_all() {
        std::lock_guard lock(mutex_);
        if (std::exchange(stopped_, true)) {
            return;
        }
        for (const auto& mailbox : mailboxes_) {
            // One that has stopped may find the call when it runs again, for itself.
            mailbox->post([weak = std::weak_ptr(running_)] {
                if (weak.lock() && !current().stopping()) {
                    current().stop();
                }
            });
        }
    }

    std::shared_ptr<int> running_ = std::make_shared<int>();
    std::mutex mutex_;
    std::vector<std::shared_ptr<Reactor::Mailbox>> mailboxes_;
    std::exception_ptr error_;
    bool stopped_ = false;
};

}  // namespace detail

CYCLONE_INLINE void run(std::size_t count, const std::function<void(Reactor&)>& setup) {
    if (count == 0) {
        throw std::invalid_argument("reactor::run(): 0 reactors would serve nobody");
    }
    detail::SeveralReactors all;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < count; ++i) {
            threads.emplace_back([&all, &setup] {
                Reactor reactor;
                all.run_one(reactor, setup);
            });
        }
        all.run_one(current(), setup);
    }
    all.throw_error();
}

}  // namespace cyclone::reactor
