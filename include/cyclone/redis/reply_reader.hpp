#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Makes replies out of bytes, in whatever pieces they arrive: RESP2 and RESP3, but for the
/// streamed strings and aggregates of its specification, which no Redis sends. Does no I/O.
///
/// What lies whole in the bytes is read where it lies, and a reply that fits a short string costs
/// no allocation; a long string is put together where it will stay. For the stream of MONITOR,
/// whose lines are many and may be long, see MonitorLines.
class ReplyReader {
public:
    enum class Result : std::uint8_t { reply, incomplete, protocol_error };

    /// What a hostile server cannot exceed: aggregates in aggregates, and the bytes of a line.
    static constexpr std::size_t deepest = 64;
    static constexpr std::size_t longest_line = 1024 * 1024;

    /// Takes in bytes from the server, which stay valid until next() has said incomplete.
    void feed(std::string_view bytes);

    /// Takes the next reply out. After protocol_error nothing can be read any more until reset().
    Result next(Reply& reply);

    /// The bytes behind the last reply that next() has given. Valid as long as what feed() was
    /// given.
    std::string_view rest() const noexcept { return input_; }

    /// What is wrong, after protocol_error.
    const std::string& error() const noexcept { return error_; }

    /// What the server has said about the last reply (RESP3's attributes), a map; nil: nothing.
    /// What it says about parts of a reply is passed over.
    const Reply& attributes() const noexcept { return attributes_; }

    /// Forgets all bytes, for a new connection.
    void reset();

private:
    /// An aggregate of which elements are missing.
    struct Level {
        Reply* aggregate;
        std::uint64_t missing;
        std::unique_ptr<Reply> attributes{};  // what `aggregate` is, where it is no part of a reply
    };
    enum class Step : std::uint8_t { value, opened, stuck };

    bool read_at_once(Reply& reply);
    bool take_line(std::string_view& line);
    Step read_value();
    bool read_scalar(char kind, std::string_view text, Reply& into);
    Step begin_bulk(char kind, std::string_view length);
    Step fill_bulk();
    Step open(Reply::Type type, std::string_view count);
    Step open_attributes(std::string_view count);
    Reply& place();
    bool finish_value();
    bool fail(std::string why);
    Step refuse(std::string why) { return fail(std::move(why)), Step::stuck; }

    std::string_view input_;
    std::string held_;  // the input, where two pieces of it had to be joined
    std::string line_;  // the beginning of a line that is not complete
    std::vector<Level> open_;
    Reply root_;  // where a reply grows that does not lie whole in the input
    Reply attributes_;
    Reply* bulk_ = nullptr;  // a string that is being filled,
    char bulk_kind_ = 0;
    std::uint64_t bulk_missing_ = 0;  // for which so many bytes, "\r\n" included, have to come
    std::string error_;
    bool begun_ = false;  // a part of the next reply is here
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_reply_reader.ipp>
#endif
