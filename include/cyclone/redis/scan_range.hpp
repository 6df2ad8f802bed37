#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/redis/cluster/endpoint.hpp>
#include <cyclone/redis/convert.hpp>

namespace cyclone::redis {

/// Where SCAN and its sisters have arrived: `first` is 0 at the end, otherwise the cursor to call
/// with next.
template <class T>
using Page = std::pair<std::uint64_t, T>;

/// What SCAN may be given besides the cursor.
struct ScanOptions {
    std::optional<std::string_view> match = std::nullopt;
    /// About how many a page has.
    std::optional<std::int64_t> count = std::nullopt;

    /// The words of the command, as arguments.
    auto words() const {
        using Match = std::pair<std::string_view, std::string_view>;
        using Count = std::pair<std::string_view, std::int64_t>;
        return std::pair(match ? std::optional(Match("MATCH", *match)) : std::nullopt,
                         count ? std::optional(Count("COUNT", *count)) : std::nullopt);
    }
};

/// What SCAN, SSCAN, HSCAN or ZSCAN gives, one Element after the other. Keeps a copy of the
/// connection, and fetches the next page when the one before has been handed out.
template <class Db, class Element>
class ScanRange {
public:
    /// `key` is empty for SCAN.
    ScanRange(const Db& db, std::string_view command, std::string_view key,
              const ScanOptions& options)
        : db_(db), command_(command), key_(key), count_(options.count) {
        if (options.match) {
            match_.emplace(*options.match);
        }
    }

    /// Fires with the next; with nothing at the end, from then on always. Fails as the command
    /// does, and may be called again then. Not before the one before has fired.
    Deferred<std::optional<Element>> next() {
        while (at_ == page_.size()) {
            if (done_) {
                co_return std::nullopt;
            }
            auto fetching = fetch();
            auto page = co_await fetching;
            page_ = std::move(page.second);
            at_ = 0;
            cursor_ = page.first;
            done_ = cursor_ == 0 && !go_to_next_node();
        }
        co_return std::move(page_[at_++]);
    }

private:
    using Fetched = Page<std::vector<Element>>;
    static constexpr bool has_nodes = requires(Db db) { db.masters(); };

    Deferred<Fetched> fetch() {
        const ScanOptions options{.match = match_, .count = count_};
        if (!key_.empty()) {
            return db_.template command<Fetched>(command_, key_, cursor_, options.words());
        }
        if constexpr (has_nodes) {
            return fetch_from_node();
        } else {
            return db_.template command<Fetched>(command_, cursor_, options.words());
        }
    }

    Deferred<Fetched> fetch_from_node() {
        if (nodes_.empty()) {
            auto ready = db_.ready();
            co_await ready;
            nodes_ = db_.masters();
        }
        const ScanOptions options{.match = match_, .count = count_};
        auto asking =
            db_.template command_on<Fetched>(nodes_.at(node_), command_, cursor_, options.words());
        co_return co_await asking;
    }

    bool go_to_next_node() { return ++node_ < nodes_.size(); }

    Db db_;
    std::string command_;
    std::string key_;
    std::optional<std::string> match_;
    std::optional<std::int64_t> count_;
    std::vector<Element> page_;
    std::vector<Endpoint> nodes_;
    std::size_t at_ = 0;
    std::size_t node_ = 0;
    std::uint64_t cursor_ = 0;
    bool done_ = false;
};

}  // namespace cyclone::redis
