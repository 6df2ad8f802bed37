#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <cyclone/httpserver.hpp>
#include <cyclone/testing/seed.hpp>

namespace cyclone::testing {

/// A client's end of a connection to a Service that exists in memory alone: no port, no system
/// call, no waiting.
class MemoryConnection final : private http::ServerConnection::Shell {
public:
    explicit MemoryConnection(std::shared_ptr<http::Service> service,
                              http::ServerSettings settings = {},
                              std::string remote_ip = "127.0.0.1")
        : remote_ip_(std::move(remote_ip)),
          context_{.service = std::move(service), .settings = std::move(settings)},
          connection_(context_) {
        connection_.attach(*this,
                           {.address = remote_ip_, .trusted_proxy = context_.settings.xheaders}, 0);
    }
    MemoryConnection(const MemoryConnection&) = delete;
    MemoryConnection& operator=(const MemoryConnection&) = delete;
    ~MemoryConnection() { connection_.closed(); }

    /// Sends bytes, at most `piece` at a time. What the server does not read any more is lost.
    void send(std::string_view bytes, std::size_t piece = std::string_view::npos) {
        while (!bytes.empty() && !closed_) {
            if (!connection_.wants_input()) {
                held_.append(bytes);
                return;
            }
            const std::span<char> space = connection_.input_space();
            const std::size_t size = std::min({bytes.size(), piece, space.size()});
            std::memcpy(space.data(), bytes.data(), size);
            bytes.remove_prefix(size);
            connection_.received(size, std::chrono::steady_clock::now());
            settle();
        }
    }
    /// The same in pieces whose sizes chance decides.
    void send(std::string_view bytes, Random& random) {
        while (!bytes.empty()) {
            // Short pieces are where a parser is surprised.
            const std::size_t most = random.one_in(2) ? 4 : bytes.size();
            const std::size_t size = 1 + random.below(std::min(most, bytes.size()));
            send(bytes.substr(0, size));
            bytes.remove_prefix(size);
        }
    }
    /// Says that no more will be sent.
    void shut_down() {
        connection_.received_eof();
        settle();
    }
    /// The client disappears.
    void disconnect() {
        if (!std::exchange(closed_, true)) {
            connection_.closed();
        }
    }
    /// Stops taking what the server writes, until resume().
    void stall() { stalled_ = true; }
    void resume() {
        stalled_ = false;
        settle();
    }

    /// What has been received and not been taken yet.
    const std::string& received() const { return received_; }
    std::string take_received() { return std::exchange(received_, {}); }
    /// Whether the server has closed.
    bool closed() const { return closed_; }
    http::ServerConnection& server_side() { return connection_; }

private:
    void connection_changed() override { settle(); }

    void settle() {
        if (std::exchange(settling_, true)) {
            return;
        }
        while (!closed_ && !stalled_ && take_output()) {
        }
        if (!closed_ && connection_.finished() && connection_.output().empty()) {
            closed_ = true;
            connection_.closed();
        }
        settling_ = false;
        if (!closed_ && !held_.empty() && connection_.wants_input()) {
            const std::string held = std::exchange(held_, {});
            send(held);
        }
    }

    bool take_output() {
        http::OutputQueue& output = connection_.output();
        if (output.empty()) {
            return false;
        }
        const http::FileRange file = output.next_file();
        if (file.file) {
            std::string bytes(static_cast<std::size_t>(file.length), '\0');
            const ssize_t read = ::pread(file.file->descriptor(), bytes.data(), bytes.size(),
                                         static_cast<off_t>(file.offset));
            if (read <= 0) {
                disconnect();
                return false;
            }
            bytes.resize(static_cast<std::size_t>(read));
            received_ += bytes;
            output.consume(bytes.size());
        } else {
            iovec vectors[16];
            std::size_t bytes = 0;
            const std::size_t count = output.gather(vectors);
            for (std::size_t i = 0; i < count; ++i) {
                received_.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
                bytes += vectors[i].iov_len;
            }
            output.consume(bytes);
        }
        connection_.output_consumed();
        return true;
    }

    std::string remote_ip_;
    http::ServerContext context_;
    http::ServerConnection connection_;
    std::string received_;
    std::string held_;
    bool settling_ = false;
    bool stalled_ = false;
    bool closed_ = false;
};

}  // namespace cyclone::testing
