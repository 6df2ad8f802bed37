#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cyclone/reactor/slow_callbacks.hpp>

namespace cyclone::http {

/// Watches many sockets by one descriptor of Asio's: an epoll of its own inside the reactor's.
///
/// Each socket is registered once, edge-triggered, for its whole life. Waiting for it with an operation of Asio's would
/// cost a system call for each request and some 400 bytes for each idle connection.
class SocketPoller {
public:
    class Socket {
    public:
        /// `events` are those of epoll_wait(2), which returned at `now`.
        virtual void on_events(std::uint32_t events, std::chrono::steady_clock::time_point now) = 0;

    protected:
        ~Socket() = default;
    };

    /// `after_batch` is called when a batch of events has been handed out: only then may a Socket be destroyed.
    SocketPoller(boost::asio::io_context& context, std::function<void()> after_batch)
        : state_(std::make_shared<State>(context, std::move(after_batch))) {
        State::wait(state_);
    }
    SocketPoller(const SocketPoller&) = delete;
    SocketPoller& operator=(const SocketPoller&) = delete;
    ~SocketPoller() {
        state_->ended = true;
        boost::system::error_code ignored;
        state_->descriptor.close(ignored);
    }

    /// Watches `descriptor` until it is closed. Throws std::system_error when the system has no room for it.
    void add(int descriptor, Socket& socket) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        event.data.ptr = &socket;
        if (::epoll_ctl(state_->descriptor.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
            throw std::system_error(errno, std::system_category(), "epoll_ctl");
        }
    }

private:
    struct State {
        State(boost::asio::io_context& context, std::function<void()> after)
            : descriptor(context, make_epoll()), after_batch(std::move(after)) {}

        static int make_epoll() {
            const int made = ::epoll_create1(EPOLL_CLOEXEC);
            if (made < 0) {
                throw std::system_error(errno, std::system_category(), "epoll_create1");
            }
            return made;
        }

        static void wait(const std::shared_ptr<State>& state) {
            state->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                         [state](const boost::system::error_code& error) {
                                             if (!error && !state->ended) {
                                                 hand_out(state);
                                             }
                                         });
        }

        static void hand_out(const std::shared_ptr<State>& state) {
            reactor::detail::note_call_begins();
            // Before the sockets' own work: an exception that comes out of it must not be the end of all waiting.
            wait(state);
            // While many are ready, more have become so meanwhile: to ask at once saves the way through Asio's reactor,
            // which is three system calls. But timers and others want their turn too.
            constexpr auto longest = std::chrono::microseconds(500);
            constexpr int many = 4;
            std::chrono::steady_clock::time_point now;
            int count = hand_out_once(state, now);
            const auto began = now;
            while (count >= many && !state->ended && now - began < longest) {
                count = hand_out_once(state, now);
            }
        }

        /// How many sockets had something, and when that was known.
        static int hand_out_once(const std::shared_ptr<State>& state,
                                 std::chrono::steady_clock::time_point& now) {
            std::array<epoll_event, 128> events;
            const int count = ::epoll_wait(state->descriptor.native_handle(), events.data(),
                                           static_cast<int>(events.size()), 0);
            // One look at the clock for all of them: what waits for its turn has arrived already.
            now = std::chrono::steady_clock::now();
            for (int i = 0; i < count && !state->ended; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                static_cast<Socket*>(event.data.ptr)->on_events(event.events, now);
            }
            if (!state->ended) {
                state->after_batch();
            }
            return count;
        }

        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>
            descriptor;
        std::function<void()> after_batch;
        bool ended = false;
    };

    std::shared_ptr<State> state_;
};

}  // namespace cyclone::http
