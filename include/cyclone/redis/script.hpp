#pragma once

#include <array>
#include <ranges>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// A Lua script that is sent once and called by its SHA-1 from then on. As redis-py's Script.
///
///     const redis::Script take("return redis.call('DECRBY', KEYS[1], ARGV[1])");
///     auto left = co_await take.run<int>(db, std::array{"stock"}, std::array{3});
class Script {
public:
    explicit Script(std::string text);

    const std::string& text() const noexcept { return text_; }
    /// The SHA-1 of the text, in hexadecimal digits.
    const std::string& sha() const noexcept { return sha_; }

    /// Runs it with EVALSHA, and with EVAL where the server does not know it (yet, or any more).
    /// `keys` and `args` are ranges; what they refer to must live until it has fired.
    template <class T = Reply, class Db, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Deferred<T> run(Db db, Keys keys = {}, Args args = {}) const {
        const std::string text = text_;
        auto by_sha =
            db.template command<T>("EVALSHA", sha_, std::ranges::distance(keys), keys, args);
        try {
            co_return co_await by_sha;
        } catch (const ResponseError& error) {
            if (error.code() != "NOSCRIPT") {
                throw;
            }
        }
        auto by_text =
            db.template command<T>("EVAL", text, std::ranges::distance(keys), keys, args);
        co_return co_await by_text;
    }

private:
    std::string text_;
    std::string sha_;
};

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_script.ipp>
#endif
