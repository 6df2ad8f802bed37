#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <cyclone/http/proxy_protocol.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

namespace detail {

inline constexpr std::string_view proxy_signature{"\r\n\r\n\0\r\nQUIT\n", 12};

CYCLONE_INLINE ProxyHeader parse_proxy_line(std::string_view bytes) {
    constexpr std::size_t longest = 107;
    ProxyHeader header;
    const std::size_t end = bytes.substr(0, longest).find("\r\n");
    if (end == std::string_view::npos) {
        header.state = bytes.size() < longest ? ProxyHeader::State::incomplete
                                              : ProxyHeader::State::malformed;
        return header;
    }
    header.state = ProxyHeader::State::malformed;
    std::string_view line = bytes.substr(6, end - 6);
    std::array<std::string_view, 5> words;
    std::size_t count = 0;
    bool ended = false;
    while (count < words.size()) {
        const std::size_t space = line.find(' ');
        words[count++] = line.substr(0, space);
        ended = space == std::string_view::npos;
        if (ended) {
            break;
        }
        line.remove_prefix(space + 1);
    }
    header.size = end + 2;
    if (words[0] == "UNKNOWN") {
        header.state = ProxyHeader::State::complete;
        return header;
    }
    const int family = words[0] == "TCP4" ? AF_INET : words[0] == "TCP6" ? AF_INET6 : AF_UNSPEC;
    in6_addr address{};
    const std::string host(words[1]);
    const std::string destination(words[2]);
    const auto is_port = [](std::string_view word, std::uint16_t& port) {
        const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), port);
        return error == std::errc() && stop == word.data() + word.size() && !word.empty();
    };
    std::uint16_t destination_port = 0;
    if (family == AF_UNSPEC || count != words.size() || !ended ||
        ::inet_pton(family, host.c_str(), &address) != 1 ||
        ::inet_pton(family, destination.c_str(), &address) != 1 ||
        !is_port(words[3], header.port) || !is_port(words[4], destination_port)) {
        return header;
    }
    header.host = host;
    header.state = ProxyHeader::State::complete;
    return header;
}

CYCLONE_INLINE ProxyHeader parse_proxy_block(std::string_view bytes) {
    ProxyHeader header;
    if (bytes.size() < 16) {
        return header;
    }
    const auto byte = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const std::size_t length = static_cast<std::size_t>(byte(14)) << 8 | byte(15);
    header.size = 16 + length;
    if (byte(12) >> 4 != 2 || (byte(12) & 15) > 1 || header.size > max_proxy_header) {
        header.state = ProxyHeader::State::malformed;
        return header;
    }
    if (bytes.size() < header.size) {
        return header;
    }
    header.state = ProxyHeader::State::complete;
    const bool local = (byte(12) & 15) == 0;
    const unsigned family = byte(13) >> 4;
    const std::size_t address_size = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (local || address_size == 0) {
        return header;
    }
    if (length < address_size * 2 + 4) {
        header.state = ProxyHeader::State::malformed;
        return header;
    }
    char text[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(family == 1 ? AF_INET : AF_INET6, bytes.data() + 16, text, sizeof text);
    header.host = text;
    const std::size_t port = 16 + address_size * 2;
    header.port = static_cast<std::uint16_t>(byte(port) << 8 | byte(port + 1));
    return header;
}

}  // namespace detail

CYCLONE_INLINE ProxyHeader parse_proxy_header(std::string_view bytes) {
    constexpr std::string_view word = "PROXY ";
    if (bytes.starts_with(word)) {
        return detail::parse_proxy_line(bytes);
    }
    if (bytes.starts_with(detail::proxy_signature)) {
        return detail::parse_proxy_block(bytes);
    }
    ProxyHeader header;
    const bool begins = word.starts_with(bytes.substr(0, word.size())) ||
                        detail::proxy_signature.starts_with(
                            bytes.substr(0, detail::proxy_signature.size()));
    header.state = begins ? ProxyHeader::State::incomplete : ProxyHeader::State::malformed;
    return header;
}

}  // namespace cyclone::http
