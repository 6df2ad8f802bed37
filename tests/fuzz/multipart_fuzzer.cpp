#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <cyclone/httputil/multipart_parser.hpp>

namespace httputil = cyclone::httputil;
using httputil::MultipartEvent;

namespace {

constexpr httputil::MultipartLimits limits{.max_parts = 8, .max_header_bytes = 256};

/// What a parser tells of `body`, fed in pieces whose sizes are the bytes of `sizes` over and over.
std::string told(std::string_view body, std::string_view sizes) {
    std::string text;
    httputil::MultipartParser parser("B", limits);
    for (std::size_t turn = 0; !body.empty(); ++turn) {
        const std::size_t size = sizes.empty()
                                     ? body.size()
                                     : static_cast<unsigned char>(sizes[turn % sizes.size()]) + 1u;
        const std::string piece(body.substr(0, size));
        body.remove_prefix(piece.size());
        parser.feed(piece);
        while (const auto event = parser.next()) {
            switch (event->kind) {
                case MultipartEvent::Kind::part_begin:
                    text += "<" + parser.name() + "|" + parser.filename().value_or("") + "|" +
                            std::string(parser.content_type()) + ">";
                    break;
                case MultipartEvent::Kind::part_data:
                    text += event->data;
                    break;
                case MultipartEvent::Kind::part_end:
                    text += "</>";
                    break;
                case MultipartEvent::Kind::end:
                case MultipartEvent::Kind::failed:
                    break;
            }
        }
    }
    return text + (parser.finish() ? "end" : parser.error());
}

}  // namespace

/// A body is the same however it is split: the text up to the first line end says how.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto end = std::min(input.find('\n'), input.size());
    const std::string_view body = input.substr(std::min(end + 1, input.size()));
    if (told(body, {}) != told(body, input.substr(0, end)) ||
        told(body, {}) != told(body, std::string_view("\0", 1))) {
        std::abort();
    }
    return 0;
}
