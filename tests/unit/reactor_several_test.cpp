#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cyclone/protocol.hpp>
#include <cyclone/task.hpp>
#include <cyclone/threads.hpp>

BOOST_AUTO_TEST_SUITE(reactor_several_test)

using namespace cyclone;
using namespace std::chrono_literals;
namespace asio = boost::asio;

BOOST_AUTO_TEST_CASE(several_reactors_run_on_as_many_threads_until_one_is_stopped) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::set<reactor::Reactor*> reactors;
    std::atomic<int> ended = 0;
    reactor::run(3, [&](reactor::Reactor& reactor) {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
        reactors.insert(&reactor);
        BOOST_CHECK(&reactor::current() == &reactor);
        reactor.before_shutdown([&] {
            ++ended;
            return succeed();
        });
        if (reactors.size() == 3) {
            reactor.call_later(5ms, [] { reactor::stop(); });
        }
    });
    BOOST_TEST(threads.size() == 3U);
    BOOST_TEST(reactors.size() == 3U);
    BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_CASE(a_signal_stops_all_reactors) {
    std::atomic<int> ready = 0;
    reactor::run(2, [&](reactor::Reactor& reactor) {
        // run() listens to signals from its first turn.
        reactor.call_later(1ms, [&] {
            if (++ready == 2) {
                ::kill(::getpid(), SIGTERM);
            }
        });
    });
    BOOST_TEST(ready == 2);
}

BOOST_AUTO_TEST_CASE(a_setup_that_throws_stops_all_and_comes_out) {
    std::atomic<int> calls = 0;
    auto run = [&] {
        reactor::run(3, [&](reactor::Reactor&) {
            if (++calls == 2) {
                throw std::runtime_error("no");
            }
        });
    };
    BOOST_CHECK_THROW(run(), std::runtime_error);
    BOOST_CHECK_THROW(reactor::run(0, [](reactor::Reactor&) {}), std::invalid_argument);
    // The reactor of this thread can be used again.
    reactor::call_later(1ms, [] { reactor::stop(); });
    reactor::run();
}

BOOST_AUTO_TEST_CASE(several_reactors_share_the_connections_of_a_port) {
    struct Greeter : protocol::Protocol {
        void connection_made() override {
            transport().write("hello");
            transport().lose_connection();
        }
    };
    struct Reader : protocol::Protocol {
        void data_received(std::string_view bytes) override { text += bytes; }
        std::string text;
    };
    std::atomic<int> greeted = 0;
    struct Counting : protocol::ServerFactory {
        explicit Counting(std::atomic<int>& counter) : count(counter) {}
        std::shared_ptr<protocol::Protocol> build_protocol(const reactor::PeerAddress&) override {
            ++count;
            return std::make_shared<Greeter>();
        }
        std::atomic<int>& count;
    };
    std::mutex mutex;
    std::uint16_t port = 0;
    std::atomic<int> ready = 0;
    Counting factory(greeted);
    std::string texts;
    auto ask = [&]() -> Deferred<> {
        for (int i = 0; i < 20; ++i) {
            auto reader = std::make_shared<Reader>();
            auto connecting = protocol::connect({.host = "127.0.0.1", .port = port}, reader);
            auto connected = co_await connecting;
            co_await connected.ended;
            texts += reader->text == "hello" ? "." : "?";
        }
        reactor::stop();
    };
    reactor::run(2, [&](reactor::Reactor& reactor) {
        const std::lock_guard lock(mutex);
        port = reactor::listen_tcp(port, factory, "127.0.0.1", {.reuse_port = true}).port();
        if (++ready == 2) {
            reactor.call_later(0ms, [&] { ask().detach(); });
        }
    });
    BOOST_TEST(texts == std::string(20, '.'));
    BOOST_TEST(greeted == 20);
}

BOOST_AUTO_TEST_CASE(a_reactor_inside_an_io_context_leaves_the_programs_own_work_alone) {
    asio::io_context context;
    std::string order;
    asio::steady_timer own(context, 3ms);
    own.async_wait([&](const boost::system::error_code&) { order += "own "; });
    {
        reactor::Reactor reactor(context);
        reactor.call_later(1ms, [&] { order += "ours "; });
        auto coroutine = [](std::string& text) -> Deferred<> {
            auto waiting = task::defer_later(2ms);
            co_await waiting;
            text += "deferred ";
        };
        coroutine(order).detach();
        context.run();
    }
    BOOST_TEST(order == "ours deferred own ");
}

BOOST_AUTO_TEST_CASE(what_waits_in_an_io_context_survives_a_reactor_that_goes_first) {
    asio::io_context context;
    bool called = false;
    bool own_called = false;
    asio::post(context, [&] { own_called = true; });
    {
        reactor::Reactor reactor(context);
        reactor.call_later(1ms, [&] { called = true; });
        threads::defer_to_thread([] { return 1; }).detach();
    }
    context.run();
    BOOST_TEST(own_called);
    BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(what_a_thread_has_posted_is_dropped_when_the_reactor_has_gone) {
    asio::io_context context;
    bool called = false;
    auto owned = std::make_shared<int>(1);
    {
        reactor::Reactor reactor(context);
        reactor.call_from_thread([&called, owned] { called = true; });
        auto posted = threads::defer_to_thread([] { return 1; });
        // The thread's answer comes before the reactor goes.
        std::this_thread::sleep_for(20ms);
        std::move(posted).detach();
    }
    context.run();
    BOOST_TEST(!called);
    BOOST_TEST(owned.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(run_until_works_inside_an_io_context) {
    asio::io_context context;
    reactor::Reactor reactor(context);
    BOOST_TEST(reactor.run_until(task::defer_later(1ms, [] { return 3; })) == 3);
    BOOST_TEST(reactor.run_until(threads::defer_to_thread([] { return 4; })) == 4);
}

BOOST_AUTO_TEST_CASE(two_io_contexts_of_one_program_can_have_a_reactor_each) {
    asio::io_context first;
    asio::io_context second;
    std::string order;
    std::thread other([&] {
        reactor::Reactor reactor(second);
        order += std::to_string(reactor.run_until(task::defer_later(1ms, [] { return 2; })));
    });
    other.join();
    reactor::Reactor reactor(first);
    order += std::to_string(reactor.run_until(task::defer_later(1ms, [] { return 1; })));
    BOOST_TEST(order == "21");
}

BOOST_AUTO_TEST_SUITE_END()
