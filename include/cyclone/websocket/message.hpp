#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cyclone::websocket {

/// A message whose bytes are somebody else's.
struct MessageView {
    std::string_view data;
    bool binary = false;

    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(data)); }
};

/// A message as it arrived: UTF-8, or any bytes where it is binary.
struct Message {
    std::string data;
    bool binary = false;

    std::span<const std::byte> bytes() const { return std::as_bytes(std::span(data)); }
    operator MessageView() const { return {data, binary}; }

    bool operator==(const Message&) const = default;
};

}  // namespace cyclone::websocket
