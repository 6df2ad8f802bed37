#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <cyclone/protocol.hpp>
#include <cyclone/protocol/connect_ssl.hpp>
#include <cyclone/protocol/tls_socket.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/reactor/connect_ssl.hpp>
#include <cyclone/reactor/spawn_process.hpp>
#include <cyclone/reactor/ssl_endpoint.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(reactor_ssl_test)

using namespace cyclone;
using namespace std::chrono_literals;

namespace {

/// Says hello, and that this is all.
struct Greeter : protocol::Protocol {
    void connection_made() override {
        transport().write("hello");
        transport().lose_connection();
    }
};

/// Sends back what it receives.
struct Echo : protocol::Protocol {
    void data_received(std::string_view bytes) override { transport().write(bytes); }
};

/// A certificate for 127.0.0.1, which nobody but itself has signed.
struct Certificate {
    explicit Certificate(reactor::Reactor& reactor) {
        const auto made = reactor.run_until(reactor::get_process_output_and_value(
            {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", file}));
        BOOST_REQUIRE_MESSAGE(made.status.success(), made.err);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;
    ~Certificate() { std::filesystem::remove_all(directory); }

    static std::string made_directory() {
        std::string name = std::filesystem::temp_directory_path() / "cyclone-ssl-test-XXXXXX";
        return ::mkdtemp(name.data());
    }
    const std::string directory = made_directory();
    const std::string file = directory + "/certificate.pem";
    const std::string key = directory + "/key.pem";
};

/// Keeps what it receives, and whether the end was a clean one.
struct Collector : protocol::Protocol {
    void data_received(std::string_view bytes) override { received += bytes; }
    void connection_lost(const Failure& reason) override {
        clean = reason.check<protocol::ConnectionDone>();
        lost.callback();
    }
    std::string received;
    bool clean = false;
    Promise<> lost;
};

/// Says much, and then that it is all.
struct Talker : protocol::Protocol {
    static std::string words() { return std::string(1000000, 'x'); }
    void connection_made() override {
        transport().write(words());
        transport().lose_connection();
    }
};

/// All of its connections have one Protocol.
struct CollectorFactory : protocol::ServerFactory {
    std::shared_ptr<protocol::Protocol> build_protocol(const reactor::PeerAddress&) override {
        return server;
    }
    std::shared_ptr<Collector> server = std::make_shared<Collector>();
};

Deferred<std::string> greeting_of(std::uint16_t port, reactor::SslOptions options) {
    auto connecting = reactor::connect_ssl("127.0.0.1", port, std::move(options), 5s);
    auto stream = co_await connecting;
    std::string text(5, '\0');
    co_await boost::asio::async_read(stream, boost::asio::buffer(text), use_deferred);
    co_return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_ssl_endpoint_is_served_and_connected_to_by_those_who_trust_it) {
    reactor::Reactor reactor;
    const Certificate own(reactor);
    const std::string& certificate = own.file;
    protocol::Factory<Greeter> factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + certificate + ":key=" + own.key, factory);
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.authorities = certificate})) ==
               "hello");
    BOOST_TEST(reactor.run_until(greeting_of(port.port(), {.verify = false})) == "hello");
    // Nobody of the system has signed it, and it is for another name.
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {})), boost::system::system_error);
    BOOST_CHECK_THROW(reactor.run_until(greeting_of(port.port(), {.authorities = certificate,
                                                                  .server_name = "other.example"})),
                      boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_protocol_is_connected_to_an_ssl_endpoint) {
    reactor::Reactor reactor;
    const Certificate own(reactor);
    protocol::Factory<Greeter> factory;
    auto port = reactor::listen(
        "ssl:0:interface=127.0.0.1:certificate=" + own.file + ":key=" + own.key, factory);
    const std::string there = "ssl:127.0.0.1:" + std::to_string(port.port());
    const auto collector = std::make_shared<Collector>();
    auto connected =
        reactor.run_until(protocol::connect(there + ":authorities=" + own.file, collector));
    reactor.run_until(std::move(connected.ended).add_timeout(5s));
    BOOST_TEST(collector->received == "hello");
    BOOST_TEST(collector->clean);
    const auto nobody = std::make_shared<Collector>();
    BOOST_CHECK_THROW(reactor.run_until(protocol::connect(there, nobody)),
                      boost::system::system_error);
    BOOST_CHECK_THROW(
        reactor.run_until(protocol::connect(
            there + ":authorities=" + own.file + ":server_name=other.example", nobody)),
        boost::system::system_error);
}

