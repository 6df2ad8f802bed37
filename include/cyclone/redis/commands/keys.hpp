#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/redis/commands/limit.hpp>
#include <cyclone/redis/scan_range.hpp>

namespace cyclone::redis {

/// What SORT may be told.
struct SortOptions {
    /// By the values of these keys, where "*" stands for the element; a key without a "*": not at
    /// all.
    std::optional<std::string_view> by = std::nullopt;
    std::optional<Limit> limit = std::nullopt;
    /// Gives the values of these keys in place of the element, which "#" is.
    std::vector<std::string> get{};
    bool descending = false;
    /// As texts, not as numbers.
    bool alpha = false;

    /// The words of the command, as arguments.
    auto words() const {
        using Get = std::pair<std::string_view, std::string_view>;
        std::vector<Get> gets;
        for (const std::string& pattern : get) {
            gets.emplace_back("GET", pattern);
        }
        const auto word = [](bool on, std::string_view name) {
            return on ? std::optional(name) : std::nullopt;
        };
        using By = std::pair<std::string_view, std::string_view>;
        return std::tuple(by ? std::optional(By("BY", *by)) : std::nullopt,
                          limit ? std::optional(limit->words()) : std::nullopt, std::move(gets),
                          word(descending, "DESC"), word(alpha, "ALPHA"));
    }
};

/// Commands on keys of any type. As in cyclone.redis; `delete` is `del` here, a word that C++ has
/// taken.
template <class Derived, template <class> class Result>
class KeyCommands {
public:
    /// Whether there is such a key.
    Result<bool> exists(std::string_view key) {
        return self().template command<bool>("EXISTS", key);
    }

    /// Deletes keys: names, or ranges of names. Gives how many there were.
    template <class... Keys>
    Result<std::int64_t> del(const Keys&... keys) {
        return self().template command<std::int64_t>("DEL", keys...);
    }
    /// As del(), but the memory is freed in the background.
    template <class... Keys>
    Result<std::int64_t> unlink(const Keys&... keys) {
        return self().template command<std::int64_t>("UNLINK", keys...);
    }

    /// "string", "list", "set", "zset", "hash", "stream" or "none".
    Result<std::string> type(std::string_view key) {
        return self().template command<std::string>("TYPE", key);
    }

    /// All keys that match the glob `pattern`. Blocks the server while it looks: see scan().
    Result<std::vector<std::string>> keys(std::string_view pattern = "*") {
        return self().template command<std::vector<std::string>>("KEYS", pattern);
    }

    /// One page of all keys, from `cursor` on, which is 0 at first. A key may come twice.
    Result<Page<std::vector<std::string>>> scan(std::uint64_t cursor = 0,
                                                const ScanOptions& options = {}) {
        return self().template command<Page<std::vector<std::string>>>("SCAN", cursor,
                                                                       options.words());
    }

    Result<std::optional<std::string>> randomkey() {
        return self().template command<std::optional<std::string>>("RANDOMKEY");
    }
    Result<void> rename(std::string_view from, std::string_view to) {
        return self().template command<void>("RENAME", from, to);
    }
    /// False when `to` exists.
    Result<bool> renamenx(std::string_view from, std::string_view to) {
        return self().template command<bool>("RENAMENX", from, to);
    }

    /// Lets `key` end after `time`. False when there is no such key.
    Result<bool> expire(std::string_view key, std::chrono::seconds time) {
        return self().template command<bool>("EXPIRE", key, time.count());
    }
    Result<bool> pexpire(std::string_view key, std::chrono::milliseconds time) {
        return self().template command<bool>("PEXPIRE", key, time.count());
    }
    /// At a time in seconds of the Unix epoch.
    Result<bool> expireat(std::string_view key, std::int64_t epoch) {
        return self().template command<bool>("EXPIREAT", key, epoch);
    }
    /// Takes the end away. False when there was none.
    Result<bool> persist(std::string_view key) {
        return self().template command<bool>("PERSIST", key);
    }
    /// Seconds left; -1: without end; -2: no such key.
    Result<std::int64_t> ttl(std::string_view key) {
        return self().template command<std::int64_t>("TTL", key);
    }
    /// Milliseconds left; -1: without end; -2: no such key.
    Result<std::int64_t> pttl(std::string_view key) {
        return self().template command<std::int64_t>("PTTL", key);
    }

