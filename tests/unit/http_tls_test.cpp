#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cyclone/ssl.hpp>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/http_port.hpp"

namespace http_tls {

using namespace cyclone;
using namespace std::chrono_literals;
using Client = SocketClient;
using Clock = HttpPort::Clock;

namespace {

/// A server that speaks TLS, with a certificate that can be made anew.
struct TlsPort : HttpPort {
    std::filesystem::path folder;
    std::shared_ptr<ssl::ServerContext> context;

    TlsPort() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "cyclone-https-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        make_certificate("first");
    }
    ~TlsPort() { std::filesystem::remove_all(folder); }

    void make_certificate(const std::string& name) const {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=" +
            name + " -keyout " + file("key") + " -out " + file("pem") + " 2>/dev/null";
        BOOST_REQUIRE(std::system(command.c_str()) == 0);
    }
    std::string file(const std::string& ending) const {
        return (folder / ("server." + ending)).string();
    }
    ssl::ServerOptions options() const {
        return {.certificate = file("pem"), .private_key = file("key")};
    }

    using HttpPort::make_server;
    std::shared_ptr<reactor::StreamServer> make_server(reactor::Reactor& loop,
                                                       std::shared_ptr<reactor::TlsContext> tls) {
        server = http::make_server(loop, service, settings, std::move(tls));
        return server;
    }
    void listen_tls() { port.emplace(reactor::listen_ssl(0, *this, options(), "127.0.0.1")); }
};

/// A client that speaks TLS, on a socket of its own.
class TlsClient {
public:
    explicit TlsClient(HttpPort& port, const std::string& protocols = "")
        : port_(port), context_(::SSL_CTX_new(::TLS_client_method())), ssl_(::SSL_new(context_)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port.port->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE(
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
        ::SSL_set_fd(ssl_, socket_);
        ::SSL_set_connect_state(ssl_);
        std::string wire;
        for (std::size_t at = 0; at < protocols.size();) {
            const std::size_t end = std::min(protocols.find(',', at), protocols.size());
            wire += static_cast<char>(end - at);
            wire += protocols.substr(at, end - at);
            at = end + 1;
        }
        if (!wire.empty()) {
            ::SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(wire.data()),
                                  static_cast<unsigned>(wire.size()));
        }
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() {
        ::SSL_free(ssl_);
        ::SSL_CTX_free(context_);
        ::close(socket_);
    }

    SSL* ssl() const { return ssl_; }
    int socket() const { return socket_; }
    bool shake_hands() {
        return drive([this] { return ::SSL_do_handshake(ssl_); }) == 1;
    }
    /// Whether all of it went.
    bool send(const std::string& text) {
        return drive([&] { return ::SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }) ==
               static_cast<int>(text.size());
    }
    /// Reads until `text` has come, or the end.
    const std::string& read_to(std::string_view text) {
        char buffer[16384];
        while (received.find(text) == std::string::npos) {
            const int size = drive([&] { return ::SSL_read(ssl_, buffer, sizeof buffer); });
            if (size <= 0) {
                said_goodbye = ::SSL_get_error(ssl_, size) == SSL_ERROR_ZERO_RETURN;
                break;
            }
            received.append(buffer, static_cast<std::size_t>(size));
        }
        return received;
    }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        ::SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    /// Whose certificate the server has shown.
    std::string server_name() const {
        X509* const certificate = ::SSL_get1_peer_certificate(ssl_);
        char name[64] = "";
        ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName, name,
                                    sizeof name);
        ::X509_free(certificate);
        return name;
    }

    std::string received;
    bool said_goodbye = false;

private:
    template <class F>
    int drive(F call) {
        int result = 0;
        port_.run_until([&] {
            result = call();
            const int error = ::SSL_get_error(ssl_, result);
            return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
        });
        return result;
    }

    HttpPort& port_;
    SSL_CTX* context_;
    SSL* ssl_;
    int socket_ = -1;
};

}  // namespace

}  // namespace http_tls

BOOST_FIXTURE_TEST_SUITE(http_tls, TlsPort)

