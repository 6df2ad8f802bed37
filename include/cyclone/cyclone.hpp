#pragma once

/// The whole framework but for the drivers, which are included by their own names because each links a library of
/// its own: <cyclone/redis.hpp>, <cyclone/sqlite.hpp>.

#include <cyclone/autoreload.hpp>
#include <cyclone/bottle.hpp>
#include <cyclone/defer.hpp>
#include <cyclone/escape.hpp>
#include <cyclone/httpclient.hpp>
#include <cyclone/httpserver.hpp>
#include <cyclone/httputil.hpp>
#include <cyclone/log.hpp>
#include <cyclone/options.hpp>
#include <cyclone/protocol.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/service.hpp>
#include <cyclone/sse.hpp>
#include <cyclone/ssl.hpp>
#include <cyclone/task.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/threads.hpp>
#include <cyclone/web.hpp>
#include <cyclone/websocket.hpp>
