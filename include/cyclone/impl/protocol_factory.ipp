#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <list>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <cyclone/impl/config.hpp>
#include <cyclone/protocol/factory.hpp>
#include <cyclone/protocol/stream_transport.hpp>
#include <cyclone/reactor/awaitable.hpp>

namespace cyclone::protocol {

namespace detail {

using ServedSocket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                      boost::asio::io_context::executor_type>;
using ServedTransport = StreamTransport<ServedSocket>;

/// The connections of a port.
class ProtocolServer final : public reactor::StreamServer,
                             public std::enable_shared_from_this<ProtocolServer> {
public:
    ProtocolServer(reactor::Reactor& reactor, ServerFactory& factory)
        : reactor_(reactor), factory_(factory) {}

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
        auto transport = std::make_shared<ServedTransport>(std::move(socket), std::move(peer),
                                                           std::move(protocol));
        const auto place = transports_.insert(transports_.end(), transport);
        serve(shared_from_this(), std::move(transport), place).detach();
    }

    Deferred<> shut_down(std::chrono::nanoseconds grace) override {
        const auto self = shared_from_this();
        each([](ServedTransport& transport) { transport.lose_connection(); });
        if (!transports_.empty()) {
            auto ended = ended_.get_deferred().add_timeout(grace);
            try {
                co_await ended;
            } catch (const TimeoutError&) {
                each([](ServedTransport& transport) { transport.abort_connection(); });
            }
        }
    }

private:
    using Transports = std::list<std::weak_ptr<ServedTransport>>;

    static Deferred<> serve(std::shared_ptr<ProtocolServer> self,
                            std::shared_ptr<ServedTransport> transport,
                            Transports::iterator place) {
        auto running = ServedTransport::run(std::move(transport));
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
    Transports transports_;
    Promise<> ended_;
};

}  // namespace detail

CYCLONE_INLINE std::shared_ptr<reactor::StreamServer> ServerFactory::make_server(
    reactor::Reactor& reactor) {
    return std::make_shared<detail::ProtocolServer>(reactor, *this);
}

}  // namespace cyclone::protocol
