#pragma once

/// TLS for servers, by OpenSSL (link ssl and crypto). The module twisted.internet.ssl.

#include <cyclone/reactor.hpp>
#include <cyclone/ssl/certificate.hpp>
#include <cyclone/ssl/listen_ssl.hpp>
#include <cyclone/ssl/server_context.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/ssl_server_context.ipp>
#endif
