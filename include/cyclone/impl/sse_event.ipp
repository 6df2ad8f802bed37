#pragma once

#include <algorithm>
#include <stdexcept>

#include <cyclone/impl/config.hpp>
#include <cyclone/sse/event.hpp>

namespace cyclone::sse {

namespace detail {

CYCLONE_INLINE void append_field(std::string& text, std::string_view name, std::string_view value,
                                 std::string_view forbidden) {
    if (value.find_first_of(forbidden) != std::string_view::npos) {
        throw std::invalid_argument("sse: the " + std::string(name) +
                                    " of an event is one line: " + std::string(value));
    }
    text.append(name).append(": ").append(value).append("\n");
}

}  // namespace detail

CYCLONE_INLINE std::string format_event(std::string_view data, const EventFields& fields) {
    using namespace std::string_view_literals;
    std::string text;
    text.reserve(data.size() + fields.event.size() + fields.id.size() + 48);
    if (!fields.event.empty()) {
        detail::append_field(text, "event", fields.event, "\r\n"sv);
    }
    if (!fields.id.empty()) {
        detail::append_field(text, "id", fields.id, "\r\n\0"sv);
    }
    if (fields.retry) {
        if (fields.retry->count() < 0) {
            throw std::invalid_argument("sse: an event's retry is not negative");
        }
        text += "retry: " + std::to_string(fields.retry->count()) + "\n";
    }
    for (;;) {
        const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
        text.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == data.size()) {
            break;
        }
        const bool two = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
        data.remove_prefix(end + (two ? 2 : 1));
    }
    return text += '\n';
}

}  // namespace cyclone::sse
