#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::websocket {

/// One element of Sec-WebSocket-Extensions. RFC 6455 9.1.
struct Extension {
    struct Parameter {
        std::string_view name;
        /// None for a parameter without one; a quoted value without its quotes.
        std::optional<std::string> value;
    };
    std::string_view name;
    std::vector<Parameter> parameters;
};

/// All extensions in a header's value, in their order; nothing when it is malformed. The views
/// point into `value`.
std::optional<std::vector<Extension>> parse_extensions(std::string_view value);

}  // namespace cyclone::websocket

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/websocket_extension_list.ipp>
#endif
