// Boost.Beast in its plain asynchronous style, on one thread: callbacks, or coroutines with --coroutines.
// beast PORT [--coroutines]

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

using Response = http::response<http::string_body>;

Response answer(const http::request<http::string_body>& request) {
    Response response(http::status::ok, request.version());
    response.set(http::field::server, "beast");
    if (request.target() == "/json") {
        response.set(http::field::content_type, "application/json; charset=UTF-8");
        response.body() = boost::json::serialize(boost::json::object{{"message", "Hello, World!"}});
    } else {
        response.set(http::field::content_type, "text/plain");
        response.body() = "Hello, World!";
    }
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    return response;
}

class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}
    void read() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](beast::error_code error, std::size_t) {
                             if (!error) {
                                 self->write();
                             }
                         });
    }

private:
    void write() {
        response_ = answer(request_);
        http::async_write(stream_, response_,
                          [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error && self->response_.keep_alive()) {
                                  self->read();
                              }
                          });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    Response response_;
};

asio::awaitable<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    try {
        for (;;) {
            http::request<http::string_body> request;
            co_await http::async_read(stream, buffer, request, asio::use_awaitable);
            Response response = answer(request);
            co_await http::async_write(stream, response, asio::use_awaitable);
        }
    } catch (const std::exception&) {
        // The client has gone.
    }
}

void accept(tcp::acceptor& acceptor, bool coroutines) {
    acceptor.async_accept([&acceptor, coroutines](beast::error_code error, tcp::socket socket) {
        if (!error) {
            socket.set_option(tcp::no_delay(true));
            if (coroutines) {
                asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
            } else {
                std::make_shared<Session>(std::move(socket))->read();
            }
        }
        accept(acceptor, coroutines);
    });
}

}  // namespace

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 0;
    const bool coroutines = argc > 2 && std::string_view(argv[2]) == "--coroutines";
    asio::io_context context(1);
    tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"),
                                     static_cast<asio::ip::port_type>(port)});
    std::printf("listening on %d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    accept(acceptor, coroutines);
    context.run();
}