namespace {

/// Listens by TLS, and connects to that.
struct Served {
    explicit Served(protocol::ServerFactory& factory)
        : port(reactor::listen(
              "ssl:0:interface=127.0.0.1:certificate=" + own.file + ":key=" + own.key, factory)) {}
    template <class P>
    protocol::Connected<P> connect(std::shared_ptr<P> client) {
        return reactor.run_until(protocol::connect(
            "ssl:127.0.0.1:" + std::to_string(port.port()) + ":authorities=" + own.file,
            std::move(client)));
    }
    template <class P>
    void run_to_end(protocol::Connected<P>& connected) {
        reactor.run_until(std::move(connected.ended).add_timeout(5s));
    }
    reactor::Reactor reactor;
    Certificate own{reactor};
    reactor::ListeningPort port;
};

/// Records without text in them, as many as are asked for.
struct EmptyRecords : reactor::TlsSession {
    explicit EmptyRecords(int& count) : reads(count) {}
    Result handshake() override { return Result::done; }
    void readable(bool) override {}
    Result read(std::span<char>, std::size_t& bytes) override {
        bytes = 0;
        ++reads;
        return Result::done;
    }
    Result write(std::span<const char>, std::size_t&) override { return Result::failed; }
    void shut_down() override {}
    int& reads;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_socket_that_has_been_closed_is_not_touched_again_for_it_may_be_another_one) {
    reactor::Reactor reactor;
    boost::asio::local::stream_protocol::socket here(reactor.context());
    boost::asio::local::stream_protocol::socket there(reactor.context());
    boost::asio::local::connect_pair(here, there);
    int reads = 0;
    protocol::TlsSocket socket(std::move(here), std::make_unique<EmptyRecords>(reads));
    std::array<char, 16> room;
    auto reading = socket.async_read_some(boost::asio::buffer(room), use_deferred);
    const int before = reads;
    BOOST_TEST(before > 0);
    socket.lowest_layer().close();
    BOOST_CHECK_THROW(reactor.run_until(std::move(reading).add_timeout(1s)),
                      boost::system::system_error);
    BOOST_TEST(reads == before);
}

BOOST_AUTO_TEST_CASE(a_protocol_that_has_written_all_by_tls_says_so) {
    CollectorFactory factory;
    Served served(factory);
    auto connected = served.connect(std::make_shared<Talker>());
    served.run_to_end(connected);
    served.reactor.run_until(factory.server->lost.get_deferred().add_timeout(5s));
    BOOST_TEST(factory.server->received.size() == Talker::words().size());
    BOOST_TEST(factory.server->clean);
}

BOOST_AUTO_TEST_CASE(a_protocol_that_is_served_by_tls_and_has_written_all_says_so) {
    protocol::Factory<Talker> factory;
    Served served(factory);
    auto connected = served.connect(std::make_shared<Collector>());
    served.run_to_end(connected);
    BOOST_TEST(connected.protocol->received.size() == Talker::words().size());
    BOOST_TEST(connected.protocol->clean);
}

BOOST_AUTO_TEST_CASE(a_protocol_that_is_served_by_tls_reads_and_writes_at_once) {
    protocol::Factory<Echo> factory;
    Served served(factory);
    auto connected = served.connect(std::make_shared<Collector>());
    Collector& client = *connected.protocol;
    const auto comes = [&](std::size_t size) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (client.received.size() < size && std::chrono::steady_clock::now() < end) {
            served.reactor.run_until(task::defer_later(1ms));
        }
        return client.received.size() == size;
    };
    client.transport().write("a");
    BOOST_TEST(comes(1));
    // More than the system keeps in either direction.
    client.transport().write(std::string(8'000'000, 'b'));
    BOOST_TEST(comes(8'000'001));
    client.transport().lose_connection();
    served.run_to_end(connected);
    BOOST_TEST(client.clean);
}

BOOST_AUTO_TEST_CASE(a_protocol_that_is_served_by_tls_loses_a_client_that_does_not_speak_it) {
    CollectorFactory factory;
    Served served(factory);
    auto plain = served.reactor.run_until(reactor::connect_tcp("127.0.0.1", served.port.port()));
    boost::asio::write(plain, boost::asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
    served.reactor.run_until(factory.server->lost.get_deferred().add_timeout(5s));
    BOOST_TEST(!factory.server->clean);
    BOOST_TEST(factory.server->received == "");

    factory.server = std::make_shared<Collector>();
    auto silent = served.reactor.run_until(reactor::connect_tcp("127.0.0.1", served.port.port()));
    silent.close();
    served.reactor.run_until(factory.server->lost.get_deferred().add_timeout(5s));
    BOOST_TEST(factory.server->received == "");
}

BOOST_AUTO_TEST_CASE(an_end_of_service_says_good_bye_by_tls) {
    protocol::Factory<Echo> factory;
    Served served(factory);
    auto connected = served.connect(std::make_shared<Collector>());
    served.reactor.call_later(50ms, [&] { served.reactor.stop(); });
    served.reactor.run();
    BOOST_TEST(connected.ended.called());
    BOOST_TEST(connected.protocol->clean);
}

BOOST_AUTO_TEST_SUITE_END()
