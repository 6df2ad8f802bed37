#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cyclone/httputil/characters.hpp>

namespace cyclone::web {

/// The methods that handlers can have. As RequestHandler.SUPPORTED_METHODS; `del` answers DELETE.
enum class Method : std::uint8_t { get, head, post, del, patch, put, options };

namespace detail {

inline constexpr std::array<std::string_view, 7> method_names{"GET",   "HEAD", "POST",   "DELETE",
                                                              "PATCH", "PUT",  "OPTIONS"};

inline std::optional<Method> find_method(std::string_view name) {
    // Nearly all requests have this one.
    if (httputil::detail::is_exactly(name, "GET")) [[likely]] {
        return Method::get;
    }
    for (std::size_t i = 1; i < method_names.size(); ++i) {
        if (method_names[i] == name) {
            return static_cast<Method>(i);
        }
    }
    return std::nullopt;
}

}  // namespace detail

}  // namespace cyclone::web
