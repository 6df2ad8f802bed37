#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/connection.hpp>

namespace cyclone::redis {

namespace detail {

inline Deferred<> select_database(std::shared_ptr<ConnectionCore> core, int db) {
    auto selecting = core->execute<void>("SELECT", db);
    co_await selecting;
    core->options().db = db;
}

inline Deferred<> log_in(std::shared_ptr<ConnectionCore> core, std::string password,
                         std::string username) {
    const auto user = username.empty() ? std::nullopt : std::optional(username);
    auto logging_in = core->execute<void>("AUTH", user, password);
    co_await logging_in;
    core->options().username = std::move(username);
    core->options().password = std::move(password);
}

inline Deferred<Connection> connect(ConnectionOptions options) {
    Connection made(std::move(options));
    auto ready = made.ready();
    co_await ready;
    co_return made;
}

}  // namespace detail

CYCLONE_INLINE Connection::Connection(ConnectionOptions options)
    : handle_(std::make_shared<Handle>(std::move(options))) {}

CYCLONE_INLINE Connection::Connection(ConnectionOptions options, detail::Locator locate)
    : handle_(std::make_shared<Handle>(std::move(options), std::move(locate))) {}

CYCLONE_INLINE Deferred<Transaction> Connection::multi() {
    return TransactionSource::multi(handle_->core);
}
CYCLONE_INLINE Deferred<> Connection::select(int db) {
    return detail::select_database(handle_->core, db);
}
CYCLONE_INLINE Deferred<> Connection::auth(std::string password, std::string username) {
    return detail::log_in(handle_->core, std::move(password), std::move(username));
}
CYCLONE_INLINE Deferred<> Connection::ready() { return core().ready(); }
CYCLONE_INLINE bool Connection::connected() const { return core().connected(); }
CYCLONE_INLINE const std::string& Connection::last_error() const { return core().last_error(); }
CYCLONE_INLINE std::string Connection::address() const { return core().options().address(); }
CYCLONE_INLINE void Connection::on_connect(std::function<void()> observer) {
    core().on_connect = std::move(observer);
}
CYCLONE_INLINE void Connection::on_lost(std::function<void(const std::string&)> observer) {
    core().on_lost = std::move(observer);
}
CYCLONE_INLINE void Connection::on_push(std::function<void(Reply&&)> observer) {
    core().on_push = std::move(observer);
}
CYCLONE_INLINE void Connection::disconnect() {
    // Whoever is told may drop this Connection.
    const auto handle = handle_;
    handle->close("disconnect() was called");
}

CYCLONE_INLINE Connection lazy_connection(std::string host, std::uint16_t port, int db) {
    ConnectionOptions options;
    options.host = std::move(host);
    options.port = port;
    options.db = db;
    return Connection(std::move(options));
}

CYCLONE_INLINE Deferred<Connection> connection(ConnectionOptions options) {
    return detail::connect(std::move(options));
}

}  // namespace cyclone::redis
