#include <redislive/api/util/human_format.hpp>

#include <algorithm>

namespace redislive {

namespace {

/// How many tenths of `unit` (a multiple of ten), rounded half up.
std::uint64_t tenths_of(std::uint64_t unit, std::uint64_t amount) {
    const std::uint64_t tenth = unit / 10;
    return amount / tenth + (amount % tenth * 2 >= tenth ? 1 : 0);
}

std::string with_unit(std::uint64_t tenths, char unit) {
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) {
        text += '.';
        text += static_cast<char>('0' + tenths % 10);
    }
    return text + unit;
}

}  // namespace

std::string human_number(std::int64_t number) {
    const std::string sign = number < 0 ? "-" : "";
    const std::uint64_t amount =
        number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    if (amount < 1000) {
        return sign + std::to_string(amount);
    }
    std::uint64_t unit = 1000;
    for (const char name : {'K', 'M', 'B'}) {
        // 999,951 is not 1000K: what rounds up to the next unit is written in that.
        if (const std::uint64_t tenths = tenths_of(unit, amount); tenths < 10000) {
            return sign + with_unit(tenths, name);
        }
        unit *= 1000;
    }
    return sign + with_unit(tenths_of(unit, amount), 'T');
}

std::string human_duration(std::chrono::seconds duration) {
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    if (seconds < 60) {
        return std::to_string(seconds) + " sec";
    }
    if (const std::uint64_t minutes = tenths_of(60, seconds); minutes < 600) {
        return with_unit(minutes, 'm');
    }
    if (const std::uint64_t hours = tenths_of(3600, seconds); hours < 240) {
        return with_unit(hours, 'h');
    }
    return with_unit(tenths_of(86400, seconds), 'd');
}

}  // namespace redislive
