#pragma once

#include <string_view>

namespace redislive {

/// Whether `host`, the Host of a request, is a name for this machine itself: `localhost`,
/// `127.0.0.1`, `[::1]`, with or without a port.
///
/// A server that listens on the loopback alone answers no other: a page elsewhere, whose name was
/// made to point here (DNS rebinding), cannot read the answers then.
bool is_loopback_host(std::string_view host);

/// Whether `address`, of an interface, is one of the loopback.
bool is_loopback_address(std::string_view address);

}  // namespace redislive
