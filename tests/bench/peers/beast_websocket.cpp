// A WebSocket echo on Boost.Beast in its plain asynchronous style, on one thread: beast-websocket
// PORT

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;

namespace {

class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

    void run() {
        stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
        stream_.async_accept([self = shared_from_this()](beast::error_code error) {
            if (!error) {
                self->read();
            }
        });
    }

private:
    void read() {
        stream_.async_read(buffer_,
                           [self = shared_from_this()](beast::error_code error, std::size_t) {
                               if (!error) {
                                   self->write();
                               }
                           });
    }
    void write() {
        stream_.text(stream_.got_text());
        stream_.async_write(buffer_.data(), [self = shared_from_this()](beast::error_code error,
                                                                        std::size_t bytes) {
            if (!error) {
                self->buffer_.consume(bytes);
                self->read();
            }
        });
    }

    websocket::stream<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
};

void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](beast::error_code error, tcp::socket socket) {
        if (!error) {
            socket.set_option(tcp::no_delay(true));
            std::make_shared<Session>(std::move(socket))->run();
        }
        accept(acceptor);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 0;
    asio::io_context context(1);
    tcp::acceptor acceptor(
        context, {asio::ip::make_address("127.0.0.1"), static_cast<asio::ip::port_type>(port)});
    std::printf("listening on %d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    accept(acceptor);
    context.run();
}
