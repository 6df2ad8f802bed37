#pragma once

/// Escaping for HTML, URLs and JSON, and encodings of text and bytes. The module tornado.escape.

#include <cyclone/escape/base64.hpp>
#include <cyclone/escape/hex.hpp>
#include <cyclone/escape/json.hpp>
#include <cyclone/escape/linkify.hpp>
#include <cyclone/escape/squeeze.hpp>
#include <cyclone/escape/url.hpp>
#include <cyclone/escape/utf8.hpp>
#include <cyclone/escape/xhtml.hpp>
