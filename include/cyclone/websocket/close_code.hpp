#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::websocket {

/// Why a WebSocket is closed. RFC 6455 7.4.1; any other code from 3000 to 4999 is the program's
/// own.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
/// The server stops, or the page is left.
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
/// A binary message for who takes text only, or the other way round.
inline constexpr std::uint16_t unsupported_data = 1003;
/// Text that is no UTF-8, or a compressed message that can't be inflated.
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
/// The server did not agree to an extension that the client can't do without.
inline constexpr std::uint16_t mandatory_extension = 1010;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

/// Whether `code` may be sent in a Close frame: registered and not reserved, or from 3000 to 4999.
constexpr bool is_valid_close_code(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

/// What a Close frame says.
struct CloseStatus {
    /// None where the frame was empty.
    std::optional<std::uint16_t> code;
    std::string reason;
};

/// The payload of a Close frame. A reason that doesn't fit its 123 bytes is cut between two
/// characters. Throws std::invalid_argument for a code that may not be sent, and for a reason that
/// is no UTF-8 or comes without a code.
std::string close_payload(std::optional<std::uint16_t> code, std::string_view reason);

/// Reads the payload of a Close frame. Where it is not allowed, nothing, and `failure` is the code
/// to fail with.
std::optional<CloseStatus> parse_close_payload(std::string_view payload, std::uint16_t& failure);

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_close_code.ipp>
#endif
