#pragma once

/// WebSockets, for servers and clients (RFC 6455, compression by RFC 7692). The module
/// tornado.websocket. Links zlib and OpenSSL.

#include <cyclone/websocket/client_connection.hpp>
#include <cyclone/websocket/connect.hpp>
#include <cyclone/websocket/message.hpp>
#include <cyclone/websocket/prepared_message.hpp>
#include <cyclone/websocket/session.hpp>
#include <cyclone/websocket/websocket_handler.hpp>
