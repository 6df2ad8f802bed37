#pragma once

#include <stdexcept>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/close_code.hpp>

namespace cyclone::websocket {

CYCLONE_INLINE std::string close_payload(std::optional<std::uint16_t> code,
                                         std::string_view reason) {
    if (!code) {
        if (!reason.empty()) {
            throw std::invalid_argument("websocket: a reason needs a close code");
        }
        return {};
    }
    if (!is_valid_close_code(*code)) {
        throw std::invalid_argument("websocket: " + std::to_string(*code) +
                                    " is no close code that may be sent: use 1000 to 1003, 1007 to "
                                    "1014, or 3000 to 4999");
    }
    if (!escape::is_valid_utf8(reason)) {
        throw std::invalid_argument("websocket: the close reason is no UTF-8");
    }
    constexpr std::size_t most = 123;
    if (reason.size() > most) {
        std::size_t size = most;
        while ((static_cast<unsigned char>(reason[size]) & 0xc0) == 0x80) {
            --size;
        }
        reason = reason.substr(0, size);
    }
    std::string payload{static_cast<char>(*code >> 8), static_cast<char>(*code & 0xff)};
    payload += reason;
    return payload;
}

CYCLONE_INLINE std::optional<CloseStatus> parse_close_payload(std::string_view payload,
                                                              std::uint16_t& failure) {
    CloseStatus status;
    if (payload.empty()) {
        return status;
    }
    failure = close_code::protocol_error;
    if (payload.size() == 1) {
        return std::nullopt;
    }
    const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                 static_cast<unsigned char>(payload[1]));
    if (!is_valid_close_code(code)) {
        return std::nullopt;
    }
    if (!escape::is_valid_utf8(payload.substr(2))) {
        failure = close_code::invalid_payload;
        return std::nullopt;
    }
    status.code = code;
    status.reason = payload.substr(2);
    return status;
}

}  // namespace cyclone::websocket
