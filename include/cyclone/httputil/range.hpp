#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::httputil {

/// One element of a Range header: `first-last`, `first-`, or `-last` for that many bytes from the
/// end.
struct RangeSpec {
    std::optional<std::uint64_t> first;
    std::optional<std::uint64_t> last;

    friend bool operator==(const RangeSpec&, const RangeSpec&) = default;
};

/// The elements of a Range header in bytes; nullopt for another unit and for what RFC 9110 14.1
/// does not allow: the header is then to be ignored. A number too big for 64 bits counts as the
/// biggest one.
std::optional<std::vector<RangeSpec>> parse_range(std::string_view header);

/// Bytes of a representation, both ends included.
struct ByteRange {
    std::uint64_t first;
    std::uint64_t last;

    std::uint64_t length() const { return last - first + 1; }
    friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeOutcome : std::uint8_t {
    /// There is no Range header: 200 and everything.
    none,
    /// There is one that is to be ignored: 200 and everything.
    ignore,
    /// 416, with `Content-Range: bytes */SIZE`.
    unsatisfiable,
    /// 206, with what `ranges` holds: at least one, in the order that was asked for.
    ranges,
};

struct ResolvedRanges {
    RangeOutcome outcome = RangeOutcome::none;
    std::vector<ByteRange> ranges{};
};

/// What a Range header means for a representation of `size` bytes (RFC 9110 14.2).
///
/// Ignored are, as 14.2 advises, more than `max_ranges` ranges, and several that overlap or
/// together ask for more than there is. Of several ranges those past the end are left out.
ResolvedRanges resolve_range(std::optional<std::string_view> header, std::uint64_t size,
                             std::size_t max_ranges = 64);

/// `bytes 0-499/1234`.
std::string format_content_range(const ByteRange& range, std::uint64_t size);
/// `bytes */1234`.
std::string format_unsatisfied_range(std::uint64_t size);

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_range.ipp>
#endif
