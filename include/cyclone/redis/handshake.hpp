#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/options.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace cyclone::redis {

/// What is said on a new connection before anything else: HELLO or AUTH, SELECT, CLIENT SETNAME,
/// CLIENT TRACKING, READONLY, ROLE, and PING, which tells whether the server is ready. All in one
/// write; does no I/O.
class Handshake {
public:
    enum class State : std::uint8_t {
        waiting,  ///< for more bytes
        ready,
        /// The server will not have us until someone changes something: NOAUTH, WRONGPASS, NOPERM,
        /// no such database.
        refused,
        /// The server cannot serve now: LOADING, MASTERDOWN, too many clients, another role than
        /// the one asked for, or it is no Redis.
        unavailable,
    };

    explicit Handshake(const ConnectionOptions& options);

    /// The bytes to write.
    const std::string& request() const noexcept { return request_; }

    /// Takes in what the server answers. What it says unasked is passed over.
    State feed(std::string_view bytes);

    /// After ready: the bytes behind the last answer. Valid as long as those that feed() was given.
    std::string_view rest() const noexcept { return reader_.rest(); }

    /// After refused and unavailable: the command and the server's words about it.
    const std::string& failed_command() const noexcept { return failed_command_; }
    const std::string& error() const noexcept { return error_; }

private:
    State judge(std::string_view command, const Reply& reply);

    std::string request_;
    State judge_role(const Reply& reply);

    std::vector<std::string> commands_;
    Role role_;
    std::size_t answered_ = 0;
    ReplyReader reader_;
    std::string failed_command_;
    std::string error_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_handshake.ipp>
#endif
