#pragma once

/// Protocols of one's own over TCP and Unix sockets, and as a client over TLS with
/// <cyclone/protocol/connect_ssl.hpp>. The modules twisted.internet.protocol and
/// twisted.protocols.basic.

#include <cyclone/protocol/connect.hpp>
#include <cyclone/protocol/factory.hpp>
#include <cyclone/protocol/line_receiver.hpp>
#include <cyclone/protocol/line_splitter.hpp>
#include <cyclone/protocol/protocol.hpp>
#include <cyclone/protocol/reconnect_delay.hpp>
#include <cyclone/protocol/reconnecting_client_factory.hpp>
#include <cyclone/protocol/stream_transport.hpp>
#include <cyclone/protocol/string_transport.hpp>
#include <cyclone/protocol/transport.hpp>

#include <cyclone/reactor.hpp>