BOOST_AUTO_TEST_CASE(requests_are_answered_over_tls) {
    std::string protocol;
    service->on("/protocol", [&](http::ExchangePtr exchange) {
        protocol = exchange->request.protocol;
        exchange->response.body.assign(300'000, 'x');
        exchange->response.body += "end";
        exchange->finish();
    });
    listen_tls();
    TlsClient client(*this);
    BOOST_TEST_REQUIRE(client.shake_hands());
    BOOST_TEST(client.server_name() == "first");
    client.send(get + get_path("/protocol"));
    BOOST_TEST(client.read_to("xend").starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(client.received.size() > 300'000U);
    BOOST_TEST(protocol == "https");
    // The connection is kept.
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    client.send(std::string(99'999, 'b') + "B");
    BOOST_TEST(client.read_to("bB").ends_with("bbbB"));
}

BOOST_AUTO_TEST_CASE(http_1_1_is_agreed_on_by_alpn_and_nothing_else) {
    listen_tls();
    TlsClient both(*this, "h2,http/1.1");
    BOOST_TEST(both.shake_hands());
    BOOST_TEST(both.protocol() == "http/1.1");
    TlsClient silent(*this);
    BOOST_TEST(silent.shake_hands());
    BOOST_TEST(silent.protocol() == "");
    TlsClient other(*this, "h2,spdy/3");
    BOOST_TEST(!other.shake_hands());
    BOOST_TEST(run_until([&] { return server->connections() == 2; }));
}

BOOST_AUTO_TEST_CASE(nothing_older_than_tls_1_2_is_spoken) {
    listen_tls();
    for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(*this);
        ::SSL_set_security_level(client.ssl(), 0);
        ::SSL_set_min_proto_version(client.ssl(), version);
        ::SSL_set_max_proto_version(client.ssl(), version);
        BOOST_TEST(client.shake_hands() == (version >= TLS1_2_VERSION));
    }
}

BOOST_AUTO_TEST_CASE(sighup_changes_the_certificate_and_connections_live_on) {
    const CapturedLog log;
    listen_tls();
    TlsClient old(*this);
    BOOST_TEST_REQUIRE(old.shake_hands());
    make_certificate("second");
    TlsClient before(*this);
    BOOST_TEST_REQUIRE(before.shake_hands());
    BOOST_TEST(before.server_name() == "first");
    const auto hang_up = [this] {
        reactor.call_later(0ms, [] { ::kill(::getpid(), SIGHUP); });
        reactor.call_later(50ms, [this] { reactor.context().stop(); });
        reactor.run();
    };
    hang_up();
    TlsClient renewed(*this);
    BOOST_TEST_REQUIRE(renewed.shake_hands());
    BOOST_TEST(renewed.server_name() == "second");
    old.send(get);
    BOOST_TEST(old.read_to("GET / ").starts_with("HTTP/1.1 200 OK\r\n"));
    // One that cannot be used changes nothing.
    std::filesystem::resize_file(file("pem"), 20);
    hang_up();
    BOOST_TEST(log.text().find("the old certificate stays: the certificate " + file("pem") +
                               " cannot be used: ") != std::string::npos);
    TlsClient last(*this);
    BOOST_TEST_REQUIRE(last.shake_hands());
    BOOST_TEST(last.server_name() == "second");
}

BOOST_AUTO_TEST_CASE(a_key_that_does_not_belong_to_the_certificate_is_refused_by_a_sentence) {
    std::filesystem::rename(file("key"), file("old"));
    make_certificate("second");
    std::filesystem::rename(file("old"), file("key"));
    BOOST_CHECK_EXCEPTION(ssl::ServerContext{options()}, ssl::Error, [&](const ssl::Error& error) {
        return std::string(error.what()).starts_with("the private key " + file("key"));
    });
}

BOOST_AUTO_TEST_CASE(plain_http_on_the_tls_port_is_told_so_and_closed) {
    listen_tls();
    Client plain(*this);
    plain.send(get);
    BOOST_TEST(plain.reads_end());
    BOOST_TEST(plain.received.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    BOOST_TEST(plain.received.ends_with("this port speaks TLS: ask for https.\n"));
    BOOST_TEST(service->started == 0);
    TlsClient client(*this);
    BOOST_TEST(client.shake_hands());
}

BOOST_AUTO_TEST_CASE(what_is_no_handshake_is_closed) {
    listen_tls();
    for (const std::string& bytes :
         {std::string("\x16\x03\x01\xff\xff\x01", 6) + std::string(70'000, 'x'),
          std::string("\x80\x2e\x01\0\2", 5) + std::string(100, '\0'),
          std::string("\x15\x03\x01\0\2\2\50", 7)}) {
        Client client(*this);
        client.send(bytes);
        BOOST_TEST(client.reads_end());
        BOOST_TEST(!client.received.starts_with("HTTP"));
    }
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_trickles_in_is_not_waited_for) {
    settings.first_byte_timeout = 500ms;
    listen_tls();
    // The beginning of a ClientHello that says it is 512 bytes long.
    const std::string hello = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    Client client(*this);
    Client silent(*this);
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < 100 && !client.ended; ++i) {
        client.send(i < hello.size() ? hello.substr(i, 1) : std::string("x"));
        client.reads_end(100ms);
    }
    BOOST_TEST(client.ended);
    BOOST_TEST(silent.reads_end());
    BOOST_TEST((Clock::now() - begin < 2s));
}

BOOST_AUTO_TEST_CASE(records_with_nothing_in_them_keep_no_connection_alive) {
    settings.first_byte_timeout = settings.idle_timeout = 500ms;
    listen_tls();
    for (const bool answered : {false, true}) {
        TlsClient client(*this);
        BOOST_TEST_REQUIRE(client.shake_hands());
        if (answered) {
            client.send(get);
            client.read_to("GET / ");
        }
        BOOST_TEST(server->connections() == 1U);
        const auto begin = Clock::now();
        while (server->connections() != 0 && Clock::now() - begin < 4s) {
            ::SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
            ::SSL_do_handshake(client.ssl());
            run_for(50ms);
        }
        BOOST_TEST(server->connections() == 0U);
        BOOST_TEST((Clock::now() - begin >= 400ms));
        BOOST_TEST((Clock::now() - begin < 2s));
    }
}

BOOST_AUTO_TEST_CASE(records_that_come_together_are_all_read_and_so_is_the_end_behind_them) {
    enum class End : std::uint8_t { none, with_goodbye, without };
    hold("/held");
    listen_tls();
    for (const End end : {End::none, End::with_goodbye, End::without}) {
        TlsClient client(*this);
        BOOST_TEST_REQUIRE(client.shake_hands());
        client.send(get);
        client.read_to("GET / ");
        // All of it by one call of the system: requests, one of them in two records, and records without any.
        ::SSL_set0_wbio(client.ssl(), ::BIO_new(::BIO_s_mem()));
        const std::string second = get_path("/2");
        client.send(get_path("/held"));
        ::SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
        ::SSL_do_handshake(client.ssl());
        client.send(second.substr(0, 10));
        ::SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
        ::SSL_do_handshake(client.ssl());
        client.send(second.substr(10));
        if (end == End::with_goodbye) {
            ::SSL_shutdown(client.ssl());
        }
        char* bytes = nullptr;
        const auto size =
            static_cast<std::size_t>(::BIO_get_mem_data(::SSL_get_wbio(client.ssl()), &bytes));
        BOOST_TEST(::send(client.socket(), bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
        if (end != End::none) {
            ::shutdown(client.socket(), SHUT_WR);
        }
        BOOST_TEST_REQUIRE(run_until([&] { return !held.empty(); }));
        held.back()->finish();
        held.clear();
        BOOST_TEST(client.read_to("GET /2 ").find("GET /2 ") != std::string::npos);
        if (end != End::none) {
            client.read_to("more than there is");
            BOOST_TEST(client.said_goodbye);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_flood_of_new_keys_leaves_room_for_others) {
    bool flood_is_over = false;
    service->on("/behind", [&](http::ExchangePtr exchange) {
        flood_is_over = true;
        exchange->finish();
    });
    listen_tls();
    TlsClient other(*this);
    BOOST_TEST_REQUIRE(other.shake_hands());
    TlsClient hostile(*this);
    BOOST_TEST_REQUIRE(hostile.shake_hands());
    // All of it is made before, so that it comes faster than it can be read.
    ::SSL_set0_wbio(hostile.ssl(), ::BIO_new(::BIO_s_mem()));
    for (int i = 0; i < 20'000; ++i) {
        ::SSL_key_update(hostile.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
        ::SSL_do_handshake(hostile.ssl());
    }
    hostile.send(get_path("/behind"));
    char* bytes = nullptr;
    const long size = ::BIO_get_mem_data(::SSL_get_wbio(hostile.ssl()), &bytes);
    const std::jthread flood([&, flood_socket = hostile.socket()] {
        for (long sent = 0; sent < size;) {
            pollfd writable{flood_socket, POLLOUT, 0};
            ::poll(&writable, 1, 5000);
            const ssize_t more = ::send(flood_socket, bytes + sent,
                                        static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
            if (more < 0 && errno != EAGAIN) {
                break;
            }
            sent += std::max<ssize_t>(more, 0);
        }
    });
    run_for(20ms);
    other.send(get);
    BOOST_TEST(other.read_to("GET / ").starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(!flood_is_over);
    // What comes behind it is answered, too.
    BOOST_TEST(run_until([&] { return flood_is_over; }, 30s));
    BOOST_TEST(hostile.read_to("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_just_closed_ends_like_one_that_says_goodbye) {
    hold("/wait");
    listen_tls();
    for (const bool polite : {true, false}) {
        service->closed = 0;
        held.clear();
        TlsClient client(*this);
        BOOST_TEST_REQUIRE(client.shake_hands());
        client.send(get_path("/wait"));
        BOOST_TEST(run_until([&] { return held.size() == 1; }));
        if (polite) {
            ::SSL_shutdown(client.ssl());
        }
        ::shutdown(client.socket(), SHUT_WR);
        BOOST_TEST(run_until([&] { return service->closed == 1; }));
        // Half of it only: the answer is still taken.
        held[0]->response.body = "answer";
        held[0]->finish();
        BOOST_TEST(client.read_to("answer").ends_with("answer"));
        client.read_to("more than there is");
        BOOST_TEST(client.said_goodbye);
        BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_off_is_no_request) {
    listen_tls();
    TlsClient client(*this);
    BOOST_TEST_REQUIRE(client.shake_hands());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    BOOST_TEST(run_until([&] { return service->started == 1; }));
    ::shutdown(client.socket(), SHUT_WR);
    client.read_to("no answer");
    BOOST_TEST(client.received == "");
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    BOOST_TEST(service->alive == 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_reaches_a_client_that_still_sends_over_tls) {
    settings.max_body_size = 1000;
    listen_tls();
    for (int i = 0; i < 5; ++i) {
        TlsClient client(*this);
        BOOST_TEST_REQUIRE(client.shake_hands());
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
        // More than the system holds: most of it is sent when the server has answered.
        BOOST_TEST(client.send(std::string(8'000'000, 'x')));
        client.read_to("more than there is");
        BOOST_TEST(client.received.starts_with("HTTP/1.1 413 "));
        BOOST_TEST(client.received.ends_with("the body of the request is too large\n"));
        BOOST_TEST(client.said_goodbye);
    }
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_good_bye_reaches_a_client_that_is_still_sending_over_tls) {
    struct Refuser final : http::UpgradedStream::Receiver {
        void data_received(std::string_view) override {
            stream->write(std::string_view("goodbye"));
            stream->close();
        }
        void connection_lost() override {}
        void shut_down() override {}
        std::shared_ptr<http::UpgradedStream> stream;
    };
    Refuser refuser;
    service->on("/", [&refuser](http::ExchangePtr exchange) {
        refuser.stream = exchange->upgrade();
        refuser.stream->start(refuser);
    });
    listen_tls();
    TlsClient client(*this);
    BOOST_TEST_REQUIRE(client.shake_hands());
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    client.read_to("\r\n\r\n");
    BOOST_TEST(client.send(std::string(8'000'000, 'x')));
    BOOST_TEST(client.read_to("goodbye").ends_with("goodbye"));
    client.read_to("more than there is");
    BOOST_TEST(client.said_goodbye);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_on_sending_over_tls_is_not_listened_to_for_ever) {
    settings.max_body_size = 1000;
    listen_tls();
    TlsClient client(*this);
    BOOST_TEST_REQUIRE(client.shake_hands());
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
    const auto begin = Clock::now();
    BOOST_TEST(run_until([&] {
        client.send(std::string(1000, 'x'));
        run_for(1ms);
        return server->connections() == 0;
    }));
    BOOST_TEST((Clock::now() - begin < 4s));
}

BOOST_AUTO_TEST_CASE(a_file_is_sent_over_tls_and_an_answer_that_fails_is_cut) {
    const std::string path = file("data");
    {
        const int data = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        BOOST_REQUIRE(::ftruncate(data, 1'000'000) == 0);
        ::close(data);
    }
    service->on("/file", [&path](http::ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "1000000");
        exchange->send_file(
            {std::make_shared<http::OpenFile>(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0,
             1'000'000});
        exchange->finish();
    });
    service->on("/cut", [](http::ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "10");
        exchange->response.body = "half";
        exchange->send();
        exchange->abort();
    });
    listen_tls();
    TlsClient client(*this);
    BOOST_TEST_REQUIRE(client.shake_hands());
    client.send(get_path("/file") + get_path("/next"));
    BOOST_TEST(client.read_to("GET /next ").size() > 1'000'000U);
    client.send(get_path("/cut"));
    client.read_to("no end");
    BOOST_TEST(!client.said_goodbye);
}

BOOST_AUTO_TEST_SUITE_END()
