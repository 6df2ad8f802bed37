// The Redis driver where there is no Redis, or something else.

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(redis_away)

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using cyclone::Deferred;
using cyclone::reactor::Reactor;
namespace redis = cyclone::redis;

namespace {

/// A port on which somebody listens as long as this lives, and nobody afterwards.
struct Port {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
    std::uint16_t number = acceptor.local_endpoint().port();
};

redis::ConnectionOptions options_for(std::uint16_t port) {
    redis::ConnectionOptions options;
    options.port = port;
    options.command_timeout = 100ms;
    options.connect_timeout = 200ms;
    return options;
}

/// What `deferred` fails with, in a reactor that runs for at most 10 s.
template <class T>
std::string error_of(Reactor& reactor, Deferred<T> deferred) {
    try {
        reactor.run_until(std::move(deferred).add_timeout(10s));
    } catch (const std::exception& error) {
        return error.what();
    }
    return "it succeeded";
}

}  // namespace

BOOST_AUTO_TEST_CASE(commands_wait_for_the_server_as_long_as_they_may) {
    Reactor reactor;
    const auto options = options_for(Port().number);
    redis::Connection db(options);
    BOOST_TEST(error_of(reactor, db.get("k")) ==
               "redis: " + options.address() +
                   ": GET: it could not be sent in time: it cannot be reached: "
                   "Connection refused");
}

BOOST_AUTO_TEST_CASE(a_program_that_holds_up_its_reactor_uses_up_no_time_of_its_commands) {
    Reactor reactor;
    redis::Connection db(options_for(Port().number));
    auto waiting = db.get("k");
    reactor.run_until(cyclone::task::defer_later(20ms));
    std::this_thread::sleep_for(300ms);
    reactor.run_until(cyclone::task::defer_later(20ms));
    BOOST_TEST(!waiting.called());
    BOOST_TEST(error_of(reactor, std::move(waiting)).find("could not be sent in time") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_that_leads_to_itself_is_known_from_one_that_leads_to_a_server) {
    Reactor reactor;
    const Port server;
    tcp::socket self(reactor.context());
    self.open(tcp::v4());
    self.bind({boost::asio::ip::address_v4::loopback(), 0});
    self.connect(self.local_endpoint());
    BOOST_TEST(redis::detail::leads_to_itself(self.native_handle()));
    tcp::socket other(reactor.context());
    other.connect(server.acceptor.local_endpoint());
    BOOST_TEST(!redis::detail::leads_to_itself(other.native_handle()));
}

BOOST_AUTO_TEST_CASE(commands_fail_at_once_where_that_is_the_setting) {
    Reactor reactor;
    auto options = options_for(Port().number);
    options.when_away = redis::WhenAway::fail;
    redis::Connection db(options);
    BOOST_TEST(error_of(reactor, db.get("k")) ==
               "redis: " + options.address() +
                   ": GET: there is no connection yet; it was not sent");
}

BOOST_AUTO_TEST_CASE(more_than_may_wait_fails_at_once) {
    Reactor reactor;
    auto options = options_for(Port().number);
    options.max_waiting_bytes = 1000;
    redis::Connection db(options);
    auto first = db.set("k", std::string(2000, 'x'));
    BOOST_TEST(error_of(reactor, db.get("k")).find("max_waiting_bytes") != std::string::npos);
    BOOST_TEST(!first.called());
}

BOOST_AUTO_TEST_CASE(an_eager_connection_fails_with_the_first_attempt) {
    Reactor reactor;
    auto options = options_for(Port().number);
    BOOST_TEST(error_of(reactor, redis::connection(options)) ==
               "redis: " + options.address() + ": it cannot be reached: Connection refused");
    BOOST_TEST(error_of(reactor, redis::connection_pool(options, 2)).find("refused") !=
               std::string::npos);
    options.host = "no-such-host.invalid";
    options.connect_timeout = 5s;
    BOOST_TEST(error_of(reactor, redis::connection(options)).find("it cannot be reached: Host") !=
               std::string::npos);
    options.unix_path = "/nonexistent/redis.sock";
    BOOST_TEST(error_of(reactor, redis::connection(options)) ==
               "redis: unix:/nonexistent/redis.sock: it cannot be reached: No such file or "
               "directory");
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_is_given_up_after_the_connect_timeout) {
    Reactor reactor;
    const Port silent;
    const auto options = options_for(silent.number);
    BOOST_TEST(error_of(reactor, redis::connection(options)) ==
               "redis: " + options.address() + ": it did not answer within 200 ms");
}

BOOST_AUTO_TEST_CASE(a_reactor_may_end_before_the_connection_monitor_and_subscriber_on_it) {
    const Port silent;
    const auto options = options_for(silent.number);
    std::optional<redis::Connection> db;
    std::optional<redis::Subscriber> subscriber;
    std::optional<redis::Monitor> monitor;
    std::optional<Deferred<std::optional<std::string>>> pending;
    std::optional<Deferred<std::span<const std::string_view>>> lines;
    {
        Reactor reactor;
        db.emplace(options);
        subscriber.emplace(options);
        monitor.emplace(options);
        pending.emplace(db->get("k"));
        lines.emplace(monitor->next());
        reactor.run_until(cyclone::task::defer_later(20ms));
    }
    BOOST_TEST(!db->connected());
    BOOST_TEST(pending->called());
    BOOST_TEST(lines->called());
    auto observed = std::move(*pending).add_errback(
        [](const cyclone::Failure&) { return std::optional<std::string>(); });
    auto seen = std::move(*lines).add_errback(
        [](const cyclone::Failure&) { return std::span<const std::string_view>(); });
}

BOOST_AUTO_TEST_SUITE_END()
