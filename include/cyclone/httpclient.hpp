#pragma once

/// Fetches from HTTP servers. The module tornado.httpclient. Links OpenSSL's ssl and crypto, and
/// zlib.

#include <cyclone/httpclient/async_http_client.hpp>
#include <cyclone/httpclient/cookie_jar.hpp>
#include <cyclone/httpclient/error.hpp>
#include <cyclone/httpclient/http_client.hpp>
#include <cyclone/httpclient/request.hpp>
#include <cyclone/httpclient/response.hpp>
#include <cyclone/httpclient/url.hpp>
