#pragma once

#include <algorithm>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/pool.hpp>

namespace cyclone::redis {

struct ConnectionPool::Handle {
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { close("the ConnectionPool object was destroyed"); }

    void close(std::string_view reason) {
        for (const auto& core : cores) {
            core->close(reason);
        }
        if (blocking != nullptr) {
            blocking->close(reason);
        }
    }

    std::vector<std::shared_ptr<detail::ConnectionCore>> cores;
    std::shared_ptr<detail::BlockingConnections> blocking;
    std::size_t last = 0;
};

CYCLONE_INLINE ConnectionPool::ConnectionPool(const ConnectionOptions& options, std::size_t size)
    : ConnectionPool(options, size, detail::Locator()) {}

CYCLONE_INLINE ConnectionPool::ConnectionPool(const ConnectionOptions& options, std::size_t size,
                                              const detail::Locator& locate)
    : handle_(std::make_shared<Handle>()) {
    if (size == 0) {
        throw std::invalid_argument("redis: a ConnectionPool of 0 connections can do nothing");
    }
    for (std::size_t i = 0; i < size; ++i) {
        handle_->cores.push_back(detail::ConnectionCore::make(options, locate));
    }
}

CYCLONE_INLINE const std::shared_ptr<detail::ConnectionCore>& ConnectionPool::pick() const {
    constexpr std::size_t batch = 64;
    const auto& cores = handle_->cores;
    const auto& last = cores[handle_->last];
    if (last->connected() && last->batch_is_open() && last->pending() < batch) {
        return last;
    }
    const auto best = std::min_element(cores.begin(), cores.end(), [](auto& a, auto& b) {
        return std::pair(!a->connected(), a->pending()) < std::pair(!b->connected(), b->pending());
    });
    handle_->last = static_cast<std::size_t>(best - cores.begin());
    return *best;
}

CYCLONE_INLINE const std::shared_ptr<detail::ConnectionCore>& ConnectionPool::pick_unwatched()
    const {
    const auto& cores = handle_->cores;
    return *std::min_element(cores.begin(), cores.end(), [](auto& a, auto& b) {
        const auto burden = [](detail::ConnectionCore& core) {
            const auto& lock = core.watch_lock();
            return std::tuple(!core.connected(), lock.waiting() + (lock.locked() ? 1 : 0),
                              core.pending());
        };
        return burden(*a) < burden(*b);
    });
}

CYCLONE_INLINE const std::shared_ptr<detail::BlockingConnections>&
ConnectionPool::blocking_connections() const {
    if (handle_->blocking == nullptr) {
        handle_->blocking = std::make_shared<detail::BlockingConnections>(*handle_->cores.front());
    }
    return handle_->blocking;
}

CYCLONE_INLINE const std::vector<std::shared_ptr<detail::ConnectionCore>>& ConnectionPool::cores()
    const {
    return handle_->cores;
}

CYCLONE_INLINE Deferred<Transaction> ConnectionPool::multi() {
    return TransactionSource::multi(pick_unwatched());
}

CYCLONE_INLINE Deferred<> ConnectionPool::ready() {
    std::vector<Deferred<>> each;
    for (const auto& core : handle_->cores) {
        each.push_back(core->ready());
    }
    auto all = gather_results(std::move(each));
    co_await all;
}

CYCLONE_INLINE std::size_t ConnectionPool::connected() const {
    return static_cast<std::size_t>(std::count_if(handle_->cores.begin(), handle_->cores.end(),
                                                  [](auto& core) { return core->connected(); }));
}
CYCLONE_INLINE std::size_t ConnectionPool::size() const { return handle_->cores.size(); }

CYCLONE_INLINE void ConnectionPool::on_connect(const std::function<void()>& observer) {
    for (const auto& core : handle_->cores) {
        core->on_connect = observer;
    }
}
CYCLONE_INLINE void ConnectionPool::on_lost(
    const std::function<void(const std::string&)>& observer) {
    for (const auto& core : handle_->cores) {
        core->on_lost = observer;
    }
}
CYCLONE_INLINE void ConnectionPool::disconnect() {
    // Whoever is told may drop this ConnectionPool.
    const auto handle = handle_;
    handle->close("disconnect() was called");
}

CYCLONE_INLINE ConnectionPool lazy_connection_pool(std::string host, std::uint16_t port, int db,
                                                   std::size_t size) {
    ConnectionOptions options;
    options.host = std::move(host);
    options.port = port;
    options.db = db;
    return ConnectionPool(options, size);
}

namespace detail {

inline Deferred<ConnectionPool> connect_pool(ConnectionOptions options, std::size_t size) {
    ConnectionPool made(options, size);
    auto ready = made.ready();
    co_await ready;
    co_return made;
}

}  // namespace detail

CYCLONE_INLINE Deferred<ConnectionPool> connection_pool(ConnectionOptions options,
                                                        std::size_t size) {
    return detail::connect_pool(std::move(options), size);
}

}  // namespace cyclone::redis
