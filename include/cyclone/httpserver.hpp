#pragma once

/// The HTTP server below an Application. The module tornado.httpserver.

#include <cyclone/http/exchange.hpp>
#include <cyclone/http/server.hpp>
#include <cyclone/http/server_connection.hpp>
#include <cyclone/http/server_settings.hpp>
#include <cyclone/http/upgraded_stream.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/http_server_request.hpp>
#include <cyclone/reactor.hpp>
