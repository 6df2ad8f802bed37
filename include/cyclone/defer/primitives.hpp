#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>

#include <cyclone/defer/chain.hpp>

namespace cyclone {

/// Lets `tokens` callers in at a time, the others in the order in which they came.
/// As twisted.internet.defer.DeferredSemaphore, but what acquire() gives releases by itself.
class DeferredSemaphore {
public:
    /// One place, given back when it is destroyed. It may outlive the semaphore.
    class [[nodiscard]] Hold {
    public:
        Hold(Hold&& other) noexcept = default;
        Hold& operator=(Hold&& other) noexcept {
            if (this != &other) {
                release();
                state_ = std::move(other.state_);
            }
            return *this;
        }
        ~Hold() { release(); }

        /// Gives the place back now. The next in the queue runs inside this call.
        void release() {
            if (auto state = std::exchange(state_, nullptr)) {
                DeferredSemaphore::give_back(state);
            }
        }

    private:
        friend class DeferredSemaphore;
        struct State;
        explicit Hold(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    /// `tokens` is at least 1; throws std::invalid_argument otherwise.
    explicit DeferredSemaphore(std::size_t tokens) : state_(std::make_shared<Hold::State>(tokens)) {
        if (tokens == 0) {
            throw std::invalid_argument("DeferredSemaphore: with 0 tokens nobody ever gets in");
        }
    }

    /// Fires when there is a place. Cancelled, it leaves the queue.
    Deferred<Hold> acquire();

    /// Runs `f()` while holding a place, which is given back when its Deferred has ended.
    template <class F>
    Deferred<detail::flat_result_t<F>> run(F f) {
        Hold hold = co_await acquire();
        auto running = detail::call_flat(f);
        co_return co_await running;
    }

    std::size_t tokens() const;
    std::size_t waiting() const;

private:
    static void give_back(const std::shared_ptr<Hold::State>& state);

    std::shared_ptr<Hold::State> state_;
};

struct DeferredSemaphore::Hold::State {
    explicit State(std::size_t count) : free(count) {}
    std::size_t free;
    std::list<Promise<Hold>> queue;
};

inline Deferred<DeferredSemaphore::Hold> DeferredSemaphore::acquire() {
    if (state_->free > 0) {
        --state_->free;
        return succeed(Hold(state_));
    }
    auto& queue = state_->queue;
    auto place = queue.emplace(queue.end());
    std::weak_ptr<Hold::State> state = state_;
    *place = Promise<Hold>([state, place] {
        if (auto alive = state.lock()) {
            // The promise ends with this call: CorePtr in cancel() keeps its core.
            alive->queue.erase(place);
        }
    });
    return place->get_deferred();
}

inline void DeferredSemaphore::give_back(const std::shared_ptr<Hold::State>& state) {
    if (state->queue.empty()) {
        ++state->free;
        return;
    }
    Promise<Hold> next = std::move(state->queue.front());
    state->queue.pop_front();
    next.callback(Hold(state));
}

inline std::size_t DeferredSemaphore::tokens() const { return state_->free; }
inline std::size_t DeferredSemaphore::waiting() const { return state_->queue.size(); }

/// Lets one caller in at a time. As twisted.internet.defer.DeferredLock.
class DeferredLock {
public:
    using Hold = DeferredSemaphore::Hold;

    Deferred<Hold> acquire() { return semaphore_.acquire(); }
    template <class F>
    auto run(F f) {
        return semaphore_.run(std::move(f));
    }
    bool locked() const { return semaphore_.tokens() == 0; }
    std::size_t waiting() const { return semaphore_.waiting(); }

private:
    DeferredSemaphore semaphore_{1};
};

/// put() on a DeferredQueue that is full. As twisted.internet.defer.QueueOverflow.
struct QueueOverflow : std::runtime_error {
    explicit QueueOverflow(std::size_t size)
        : std::runtime_error("the queue is full: it holds " + std::to_string(size) + " objects") {}
};
/// get() on a DeferredQueue for which too many wait. As twisted.internet.defer.QueueUnderflow.
struct QueueUnderflow : std::runtime_error {
    explicit QueueUnderflow(std::size_t backlog)
        : std::runtime_error("too many wait for the queue: " + std::to_string(backlog)) {}
};

/// Objects handed from those who put to those who get, in order. As
/// twisted.internet.defer.DeferredQueue.
template <class T>
class DeferredQueue {
public:
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    /// At most `size` objects are kept, and at most `backlog` callers wait.
    explicit DeferredQueue(std::size_t size = unlimited, std::size_t backlog = unlimited)
        : state_(std::make_shared<State>()), size_(size), backlog_(backlog) {}

    /// Hands `object` to the one who has waited longest, who runs inside this call, or keeps it.
    /// Throws QueueOverflow when the queue is full.
    void put(T object) {
        if (!state_->waiting.empty()) {
            Promise<T> next = std::move(state_->waiting.front());
            state_->waiting.pop_front();
            next.callback(std::move(object));
        } else if (state_->pending.size() >= size_) {
            throw QueueOverflow(size_);
        } else {
            state_->pending.push_back(std::move(object));
        }
    }

    /// Fires with the next object. Cancelled, it leaves the queue. Throws QueueUnderflow when too
    /// many wait.
    Deferred<T> get() {
        if (!state_->pending.empty()) {
            T object = std::move(state_->pending.front());
            state_->pending.pop_front();
            return succeed(std::move(object));
        }
        if (state_->waiting.size() >= backlog_) {
            throw QueueUnderflow(backlog_);
        }
        auto& waiting = state_->waiting;
        auto place = waiting.emplace(waiting.end());
        std::weak_ptr<State> state = state_;
        *place = Promise<T>([state, place] {
            if (auto alive = state.lock()) {
                alive->waiting.erase(place);
            }
        });
        return place->get_deferred();
    }

    std::size_t pending() const { return state_->pending.size(); }
    std::size_t waiting() const { return state_->waiting.size(); }

private:
    struct State {
        std::deque<T> pending;
        std::list<Promise<T>> waiting;
    };
    std::shared_ptr<State> state_;
    std::size_t size_;
    std::size_t backlog_;
};

}  // namespace cyclone
