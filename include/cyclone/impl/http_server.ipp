#pragma once

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <cyclone/http/server.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone::http {

namespace detail {

/// sendfile() cannot be told to raise no SIGPIPE where the client is gone, which would end the program. Where that has
/// its default effect, it has none from now on; other than an ignored signal, it has it again in a program that is
/// executed.
CYCLONE_INLINE void survive_broken_pipes() {
    [[maybe_unused]] static const bool done = [] {
        struct sigaction before {};
        if (::sigaction(SIGPIPE, nullptr, &before) == 0 && (before.sa_flags & SA_SIGINFO) == 0 &&
            before.sa_handler == SIG_DFL) {
            struct sigaction nothing {};
            nothing.sa_handler = [](int) {};
            nothing.sa_flags = SA_RESTART;
            ::sigaction(SIGPIPE, &nothing, nullptr);
        }
        return true;
    }();
}

}  // namespace detail

CYCLONE_INLINE Server::Server(reactor::Reactor& reactor, std::shared_ptr<Service> service,
                              ServerSettings settings, std::shared_ptr<reactor::TlsContext> tls)
    : reactor_(reactor),
      context_{.service = std::move(service),
               .settings = std::move(settings),
               .metrics = &reactor.component<Metrics>()},
      tls_(std::move(tls)),
      poller_(std::in_place, reactor.context(), [this] { bury(); }),
      at_end_(reactor, [this] {
          // Handlers that are told may drop the last that holds this.
          const auto keep = weak_from_this().lock();
          end();
          context_.metrics = nullptr;
      }) {
    detail::survive_broken_pipes();
}

CYCLONE_INLINE Server::~Server() { end(); }

CYCLONE_INLINE void Server::end() {
    next_sweep_.cancel();
    grace_.cancel();
    later_.clear();
    close_all();
    later_.clear();
    bury();
    poller_.reset();
}

CYCLONE_INLINE void Server::close_all() {
    while (first_ != nullptr) {
        first_->close();
    }
    for (const TurnedAway& left : std::exchange(turned_away_, {})) {
        ::close(left.socket);
    }
}

CYCLONE_INLINE void Server::settle_waiting() {
    const auto now = TcpShell::Clock::now();
    for (TcpShell* shell : std::exchange(later_, {})) {
        shell->waits_its_turn_ = false;
        shell->on_events(0, now);
    }
    bury();
}

CYCLONE_INLINE void Server::bury() {
    if (!later_.empty()) {
        // One of them may be waiting to be called.
        return;
    }
    for (TcpShell* shell : std::exchange(dead_, {})) {
        delete shell;
    }
}

CYCLONE_INLINE void Server::settle_later(TcpShell& shell) {
    if (std::exchange(shell.waits_its_turn_, true)) {
        return;
    }
    if (later_.empty()) {
        // After whatever else is waiting for the reactor.
        reactor_.call_later(std::chrono::nanoseconds(0), [weak = weak_from_this()] {
            if (auto server = weak.lock()) {
                server->settle_waiting();
            }
        });
    }
    later_.push_back(&shell);
}

CYCLONE_INLINE void Server::connection_made(int socket, reactor::PeerAddress peer) {
    const ServerSettings& settings = context_.settings;
    if (!poller_) {
        ::close(socket);
        return;
    }
    if (settings.proxy_protocol && !is_proxy(peer.host)) {
        // Whoever else comes here would be believed whatever address he says he has.
        ++context_.metrics->connections_turned_away;
        ::close(socket);
        return;
    }
    const bool too_many =
        settings.max_connections != 0 && connections_ >= settings.max_connections;
    if (too_many || context_.stopping || !note_address(peer.host)) {
        ++context_.metrics->connections_turned_away;
        turn_away(socket);
        return;
    }
    std::unique_ptr<reactor::TlsSession> tls;
    try {
        tls = tls_ ? tls_->accept(socket) : nullptr;
    } catch (const std::exception& error) {
        log::error(error.what());
        forget_address(peer.host);
        ::close(socket);
        return;
    }
    auto* shell = new TcpShell(*this, socket, std::move(peer), std::move(tls));
    shell->next_ = first_;
    if (first_ != nullptr) {
        first_->previous_ = shell;
    }
    first_ = shell;
    ++context_.metrics->connections_accepted;
    ++context_.metrics->connections_open;
    ++connections_;
    sweep_later();
    try {
        poller_->add(socket, *shell);
    } catch (const std::system_error& error) {
        log::error(std::string("cannot watch a connection: ") + error.what());
        shell->close();
    }
}

CYCLONE_INLINE bool Server::note_address(const std::string& address) {
    const std::size_t most = context_.settings.max_connections_per_address;
    return most == 0 || ++by_address_[address] <= most || (forget_address(address), false);
}
CYCLONE_INLINE void Server::forget_address(const std::string& address) {
    if (context_.settings.max_connections_per_address != 0) {
        const auto found = by_address_.find(address);
        if (found != by_address_.end() && --found->second == 0) {
            by_address_.erase(found);
        }
    }
}

CYCLONE_INLINE void Server::turn_away(int socket) {
    constexpr std::string_view answer =
        "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 37\r\n\r\n"
        "there are too many connections here.\n";
    constexpr std::size_t most_turned_away = 64;
    constexpr std::chrono::milliseconds time_to_read(1000);
    if (tls_ != nullptr || turned_away_.size() >= most_turned_away) {
        // Who is one of very many gets no attention.
        ::close(socket);
        return;
    }
    static_cast<void>(::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL));
    // To close it with a request unread would take back what was sent.
    ::shutdown(socket, SHUT_WR);
    turned_away_.push_back(
        {socket, tick_of(TcpShell::Clock::now()) +
                     static_cast<std::uint32_t>(time_to_read / tick_length)});
    sweep_later();
}

