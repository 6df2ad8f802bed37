#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/reactor/listening_port.hpp>
#include <cyclone/ssl/server_context.hpp>

namespace cyclone::reactor {

/// Serves `factory` by TLS on a TCP port of this thread's reactor. SIGHUP reads the certificate again.
///
/// Throws CannotListenError, and ssl::Error. As reactor.listenSSL.
template <class F>
ListeningPort listen_ssl(std::uint16_t port, F& factory, ssl::ServerOptions ssl_options,
                         std::string_view interface = "", const ListenOptions& options = {}) {
    Reactor& reactor = current();
    auto context = std::make_shared<ssl::ServerContext>(std::move(ssl_options));
    auto listening = detail::listen_tcp(reactor, port, interface,
                                        factory.make_server(reactor, context), options);
    reactor.on_hangup([context] {
        try {
            context->reload();
            log::info("the certificate was read again (SIGHUP)");
        } catch (const std::exception& error) {
            log::error(std::string("the old certificate stays: ") + error.what());
        }
    });
    return listening;
}

}  // namespace cyclone::reactor
