#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cyclone/httputil/http_date.hpp>
#include <cyclone/httputil/range.hpp>

namespace httputil = cyclone::httputil;

/// Whatever a Range header asks for lies within what there is, and no byte is sent twice.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000},
                                       std::uint64_t{0xffffffffffffffff}}) {
        const auto result = httputil::resolve_range(input, length);
        if ((result.outcome == httputil::RangeOutcome::ranges) == result.ranges.empty()) {
            std::abort();
        }
        std::uint64_t left = length;
        for (const auto& range : result.ranges) {
            if (range.first > range.last || range.last >= length || range.length() > left) {
                std::abort();
            }
            left -= range.length();
        }
    }
    if (const auto time = httputil::parse_http_date(input)) {
        using namespace std::chrono;
        const bool representable =
            *time > sys_days(1700y / 1 / 1) && *time < sys_days(2200y / 1 / 1);
        if (representable &&
            httputil::parse_http_date(httputil::format_timestamp(*time)) != *time) {
            std::abort();
        }
    }
    return 0;
}
