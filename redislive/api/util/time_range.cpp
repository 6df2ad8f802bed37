#include <redislive/api/util/time_range.hpp>

#include <algorithm>
#include <charconv>

#include <redislive/api/util/timeutils.hpp>

namespace redislive {

namespace {

constexpr std::int64_t longest = std::int64_t{36525} * 86400;
/// 9999-12-31.
constexpr std::int64_t latest = 253'402'300'799;

bool is_epoch(std::string_view text) {
    return text.size() >= 9 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Parsed<std::int64_t> parse_end(std::string_view name, std::string_view text) {
    if (!is_epoch(text)) {
        auto time = parse_time(text);
        return time ? std::move(time)
                    : Parsed<std::int64_t>::failure(std::string(name) + ": " + time.error());
    }
    std::int64_t epoch = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (result.ec != std::errc() || epoch > latest) {
        return Parsed<std::int64_t>::failure(std::string(name) + ": " +
                                             std::string(text.substr(0, 40)) +
                                             " is no time: years are 1970 to 9999");
    }
    return epoch;
}

}  // namespace

Parsed<TimeRange> parse_time_range(const std::optional<std::string>& from,
                                   const std::optional<std::string>& to, std::int64_t now,
                                   std::chrono::seconds usual) {
    using Result = Parsed<TimeRange>;
    if (!from && !to) {
        return TimeRange{now - usual.count(), now};
    }
    if (!from || !to) {
        return Result::failure(std::string(from ? "to" : "from") +
                               " is missing: give both ends of the range, or neither");
    }
    const auto begin = parse_end("from", *from);
    if (!begin) {
        return Result::failure(begin.error());
    }
    const auto end = parse_end("to", *to);
    if (!end) {
        return Result::failure(end.error());
    }
    if (*begin > *end) {
        return Result::failure("the range is reversed: from is after to");
    }
    if (*end - *begin > longest) {
        return Result::failure("the range is longer than a hundred years");
    }
    return TimeRange{*begin, *end};
}

}  // namespace redislive
