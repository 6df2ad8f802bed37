#pragma once

/// What HTTP servers and clients share: headers, dates, forms, ranges, cookies. The module
/// tornado.httputil.

#include <cyclone/httputil/accept_encoding.hpp>
#include <cyclone/httputil/arguments.hpp>
#include <cyclone/httputil/basic_auth.hpp>
#include <cyclone/httputil/body_arguments.hpp>
#include <cyclone/httputil/content_type.hpp>
#include <cyclone/httputil/cookie.hpp>
#include <cyclone/httputil/etag.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/httputil/http_file.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/http_server_request.hpp>
#include <cyclone/httputil/multipart_parser.hpp>
#include <cyclone/httputil/range.hpp>
#include <cyclone/httputil/start_line.hpp>
#include <cyclone/httputil/status.hpp>
#include <cyclone/httputil/token.hpp>
#include <cyclone/httputil/url.hpp>
