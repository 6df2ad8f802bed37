#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/redis/commands/keys.hpp>
#include <cyclone/redis/scan_range.hpp>

namespace cyclone::redis {

/// SCAN and its sisters: page by page, or as ranges that fetch the next page when it is needed.
///
/// What is there from beginning to end comes at least once, and perhaps twice; what comes or goes
/// meanwhile may or may not be seen.
template <class Derived, template <class> class Result>
class ScanCommands {
public:
    /// One page, from `cursor` on, which is 0 at first.
    Result<Page<std::vector<std::string>>> sscan(std::string_view key, std::uint64_t cursor = 0,
                                                 const ScanOptions& options = {}) {
        return page<std::string>("SSCAN", key, cursor, options);
    }
    Result<Page<std::vector<std::pair<std::string, std::string>>>> hscan(
        std::string_view key, std::uint64_t cursor = 0, const ScanOptions& options = {}) {
        return page<std::pair<std::string, std::string>>("HSCAN", key, cursor, options);
    }
    Result<Page<std::vector<std::pair<std::string, double>>>> zscan(
        std::string_view key, std::uint64_t cursor = 0, const ScanOptions& options = {}) {
        return page<std::pair<std::string, double>>("ZSCAN", key, cursor, options);
    }

    /// All keys; those of all masters of a Cluster.
    ///
    ///     auto keys = db.scan_iter({.match = "user:*"});
    ///     while (auto key = co_await keys.next()) { ... }
    ScanRange<Derived, std::string> scan_iter(const ScanOptions& options = {}) {
        return {self(), "SCAN", "", options};
    }
    /// The members of a set.
    ScanRange<Derived, std::string> sscan_iter(std::string_view key,
                                               const ScanOptions& options = {}) {
        return {self(), "SSCAN", key, options};
    }
    /// The fields of a hash, with their values.
    ScanRange<Derived, std::pair<std::string, std::string>> hscan_iter(
        std::string_view key, const ScanOptions& options = {}) {
        return {self(), "HSCAN", key, options};
    }
    /// The members of a sorted set, with their scores; not in order.
    ScanRange<Derived, std::pair<std::string, double>> zscan_iter(std::string_view key,
                                                                  const ScanOptions& options = {}) {
        return {self(), "ZSCAN", key, options};
    }

private:
    template <class Element>
    Result<Page<std::vector<Element>>> page(std::string_view name, std::string_view key,
                                            std::uint64_t cursor, const ScanOptions& options) {
        return self().template command<Page<std::vector<Element>>>(name, key, cursor,
                                                                   options.words());
    }
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