    /// At a time in milliseconds of the Unix epoch.
    Result<bool> pexpireat(std::string_view key, std::int64_t epoch) {
        return self().template command<bool>("PEXPIREAT", key, epoch);
    }
    /// When it ends, in seconds of the Unix epoch; -1: never; -2: no such key.
    Result<std::int64_t> expiretime(std::string_view key) {
        return self().template command<std::int64_t>("EXPIRETIME", key);
    }
    /// In milliseconds.
    Result<std::int64_t> pexpiretime(std::string_view key) {
        return self().template command<std::int64_t>("PEXPIRETIME", key);
    }
    /// Makes keys look used. Gives how many there are.
    template <class... Keys>
    Result<std::int64_t> touch(const Keys&... keys) {
        return self().template command<std::int64_t>("TOUCH", keys...);
    }
    /// False when there is no `from`, or `to` exists and is not to be replaced.
    Result<bool> copy(std::string_view from, std::string_view to, bool replace = false) {
        return self().template command<bool>(
            "COPY", from, to, replace ? std::optional(std::string_view("REPLACE")) : std::nullopt);
    }
    /// Into another database. False when there is no such key here, or there is one there.
    Result<bool> move(std::string_view key, int db) {
        return self().template command<bool>("MOVE", key, db);
    }
    /// The value in Redis' own form, for restore().
    Result<std::optional<std::string>> dump(std::string_view key) {
        return self().template command<std::optional<std::string>>("DUMP", key);
    }
    /// `time` zero: without end.
    Result<void> restore(std::string_view key, std::chrono::milliseconds time,
                         std::string_view dumped, bool replace = false) {
        return self().template command<void>(
            "RESTORE", key, time.count(), dumped,
            replace ? std::optional(std::string_view("REPLACE")) : std::nullopt);
    }
    /// "listpack", "hashtable", "embstr", ...
    Result<std::optional<std::string>> object_encoding(std::string_view key) {
        return self().template command<std::optional<std::string>>("OBJECT", "ENCODING", key);
    }
    /// Seconds since it was used last.
    Result<std::optional<std::int64_t>> object_idletime(std::string_view key) {
        return self().template command<std::optional<std::int64_t>>("OBJECT", "IDLETIME", key);
    }
    /// How often it was used, logarithmically; an error unless the server's maxmemory-policy is an
    /// LFU.
    Result<std::optional<std::int64_t>> object_freq(std::string_view key) {
        return self().template command<std::optional<std::int64_t>>("OBJECT", "FREQ", key);
    }
    Result<std::optional<std::int64_t>> object_refcount(std::string_view key) {
        return self().template command<std::optional<std::int64_t>>("OBJECT", "REFCOUNT", key);
    }
    /// The elements of a list, a set or a sorted set in order: of numbers, or of texts.
    template <class T = std::vector<std::string>>
    Result<T> sort(std::string_view key, bool alpha = false, bool descending = false) {
        return sort<T>(key, SortOptions{.descending = descending, .alpha = alpha});
    }
    /// With SortOptions::get there may be nothing: as T, std::vector<std::optional<std::string>>.
    template <class T = std::vector<std::string>>
    Result<T> sort(std::string_view key, const SortOptions& options) {
        return self().template command<T>("SORT", key, options.words());
    }
    /// As sort(), and a replica answers it too.
    template <class T = std::vector<std::string>>
    Result<T> sort_ro(std::string_view key, const SortOptions& options = {}) {
        return self().template command<T>("SORT_RO", key, options.words());
    }
    /// Puts them into the list `destination`, which is made anew. Gives how many.
    Result<std::int64_t> sort_store(std::string_view destination, std::string_view key,
                                    const SortOptions& options = {}) {
        return self().template command<std::int64_t>("SORT", key, options.words(), "STORE",
                                                     destination);
    }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
