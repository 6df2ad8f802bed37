#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <cyclone/redis/reply.hpp>

struct redisReader;

namespace cyclone::redis {

/// Makes replies out of bytes, in whatever pieces they arrive. Does no I/O.
///
/// hiredis' reader, which builds Reply values in place: a reply that fits a short string costs no
/// allocation. For the stream of MONITOR, whose lines are many and may be long, see MonitorLines.
class ReplyReader {
public:
    enum class Result { reply, incomplete, protocol_error };

    ReplyReader();

    /// Appends bytes from the server; they are copied.
    void feed(std::string_view bytes);

    /// Takes the next reply out. After protocol_error nothing can be read any more until reset().
    Result next(Reply& reply);

    /// What is wrong, after protocol_error.
    std::string error() const;

    /// Forgets all bytes, for a new connection.
    void reset();

private:
    struct Free {
        void operator()(redisReader* reader) const noexcept;
    };
    // In a block of its own because hiredis keeps its address.
    std::unique_ptr<Reply> root_;
    std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_reply_reader.ipp>
#endif
