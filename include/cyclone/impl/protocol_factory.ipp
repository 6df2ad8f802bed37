#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/protocol/factory.hpp>
#include <cyclone/protocol/stream_transport.hpp>
#include <cyclone/protocol/tls_socket.hpp>
#include <cyclone/reactor/awaitable.hpp>

namespace cyclone::protocol {

namespace detail {

using ServedSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                      boost::asio::io_context::executor_type>;

/// The connections of a port.
class ProtocolServer final : public reactor::StreamServer,
                             public std::enable_shared_from_this<ProtocolServer> {
public:
    ProtocolServer(reactor::Reactor& reactor, ServerFactory& factory,
                   std::shared_ptr<reactor::TlsContext> tls)
        : reactor_(reactor), factory_(factory), tls_(std::move(tls)) {}

    void connection_made(int descriptor, reactor::PeerAddress peer) override {
        std::shared_ptr<Protocol> protocol;
        try {
            protocol = factory_.build_protocol(peer);
        } catch (...) {
            log::error("a factory failed: " +
                       Failure(std::current_exception()).get_error_message());
        }
        if (protocol == nullptr) {
            ::close(descriptor);
            return;
        }
        int domain = AF_INET;
        socklen_t size = sizeof domain;
        ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size);
        ServedSocket socket(reactor_.context());
        socket.assign(boost::asio::generic::stream_protocol(domain, 0), descriptor);
        if (tls_ == nullptr) {
            start(std::move(socket), std::move(peer), std::move(protocol));
            return;
        }
        try {
            start(TlsSocket(std::move(socket), tls_->accept(descriptor)), std::move(peer),
                  std::move(protocol));
        } catch (const std::exception& error) {
            log::error(std::string("a connection cannot be served by TLS: ") + error.what());
        }
    }

    Deferred<> shut_down(std::chrono::nanoseconds grace) override {
        const auto self = shared_from_this();
        each([](Transport& transport) { transport.lose_connection(); });
        if (!transports_.empty()) {
            auto ended = ended_.get_deferred().add_timeout(grace);
            try {
                co_await ended;
            } catch (const TimeoutError&) {
                each([](Transport& transport) { transport.abort_connection(); });
            }
        }
    }

private:
    using Transports = std::list<std::weak_ptr<Transport>>;

    template <class Socket>
    void start(Socket socket, reactor::PeerAddress peer, std::shared_ptr<Protocol> protocol) {
        auto transport = std::make_shared<StreamTransport<Socket>>(
            std::move(socket), std::move(peer), std::move(protocol));
        const auto place = transports_.insert(transports_.end(), transport);
        serve(shared_from_this(), std::move(transport), place).detach();
    }

    template <class Socket>
    static Deferred<> serve(std::shared_ptr<ProtocolServer> self,
                            std::shared_ptr<StreamTransport<Socket>> transport,
                            Transports::iterator place) {
        auto running = StreamTransport<Socket>::run(std::move(transport));
        co_await running;
        self->transports_.erase(place);
        if (self->transports_.empty() && !self->ended_.called()) {
            auto ended = std::exchange(self->ended_, {});
            ended.callback();
        }
    }

    template <class F>
    void each(F f) {
        // A connection that ends leaves the list.
        const Transports copy = transports_;
        for (const auto& weak : copy) {
            if (auto transport = weak.lock()) {
                f(*transport);
            }
        }
    }

    reactor::Reactor& reactor_;
    ServerFactory& factory_;
    std::shared_ptr<reactor::TlsContext> tls_;
    Transports transports_;
    Promise<> ended_;
};

}  // namespace detail

CYCLONE_INLINE std::shared_ptr<reactor::StreamServer> ServerFactory::make_server(
    reactor::Reactor& reactor, std::shared_ptr<reactor::TlsContext> tls) {
    return std::make_shared<detail::ProtocolServer>(reactor, *this, std::move(tls));
}

}  // namespace cyclone::protocol