CYCLONE_INLINE void Server::see_off(std::uint32_t tick) {
    std::erase_if(turned_away_, [tick](const TurnedAway& left) {
        std::array<char, 16 * 1024> unread;
        const ssize_t read = ::recv(left.socket, unread.data(), unread.size(), MSG_DONTWAIT);
        const bool over = tick >= left.until || read == 0 ||
                          (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
        if (over) {
            ::close(left.socket);
        }
        return over;
    });
}

CYCLONE_INLINE void Server::sweep_later() {
    if (!next_sweep_.active()) {
        next_sweep_ = reactor_.call_later(tick_length, [this] { sweep(); });
    }
}

CYCLONE_INLINE void Server::remove(TcpShell& shell) {
    (shell.previous_ != nullptr ? shell.previous_->next_ : first_) = shell.next_;
    if (shell.next_ != nullptr) {
        shell.next_->previous_ = shell.previous_;
    }
    if (shell.counted_) {
        forget_address(shell.peer_.host);
    }
    dead_.push_back(&shell);
    --context_.metrics->connections_open;
    if (--connections_ == 0) {
        if (auto ended = std::exchange(ended_, std::nullopt)) {
            if (!ended->called()) {
                // Whoever waits may drop this, whose connections are on the stack.
                reactor_.call_later(std::chrono::nanoseconds(0), [keep = weak_from_this().lock()] {});
                ended->callback();
            }
        }
    }
}

CYCLONE_INLINE bool Server::is_proxy(const std::string& address) const {
    const std::vector<std::string>& proxies = context_.settings.trusted_proxies;
    return address.empty() || std::ranges::find(proxies, address) != proxies.end();
}

CYCLONE_INLINE std::unique_ptr<ServerConnection> Server::lend_connection() {
    if (spare_.empty()) {
        return std::make_unique<ServerConnection>(context_);
    }
    auto connection = std::move(spare_.back());
    spare_.pop_back();
    return connection;
}

CYCLONE_INLINE void Server::give_back(std::unique_ptr<ServerConnection> connection) {
    constexpr std::size_t most_kept = 256;
    if (spare_.size() < most_kept) {
        spare_.push_back(std::move(connection));
    }
}

CYCLONE_INLINE void Server::sweep() {
    const std::uint32_t tick = tick_of(TcpShell::Clock::now());
    for (TcpShell* shell = first_; shell != nullptr;) {
        // It may close, and even others with it: the closed ones keep their place until bury().
        TcpShell* const next = shell->next_;
        shell->sweep(tick);
        shell = next;
    }
    see_off(tick);
    bury();
    if (connections_ != 0 || !dead_.empty() || !turned_away_.empty()) {
        sweep_later();
    }
}

CYCLONE_INLINE Deferred<> Server::shut_down(std::chrono::nanoseconds grace) {
    context_.stopping = true;
    for (TcpShell* shell = first_; shell != nullptr;) {
        TcpShell* const next = shell->next_;
        shell->stop();
        shell = next;
    }
    if (connections_ == 0) {
        co_return;
    }
    ended_.emplace();
    auto ended = ended_->get_deferred();
    grace_ = reactor_.call_later(grace, [this] { close_all(); });
    auto timer = grace_;
    co_await ended;
    timer.cancel();
}

}  // namespace cyclone::http
