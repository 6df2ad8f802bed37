#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::sse {

/// What an event has beside its data.
struct EventFields {
    /// What the page listens to, by addEventListener(); empty: "message".
    std::string_view event{};
    /// What the browser sends as Last-Event-ID when it connects again.
    std::string_view id{};
    /// How long the browser waits before it connects again, from now on.
    std::optional<std::chrono::milliseconds> retry{};
};

/// An event as it goes over the wire (WHATWG HTML 9.2). `data` may have several lines, with any
/// line end; nothing in it can become another field. Throws std::invalid_argument for an event or
/// id with a line end in it, an id with a zero byte, and a negative retry.
std::string format_event(std::string_view data, const EventFields& fields = {});

}  // namespace cyclone::sse

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sse_event.ipp>
#endif
