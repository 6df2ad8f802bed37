#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::websocket {

/// Whether and how messages are compressed: what get_compression_options() gives.
struct CompressionOptions {
    /// zlib's, 0 to 9.
    int compression_level = 6;
    /// zlib's, 1 to 9: how much memory the compression takes.
    int mem_level = 8;
    /// 8 to 15: history that a message may refer to, as 2 to that power bytes. For both directions.
    std::uint8_t window_bits = 15;
    /// Each message is compressed by itself: somewhat longer messages, but a connection at rest
    /// holds no zlib state, which is up to 300 KiB otherwise.
    bool no_context_takeover = false;
    /// Shorter messages go out as they are.
    std::size_t min_size = 32;
};

/// What both ends have agreed upon for permessage-deflate. RFC 7692 7.1.
struct DeflateParameters {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::uint8_t server_max_window_bits = 15;
    std::uint8_t client_max_window_bits = 15;

    bool operator==(const DeflateParameters&) const = default;
};

/// What a server agrees to.
struct DeflateAgreement {
    DeflateParameters parameters;
    /// For Sec-WebSocket-Extensions.
    std::string response;
};

/// Takes the first offer of a client's Sec-WebSocket-Extensions that can be agreed to; none when
/// there is none. An offer with a parameter that is unknown, repeated or has a wrong value is
/// declined (RFC 7692 7.1), and so are all in a header that is malformed.
std::optional<DeflateAgreement> accept_deflate(std::string_view offers,
                                               const CompressionOptions& options);

/// What a client sends as Sec-WebSocket-Extensions.
std::string deflate_offer(const CompressionOptions& options);

/// Reads a server's answer to deflate_offer(). False when the client has to fail the connection:
/// another extension than was offered, or parameters that are not allowed. An empty answer declines
/// the offer.
bool check_deflate_response(std::string_view response, const CompressionOptions& options,
                            std::optional<DeflateParameters>& agreed);

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_deflate_parameters.ipp>
#endif
