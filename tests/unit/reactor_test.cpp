#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>
#include <cyclone/threads.hpp>

#include "tests/unit/captured_log.hpp"

BOOST_AUTO_TEST_SUITE(reactor_test)

using namespace cyclone;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// Sends each connection a greeting and closes it.
struct GreetingServer final : reactor::StreamServer {
    void connection_made(int socket, reactor::PeerAddress peer) override {
        hosts += peer.host;
        BOOST_TEST(::send(socket, "hello", 5, MSG_NOSIGNAL) == 5);
        ::close(socket);
    }
    Deferred<> shut_down(std::chrono::nanoseconds) override {
        stopped = true;
        return succeed();
    }
    std::string hosts;
    bool stopped = false;
};

struct GreetingFactory {
    std::shared_ptr<GreetingServer> server = std::make_shared<GreetingServer>();
    std::shared_ptr<reactor::StreamServer> make_server(reactor::Reactor&) { return server; }
};

Deferred<std::string> greeting_of(std::string host, std::uint16_t port) {
    auto socket = co_await reactor::connect_tcp(host, port, 5s);
    std::string text(5, '\0');
    co_await asio::async_read(socket, asio::buffer(text), use_deferred);
    co_return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(call_later_calls_in_the_order_of_time) {
    reactor::Reactor reactor;
    std::string order;
    reactor.call_later(20ms, [&] {
        order += "b";
        reactor.stop();
    });
    reactor.call_later(1ms, [&] { order += "a"; });
    auto cancelled = reactor.call_later(2ms, [&] { order += "never"; });
    cancelled.cancel();
    BOOST_TEST(!cancelled.active());
    reactor.run();
    BOOST_TEST(order == "ab");
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_call_is_logged_and_the_reactor_goes_on) {
    reactor::Reactor reactor;
    CapturedLog log;
    reactor.call_later(0ms, [] { throw std::runtime_error("deliberate"); });
    reactor.run_until(task::defer_later(5ms));
    BOOST_TEST(log.count("Unhandled exception in a call of the reactor: deliberate") == 1);
}

BOOST_AUTO_TEST_CASE(run_until_gives_the_value_or_throws_the_error) {
    reactor::Reactor reactor;
    BOOST_TEST(reactor.run_until(task::defer_later(1ms, [] { return 5; })) == 5);
    BOOST_CHECK_THROW(reactor.run_until(fail<int>(std::runtime_error("no"))), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(current_is_the_innermost_reactor_of_the_thread) {
    reactor::Reactor outer;
    {
        reactor::Reactor inner;
        BOOST_TEST(&reactor::current() == &inner);
    }
    BOOST_TEST(&reactor::current() == &outer);
}

BOOST_AUTO_TEST_CASE(a_reactor_works_inside_an_io_context_that_the_program_has) {
    asio::io_context context;
    int called = 0;
    {
        reactor::Reactor reactor(context);
        reactor::call_later(1ms, [&called] { ++called; });
        context.run();
    }
    BOOST_TEST(called == 1);
}

BOOST_AUTO_TEST_CASE(call_from_thread_runs_on_the_reactors_thread) {
    reactor::Reactor reactor;
    std::thread::id seen;
    std::thread other([&] {
        reactor.call_from_thread([&] {
            seen = std::this_thread::get_id();
            reactor.stop();
        });
    });
    reactor.run();
    other.join();
    BOOST_CHECK(seen == std::this_thread::get_id());
}

BOOST_AUTO_TEST_CASE(a_mailbox_says_when_its_reactor_has_gone) {
    std::shared_ptr<reactor::Reactor::Mailbox> mailbox;
    {
        reactor::Reactor reactor;
        mailbox = reactor.mailbox();
        BOOST_TEST(mailbox->post([] {}));
    }
    BOOST_TEST(!mailbox->post([] {}));
}

BOOST_AUTO_TEST_CASE(defer_to_thread_brings_values_and_exceptions_back) {
    reactor::Reactor reactor;
    auto id =
        reactor.run_until(threads::defer_to_thread([] { return std::this_thread::get_id(); }));
    BOOST_CHECK(id != std::this_thread::get_id());
    BOOST_CHECK_THROW(reactor.run_until(threads::defer_to_thread(
                          []() -> int { throw std::out_of_range("deliberate"); })),
                      std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_reactor_may_end_before_the_thread_that_works_for_it) {
    std::promise<void> go;
    std::promise<void> done;
    auto released = go.get_future();
    {
        reactor::Reactor reactor;
        threads::defer_to_thread([&] {
            released.wait();
            done.set_value();
        }).detach();
        CapturedLog log;
    }
    go.set_value();
    done.get_future().wait();
}

BOOST_AUTO_TEST_CASE(an_asio_operation_gives_a_deferred) {
    reactor::Reactor reactor;
    asio::steady_timer timer(reactor.context(), 1ms);
    auto waiting = timer.async_wait(use_deferred);
    static_assert(std::is_same_v<decltype(waiting), Deferred<>>);
    reactor.run_until(std::move(waiting));
}

BOOST_AUTO_TEST_CASE(cancel_of_an_asio_operation_comes_out_as_cancelled_error) {
    reactor::Reactor reactor;
    asio::steady_timer timer(reactor.context(), 1h);
    auto waiting = timer.async_wait(use_deferred);
    waiting.cancel();
    BOOST_TEST(!waiting.called());
    BOOST_CHECK_THROW(reactor.run_until(std::move(waiting)), CancelledError);
}

BOOST_AUTO_TEST_CASE(cancel_of_an_asio_operation_that_is_done_but_not_handled_is_no_less_a_cancel) {
    reactor::Reactor reactor;
    auto posted = asio::post(reactor.context(), use_deferred);
    posted.cancel();
    BOOST_CHECK_THROW(reactor.run_until(std::move(posted)), CancelledError);
}

BOOST_AUTO_TEST_CASE(an_error_code_comes_out_as_system_error) {
    reactor::Reactor reactor;
    asio::ip::tcp::socket socket(reactor.context());
    auto connecting = socket.async_connect(
        asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 1), use_deferred);
    BOOST_CHECK_THROW(reactor.run_until(std::move(connecting)), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(an_awaitable_can_be_awaited_in_a_deferred_coroutine) {
    reactor::Reactor reactor;
    auto awaitable = [](int n) -> asio::awaitable<int> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
        co_await timer.async_wait(asio::use_awaitable);
        co_return n + 1;
    };
    auto coroutine = [&awaitable]() -> Deferred<int> {
        int first = co_await awaitable(1);
        int second = co_await awaitable(first);
        co_return second;
    };
    BOOST_TEST(reactor.run_until(coroutine()) == 3);
}

BOOST_AUTO_TEST_CASE(cancel_reaches_into_an_awaitable) {
    reactor::Reactor reactor;
    auto awaitable = []() -> asio::awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
    };
    auto coroutine = [&awaitable]() -> Deferred<> { co_await awaitable(); };
    BOOST_CHECK_THROW(reactor.run_until(coroutine().add_timeout(1ms)), TimeoutError);
}

BOOST_AUTO_TEST_CASE(a_deferred_can_be_awaited_in_an_awaitable) {
    reactor::Reactor reactor;
    auto awaitable = []() -> asio::awaitable<int> {
        int n = co_await task::defer_later(1ms, [] { return 4; })(asio::use_awaitable);
        co_await task::defer_later(1ms)(asio::use_awaitable);
        co_return n * 2;
    };
    BOOST_TEST(reactor.run_until(ensure_deferred(awaitable())) == 8);
}

BOOST_AUTO_TEST_CASE(add_timeout_fails_what_takes_too_long) {
    reactor::Reactor reactor;
    BOOST_CHECK_THROW(reactor.run_until(task::defer_later(1h).add_timeout(1ms)), TimeoutError);
    BOOST_TEST(reactor.run_until(task::defer_later(1ms, [] { return 1; }).add_timeout(1h)) == 1);
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_waits_for_an_operation_ends_with_its_reactor) {
    std::string seen;
    CapturedLog log;
    {
        reactor::Reactor reactor;
        auto coroutine = [](reactor::Reactor& r, std::string& text) -> Deferred<> {
            asio::steady_timer timer(r.context(), 1h);
            try {
                co_await timer.async_wait(use_deferred);
            } catch (const BrokenPromise& error) {
                text = error.what();
            }
        };
        coroutine(reactor, seen).detach();
    }
    BOOST_TEST(seen == BrokenPromise().what());
}

BOOST_AUTO_TEST_CASE(a_port_hands_its_connections_to_its_server_until_the_reactor_stops) {
    reactor::Reactor reactor;
    GreetingFactory factory;
    auto port = reactor::listen_tcp(0, factory, "127.0.0.1");
    BOOST_TEST(port.port() != 0);
    BOOST_TEST(port.address() == "127.0.0.1:" + std::to_string(port.port()));
    BOOST_TEST(reactor.run_until(greeting_of("127.0.0.1", port.port())) == "hello");
    BOOST_TEST(factory.server->hosts == "127.0.0.1");
    reactor.call_later(0ms, [&] { reactor.stop(); });
    reactor.run();
    BOOST_TEST(factory.server->stopped);
    BOOST_CHECK_THROW(reactor.run_until(greeting_of("127.0.0.1", port.port())),
                      boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(all_interfaces_take_ipv4_and_ipv6) {
    reactor::Reactor reactor;
    GreetingFactory factory;
    auto port = reactor::listen_tcp(0, factory);
    BOOST_TEST(reactor.run_until(greeting_of("127.0.0.1", port.port())) == "hello");
    BOOST_TEST(factory.server->hosts == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_refused_by_a_sentence) {
    reactor::Reactor reactor;
    GreetingFactory factory;
    auto port = reactor::listen_tcp(0, factory, "127.0.0.1");
    BOOST_CHECK_EXCEPTION(reactor::listen_tcp(port.port(), factory, "127.0.0.1"),
                          reactor::CannotListenError, [&](const std::exception& error) {
                              return error.what() ==
                                     "cannot listen on 127.0.0.1:" + std::to_string(port.port()) +
                                         ": Address already in use";
                          });
    BOOST_CHECK_THROW(reactor::listen_tcp(0, factory, "no.such.address"),
                      reactor::CannotListenError);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_replaces_a_dead_file_but_no_live_one) {
    const std::string path = "/tmp/cyclone-reactor-test-" + std::to_string(::getpid()) + ".sock";
    GreetingFactory factory;
    {
        reactor::Reactor reactor;
        auto port = reactor::listen_unix(path, factory);
        BOOST_TEST(port.address() == "unix:" + path);
        BOOST_CHECK_THROW(reactor::listen_unix(path, factory), reactor::CannotListenError);
        BOOST_TEST(::access(path.c_str(), F_OK) == 0);
    }
    BOOST_TEST(::access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(sigterm_runs_the_shutdown_triggers_and_stops) {
    reactor::Reactor reactor;
    bool finished = false;
    reactor.before_shutdown(
        [&] { return task::defer_later(5ms).add_callback([&] { finished = true; }); });
    reactor.call_later(1ms, [] { ::kill(::getpid(), SIGTERM); });
    reactor.run();
    BOOST_TEST(finished);
}

BOOST_AUTO_TEST_SUITE_END()
