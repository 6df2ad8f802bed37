#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <cyclone/http/proxy_protocol.hpp>
#include <cyclone/http/server.hpp>
#include <cyclone/http/tcp_shell.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

CYCLONE_INLINE TcpShell::TcpShell(Server& server, int socket, reactor::PeerAddress peer,
                                  std::unique_ptr<reactor::TlsSession> tls)
    : server_(&server),
      tls_(std::move(tls)),
      peer_(std::move(peer)),
      socket_(socket),
      awaits_proxy_header_(server.context_.settings.proxy_protocol),
      handshaking_(tls_ != nullptr) {
    set_deadline(Clock::now());
}

CYCLONE_INLINE ServerConnection& TcpShell::machine() {
    if (!machine_) {
        machine_ = server_->lend_connection();
        machine_->attach(*this,
                         {.address = peer_.host,
                          .protocol = tls_ ? "https" : "http",
                          .trusted_proxy = server_->is_trusted(peer_.host),
                          .tls = tls_ != nullptr},
                         requests_);
    }
    return *machine_;
}

CYCLONE_INLINE void TcpShell::on_events(std::uint32_t events, Clock::time_point now) {
    if (closed_) {
        return;
    }
    half_closed_ |= (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        note_readable();
    }
    writable_ |= (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
    if (waits_its_turn_) {
        return;
    }
    settle(now);
}

CYCLONE_INLINE void TcpShell::note_readable() {
    readable_ = true;
    if (tls_) {
        tls_->readable(half_closed_);
    }
}

CYCLONE_INLINE TcpShell::Io TcpShell::outcome_of_tls(reactor::TlsSession::Result result) {
    switch (result) {
        case reactor::TlsSession::Result::done:
            return Io::done;
        case reactor::TlsSession::Result::wants_read:
            readable_ = false;
            return Io::blocked;
        case reactor::TlsSession::Result::wants_write:
            writable_ = false;
            return Io::blocked;
        case reactor::TlsSession::Result::closed:
        case reactor::TlsSession::Result::failed:
            break;
    }
    return Io::ended;
}

CYCLONE_INLINE TcpShell::Io TcpShell::outcome_of_errno() {
    return errno == EAGAIN || errno == EWOULDBLOCK ? Io::blocked
           : errno == EINTR                        ? Io::done
                                                   : Io::ended;
}

/// Gives `ended` with no bytes at the client's orderly end, which the machine has been told of, too.
CYCLONE_INLINE TcpShell::Io TcpShell::read_some(std::span<char> space, std::size_t& bytes) {
    if (tls_) {
        const reactor::TlsSession::Result result = tls_->read(space, bytes);
        if (result == reactor::TlsSession::Result::closed) {
            readable_ = false;
            machine_->received_eof();
            return lingering_ ? Io::ended : Io::blocked;
        }
        return outcome_of_tls(result);
    }
    const ssize_t read = ::recv(socket_, space.data(), space.size(), 0);
    if (read > 0) {
        bytes = static_cast<std::size_t>(read);
        // Less than there was room for: the rest announces itself, but for the end that epoll has told already.
        readable_ = bytes == space.size() || half_closed_;
        return Io::done;
    }
    if (read == 0) {
        readable_ = false;
        machine_->received_eof();
        return lingering_ ? Io::ended : Io::blocked;
    }
    const Io io = outcome_of_errno();
    readable_ = io == Io::done;
    return io;
}

/// Takes the header away, and not one byte of what follows it: that may be TLS.
CYCLONE_INLINE TcpShell::Io TcpShell::read_proxy_header() {
    std::array<char, max_proxy_header> bytes;
    const ssize_t peeked = ::recv(socket_, bytes.data(), bytes.size(), MSG_PEEK);
    if (peeked <= 0) {
        const Io io = peeked == 0 ? Io::ended : outcome_of_errno();
        readable_ = io == Io::done;
        return io;
    }
    ProxyHeader header =
        parse_proxy_header({bytes.data(), static_cast<std::size_t>(peeked)});
    if (header.state == ProxyHeader::State::malformed) {
        return Io::ended;
    }
    if (header.state == ProxyHeader::State::incomplete) {
        readable_ = false;
        return half_closed_ ? Io::ended : Io::blocked;
    }
    if (::recv(socket_, bytes.data(), header.size, 0) != static_cast<ssize_t>(header.size)) {
        return Io::ended;
    }
    if (!header.host.empty()) {
        server_->forget_address(peer_.host);
        peer_ = {std::move(header.host), header.port};
        counted_ = server_->note_address(peer_.host);
        if (!counted_) {
            return Io::ended;
        }
    }
    awaits_proxy_header_ = false;
    phase_began_ = 0;
    return Io::done;
}

/// Tells a client that begins with a method instead of a handshake what is wrong; whether it did.
CYCLONE_INLINE bool TcpShell::refuse_plain_http() {
    char first = 0;
    if (began_ || ::recv(socket_, &first, 1, MSG_PEEK) != 1) {
        return false;
    }
    began_ = true;
    if (first < 'A' || first > 'Z') {
        return false;
    }
    constexpr std::string_view answer =
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
        "Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 37\r\n\r\n"
        "this port speaks TLS: ask for https.\n";
    static_cast<void>(::send(socket_, answer.data(), answer.size(), MSG_NOSIGNAL));
    // What is left unread at the end would take the answer back.
    std::array<char, 16 * 1024> unread;
    static_cast<void>(::recv(socket_, unread.data(), unread.size(), 0));
    tls_.reset();
    return true;
}

CYCLONE_INLINE TcpShell::Io TcpShell::read_input(Clock::time_point now) {
    if (awaits_proxy_header_) {
        const Io io = read_proxy_header();
        if (io != Io::done || awaits_proxy_header_) {
            return io;
        }
    }
    if (handshaking_) {
        if (refuse_plain_http()) {
            return Io::ended;
        }
        const Io io = outcome_of_tls(tls_->handshake());
        if (io != Io::done) {
            return io;
        }
        handshaking_ = false;
        // What has come so far was no request.
        phase_began_ = 0;
    }
    // Others want their turn too.
    constexpr int reads_at_most = 8;
    for (int i = 0; i < reads_at_most && readable_; ++i) {
        ServerConnection& connection = machine();
        if (!connection.wants_input() && !lingering_) {
            break;
        }
        const std::span<char> space = connection.input_space();
        std::size_t bytes = 0;
        const Io io = read_some(space, bytes);
        // Also where nothing has come: the space is given back.
        connection.received(bytes, now);
        if (io != Io::done) {
            return io;
        }
    }
    return Io::done;
}

CYCLONE_INLINE TcpShell::Io TcpShell::write_text() {
    OutputQueue& output = machine_->output();
    std::array<iovec, 16> vectors;
    const std::size_t count = output.gather(vectors);
    if (count == 0) {
        // Nothing but empty text.
        output.consume(0);
        return Io::done;
    }
    if (tls_) {
        std::size_t bytes = 0;
        const Io io = outcome_of_tls(
            tls_->write({static_cast<const char*>(vectors[0].iov_base), vectors[0].iov_len}, bytes));
        output.consume(bytes);
        return io;
    }
    ssize_t written = 0;
    if (count == 1) {
        written = ::send(socket_, vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL);
    } else {
        msghdr message{};
        message.msg_iov = vectors.data();
        message.msg_iovlen = count;
        written = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    }
    if (written < 0) {
        const Io io = outcome_of_errno();
        writable_ = io != Io::blocked;
        return io;
    }
    output.consume(static_cast<std::uint64_t>(written));
    return Io::done;
}

CYCLONE_INLINE TcpShell::Io TcpShell::write_file(FileRange file) {
    OutputQueue& output = machine_->output();
    auto offset = static_cast<off_t>(file.offset);
    // One connection with a large file is not to have the reactor for itself.
    constexpr std::uint64_t piece = 512 * 1024;
    const auto wanted = static_cast<std::size_t>(std::min(file.length, piece));
    if (tls_) {
        std::array<char, 16 * 1024> buffer;
        const ssize_t read = ::pread(file.file->descriptor(), buffer.data(),
                                     std::min(wanted, buffer.size()), offset);
        if (read <= 0) {
            return Io::ended;
        }
        std::size_t bytes = 0;
        const Io io =
            outcome_of_tls(tls_->write({buffer.data(), static_cast<std::size_t>(read)}, bytes));
        output.consume(bytes);
        return io;
    }
    const ssize_t sent =
        ::sendfile(socket_, file.file->descriptor(), &offset, wanted);
    if (sent < 0) {
        const Io io = outcome_of_errno();
        writable_ = io != Io::blocked;
        return io;
    }
    if (sent == 0) {
        // The file has become shorter than the length that was announced.
        return Io::ended;
    }
    output.consume(static_cast<std::uint64_t>(sent));
    return Io::done;
}

/// Gives `done` with output left where others are to have their turn first.
CYCLONE_INLINE TcpShell::Io TcpShell::write_output() {
    // A client that takes all as fast as it comes is not to have the reactor for itself.
    constexpr std::uint64_t most_per_turn = 2 * 1024 * 1024;
    const std::uint64_t begin = machine_->output().consumed_in_all();
    while (writable_) {
        OutputQueue& output = machine_->output();
        if (output.empty() || output.consumed_in_all() - begin >= most_per_turn) {
            return Io::done;
        }
        FileRange file = output.next_file();
        const std::uint64_t before = output.consumed_in_all();
        const Io io = file.file ? write_file(std::move(file)) : write_text();
        if (output.consumed_in_all() != before) {
            server_->context_.metrics->bytes_sent += output.consumed_in_all() - before;
            write_began_ = 0;
            if (timed_phase_ == ServerConnection::Phase::handling) {
                // Who answers bit by bit is at work.
                phase_began_ = 0;
            }
        }
        if (io != Io::done) {
            return io;
        }
        machine_->output_consumed();
    }
    return Io::blocked;
}

/// Does all that can be done now: reads, hands on, writes, closes or becomes idle.
CYCLONE_INLINE void TcpShell::settle(Clock::time_point now) {
    if (busy_) {
        changed_ = true;
        return;
    }
    busy_ = true;
    Io io = Io::done;
    for (int turn = 0;; ++turn) {
        changed_ = false;
        if (readable_ || (handshaking_ && writable_)) {
            io = read_input(now);
        }
        if (io != Io::ended && machine_) {
            io = write_output();
        }
        // A client that is read and answered without end leaves room for others by waiting for its next event.
        const bool more = changed_ || (readable_ && io == Io::done && machine_ &&
                                       (machine_->wants_input() || lingering_));
        const bool writes_on =
            io == Io::done && writable_ && machine_ && !machine_->output().empty();
        if (io == Io::ended || (!more && !writes_on)) {
            break;
        }
        if (turn == 16 || writes_on) {
            server_->settle_later(*this);
            break;
        }
    }
    busy_ = false;
    if (io == Io::ended) {
        close();
        return;
    }
    if (machine_) {
        requests_ = machine_->requests();
        if (machine_->finished() && machine_->output().empty() && !linger()) {
            close();
            return;
        }
        if (machine_->idle()) {
            server_->give_back(std::move(machine_));
        }
    }
    set_deadline(now);
}

/// Whether the connection stays for a while, only so that the client gets to read the answer.
CYCLONE_INLINE bool TcpShell::linger() {
    if (lingering_) {
        return true;
    }
    if (!machine_->lingers() || machine_->cut()) {
        return false;
    }
    if (tls_) {
        tls_->shut_down();
        // What comes now is thrown away as it is.
        tls_.reset();
    }
    ::shutdown(socket_, SHUT_WR);
    lingering_ = true;
    // However long the answer took to be written.
    phase_began_ = 0;
    return true;
}

CYCLONE_INLINE void TcpShell::connection_changed() {
    if (!closed_) {
        settle(Clock::now());
    }
}

CYCLONE_INLINE std::shared_ptr<const ssl::Certificate> TcpShell::client_certificate() {
    return tls_->peer_certificate();
}

CYCLONE_INLINE void TcpShell::stop() {
    if (closed_) {
        return;
    }
    // What has come already is answered, and its answer is the last.
    note_readable();
    if (!machine_ && requests_ == 0) {
        // A new connection is left a moment to say what it has come for.
        phase_began_ = 0;
    }
    settle(Clock::now());
    if (closed_) {
        return;
    }
    if (machine_) {
        // What a handler writes then may fail, and is not to close it meanwhile.
        busy_ = true;
        machine_->stop();
        busy_ = false;
        settle(Clock::now());
    } else if (requests_ != 0) {
        close();
    }
}

CYCLONE_INLINE void TcpShell::close() {
    if (std::exchange(closed_, true)) {
        return;
    }
    if (machine_) {
        if (machine_->cut()) {
            const ::linger at_once{1, 0};
            ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        } else if (tls_) {
            tls_->shut_down();
        }
        // Handlers are told, and may do anything but find a connection here.
        auto machine = std::move(machine_);
        machine->closed();
        server_->give_back(std::move(machine));
    }
    tls_.reset();
    ::close(socket_);
    server_->remove(*this);
}

CYCLONE_INLINE int TcpShell::unsent() const {
    int bytes = 0;
    return ::ioctl(socket_, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

CYCLONE_INLINE std::uint32_t TcpShell::deadline_after(std::uint32_t tick,
                                                      std::chrono::milliseconds allowed) const {
    return allowed.count() == 0
               ? 0
               : tick + static_cast<std::uint32_t>(allowed / Server::tick_length) + 1;
}

CYCLONE_INLINE void TcpShell::set_deadline(Clock::time_point now) {
    const ServerSettings& settings = server_->context_.settings;
    using Phase = ServerConnection::Phase;
    const bool writing = machine_ && !machine_->output().empty();
    const Phase phase = machine_ ? machine_->phase() : Phase::idle;
    const std::uint32_t tick = server_->tick_of(now);
    // Nothing that comes bit by bit gains time by it, nor does a record of TLS that has nothing in it.
    if (phase != timed_phase_ || requests_ != timed_requests_ || phase_began_ == 0) {
        timed_phase_ = phase;
        timed_requests_ = requests_;
        phase_began_ = tick;
    }
    if (writing) {
        if (write_began_ == 0) {
            write_began_ = tick;
            unsent_ = unsent();
        }
        deadline_ = deadline_after(write_began_, settings.write_timeout);
        return;
    }
    write_began_ = 0;
    std::chrono::milliseconds allowed{0};
    if (lingering_) {
        allowed = std::chrono::seconds(2);
    } else if (phase == Phase::idle && server_->context_.stopping) {
        allowed = std::chrono::seconds(1);
    } else {
        switch (phase) {
            case Phase::idle:
                allowed = requests_ == 0 ? settings.first_byte_timeout : settings.idle_timeout;
                break;
            case Phase::head:
                allowed = settings.header_timeout;
                break;
            case Phase::body:
                allowed = settings.body_grace;
                break;
            case Phase::handling:
                allowed = settings.handler_timeout;
                break;
            case Phase::upgraded:
                break;
            case Phase::finishing:
                allowed = settings.write_timeout;
                break;
        }
    }
    deadline_ = deadline_after(phase_began_, allowed);
}

CYCLONE_INLINE void TcpShell::sweep(std::uint32_t tick) {
    if (closed_ || deadline_ == 0 || tick < deadline_) {
        return;
    }
    if (!machine_ || lingering_) {
        close();
        return;
    }
    const ServerSettings& settings = server_->context_.settings;
    if (!machine_->output().empty()) {
        // A slow client may take some for long before the system asks for more.
        const int left = unsent();
        if (left >= unsent_) {
            close();
            return;
        }
        unsent_ = left;
        write_began_ = tick;
        deadline_ = deadline_after(tick, settings.write_timeout);
        return;
    }
    if (machine_->phase() == ServerConnection::Phase::body) {
        const auto lasted = (tick - phase_began_) * Server::tick_length - settings.body_grace;
        const auto seconds = std::chrono::duration<double>(lasted).count();
        if (settings.min_body_rate == 0 ||
            static_cast<double>(machine_->body_received()) >=
                seconds * static_cast<double>(settings.min_body_rate)) {
            return;
        }
    }
    busy_ = true;
    machine_->timed_out();
    busy_ = false;
    phase_began_ = 0;
    settle(Clock::now());
}

}  // namespace cyclone::http
