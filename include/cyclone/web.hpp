#pragma once

/// What a web application is made of: handlers, routes, static files. The module tornado.web. Links
/// OpenSSL's crypto.

#include <cyclone/web/access_log.hpp>
#include <cyclone/web/application.hpp>
#include <cyclone/web/error_handler.hpp>
#include <cyclone/web/fallback_handler.hpp>
#include <cyclone/web/http_error.hpp>
#include <cyclone/web/metrics_handler.hpp>
#include <cyclone/web/middleware.hpp>
#include <cyclone/web/redirect_handler.hpp>
#include <cyclone/web/request_handler.hpp>
#include <cyclone/web/route.hpp>
#include <cyclone/web/settings.hpp>
#include <cyclone/web/signed_value.hpp>
#include <cyclone/web/static_file_handler.hpp>
#include <cyclone/web/static_files.hpp>
