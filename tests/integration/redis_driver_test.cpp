// The Redis driver against a real redis-server, which each test starts on a free port and kills.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/redis.hpp>
#include <cyclone/task.hpp>

BOOST_AUTO_TEST_SUITE(redis_driver)

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using cyclone::Deferred;
using cyclone::reactor::Reactor;
using cyclone::task::defer_later;
namespace redis = cyclone::redis;

namespace {

/// A redis-server of its own, in a folder of its own.
class RedisServer {
public:
    /// `settings` are further lines of its configuration file.
    explicit RedisServer(const std::string& settings = "") : port_(free_port()) {
        std::string name = std::filesystem::temp_directory_path() / "cyclone-redis-XXXXXX";
        folder_ = ::mkdtemp(name.data());
        // What it has answered survives kill -9: it is in the append-only file, if only in the
        // system's cache.
        std::ofstream(folder_ + "/redis.conf")
            << "bind 127.0.0.1\nport " << port_ << "\nunixsocket " << socket_path() << "\ndir "
            << folder_ << "\nlogfile redis.log\nappendonly yes\nappendfsync no\nsave \"\"\n"
            << settings;
        start();
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;
    ~RedisServer() {
        kill();
        std::filesystem::remove_all(folder_);
    }

    void start() {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execlp("redis-server", "redis-server", (folder_ + "/redis.conf").c_str(), nullptr);
            ::_exit(127);
        }
        for (int tries = 0; tries < 500 && !ready(); ++tries) {
            std::this_thread::sleep_for(10ms);
        }
        BOOST_REQUIRE_MESSAGE(ready(), "redis-server does not answer; see " << folder_);
    }
    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }
    void pause() { ::kill(pid_, SIGSTOP); }
    void resume() { ::kill(pid_, SIGCONT); }

    std::string socket_path() const { return folder_ + "/redis.sock"; }
    std::uint16_t port() const { return port_; }

    redis::ConnectionOptions options() const {
        redis::ConnectionOptions options;
        options.port = port_;
        options.backoff = {.initial = 10ms, .longest = 50ms, .factor = 2, .jitter = 0.5};
        return options;
    }

    static std::uint16_t free_port() {
        boost::asio::io_context context;
        tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
        return acceptor.local_endpoint().port();
    }

private:
    // Also when it wants a password; not while it is loading.
    bool ready() const {
        tcp::iostream stream("127.0.0.1", std::to_string(port_));
        stream << "PING\r\n" << std::flush;
        std::string answer;
        std::getline(stream, answer);
        return answer.starts_with("+PONG") || answer.starts_with("-NOAUTH");
    }

    std::uint16_t port_;
    std::string folder_;
    pid_t pid_ = 0;
};

/// Runs a test, which is a coroutine, for at most 30 s.
template <class F>
void run(F test) {
    Reactor reactor;
    reactor.run_until(test().add_timeout(30s));
}

template <class T>
Deferred<std::string> error_of(Deferred<T> deferred) {
    try {
        co_await deferred;
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "it succeeded";
}

/// How each of many commands ended.
struct Tally {
    int ok = 0;
    int unknown = 0;  // it may have run
    int not_run = 0;
    int other = 0;
    int all() const { return ok + unknown + not_run + other; }
};

Deferred<> tally(Deferred<std::int64_t> command, Tally& into) {
    try {
        co_await command;
        ++into.ok;
    } catch (const redis::ConnectionLost& error) {
        ++(error.may_have_run ? into.unknown : into.not_run);
    } catch (const redis::TimeoutError& error) {
        ++(error.may_have_run ? into.unknown : into.not_run);
    } catch (...) {
        ++into.other;
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(typed_commands_round_trip_over_a_lazy_pool) {
    RedisServer server;
    run([&]() -> Deferred<> {
        auto db = redis::lazy_connection_pool("127.0.0.1", server.port(), 0, 3);
        const std::string binary("\0\r\n\xff", 4);
        co_await db.set("k", binary);
        const auto value = co_await db.get("k");
        BOOST_CHECK(value == binary);
        const auto none = co_await db.get("none");
        BOOST_CHECK(!none);
        const bool set_again = co_await db.set("k", "x", {.only_if_not_exists = true});
        BOOST_TEST(!set_again);
        const std::map<std::string, int> both{{"a", 1}, {"b", 2}};
        co_await db.mset(both);
        const auto values = co_await db.mget<std::vector<std::optional<int>>>("a", "none", "b");
        BOOST_CHECK((values == std::vector<std::optional<int>>{1, std::nullopt, 2}));
        co_await db.hset("h", "one", 1, "two", 2);
        const auto hash = co_await db.hgetall<std::map<std::string, int>>("h");
        BOOST_CHECK((hash == std::map<std::string, int>{{"one", 1}, {"two", 2}}));
        const std::vector<int> numbers{1, 2, 3};
        co_await db.rpush("l", numbers);
        const auto list = co_await db.lrange<std::vector<int>>("l");
        BOOST_CHECK(list == numbers);
        co_await db.sadd("s", "x", "y");
        const auto members = co_await db.smembers("s");
        BOOST_CHECK((members == std::set<std::string>{"x", "y"}));
        co_await db.zadd("z", 1.5, "low", 2.5, "high");
        const auto scored = co_await db.zrangebyscore_withscores("z", "-inf", "(2.5");
        BOOST_CHECK((scored == redis::ScoredMembers{{"low", 1.5}}));
        const auto page = co_await db.scan(0, {.match = "z*", .count = 1000});
        BOOST_TEST(page.second.size() == 1U);
        const auto sum =
            co_await db.eval<int>("return ARGV[1] + #KEYS", std::array{"k"}, std::array{41});
        BOOST_TEST(sum == 42);
    });
}

BOOST_AUTO_TEST_CASE(errors_keep_the_words_of_the_server_and_disturb_no_other) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        co_await db.set("text", "abc");
        auto bad = db.incr("text");
        auto good = db.get("text");
        const auto error = co_await error_of(std::move(bad));
        BOOST_TEST(error == "redis: INCR: ERR value is not an integer or out of range");
        const auto value = co_await good;
        BOOST_TEST(value.value() == "abc");
        const auto type = co_await error_of(db.get<int>("text"));
        BOOST_TEST(type.starts_with("redis: GET answered the string \"abc\", which is not"));
        BOOST_CHECK_THROW((void)db.command("SUBSCRIBE", "x"), std::invalid_argument);
    });
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_commands_of_one_turn_are_answered_in_order) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        std::vector<Deferred<std::int64_t>> all;
        for (int i = 0; i < 100000; ++i) {
            all.push_back(db.incr("n"));
        }
        std::int64_t wanted = 0;
        for (auto& each : all) {
            const auto value = co_await each;
            BOOST_REQUIRE_EQUAL(value, ++wanted);
        }
        const auto stats = co_await db.info("stats");
        const auto reads = stats.find("total_reads_processed:");
        BOOST_TEST(std::stol(stats.substr(reads + 22)) < 2000, "they did not leave together");
    });
}

BOOST_AUTO_TEST_CASE(a_cancelled_command_frees_its_place_and_the_next_gets_its_own_reply) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        co_await db.ready();
        auto first = db.echo("first");
        { auto dropped = db.echo("dropped"); }
        auto unsent = db.set("unsent", 1);
        unsent.cancel();
        auto second = db.echo("second");
        const auto one = co_await first;
        const auto two = co_await second;
        BOOST_TEST(one == "first");
        BOOST_TEST(two == "second");
        auto slow = db.command("BLPOP", "nothing", 1).add_timeout(50ms);
        const auto error = co_await error_of(std::move(slow));
        BOOST_TEST(error != "it succeeded");
        const auto after = co_await db.echo("after");
        BOOST_TEST(after == "after");
        const bool exists = co_await db.exists("unsent");
        BOOST_TEST(!exists);
    });
}

BOOST_AUTO_TEST_CASE(a_transaction_is_one_write_and_others_on_its_connection_keep_their_replies) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        auto t = co_await db.multi();
        t.set("a", 1);
        t.incr("a");
        auto other = db.incr("b");
        t.hget("a", "field");
        auto committing = t.commit();
        auto later = db.get("a");
        const auto results = co_await committing;
        BOOST_TEST(results.size() == 3U);
        BOOST_TEST(results[0].as<std::string>() == "OK");
        BOOST_TEST(results[1].as<int>() == 2);
        BOOST_TEST(results[2].is_error());
        const auto b = co_await other;
        BOOST_TEST(b == 1);
        const auto a = co_await later;
        BOOST_TEST(a.value() == "2");
        BOOST_CHECK_THROW(t.set("a", 1), std::logic_error);

        auto refused = co_await db.multi();
        refused.set("a", 5);
        refused.command("NOSUCH");
        const auto error = co_await error_of(refused.commit());
        BOOST_TEST(error.starts_with("redis: EXEC: EXECABORT"));
        BOOST_TEST(error.find("unknown command") != std::string::npos);
        const auto unchanged = co_await db.get("a");
        BOOST_TEST(unchanged.value() == "2");
    });
}

BOOST_AUTO_TEST_CASE(
    a_watched_key_that_was_changed_fails_the_commit_and_transactions_wait_in_turn) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        auto t = co_await db.watch("k");
        t.set("k", "mine");
        co_await db.set("k", "theirs");
        // Its EXEC would end the watch of the other, so it waits for it.
        auto plain = co_await db.multi();
        plain.set("p", 1);
        auto plain_commit = plain.commit();
        BOOST_CHECK_THROW(co_await t.commit(), redis::WatchError);
        co_await plain_commit;
        const auto value = co_await db.get("k");
        BOOST_TEST(value.value() == "theirs");

        auto again = co_await db.watch("k");
        again.set("k", "mine");
        co_await again.commit();
        const auto mine = co_await db.get("k");
        BOOST_TEST(mine.value() == "mine");
        auto dropped = co_await db.watch("k");
        dropped.discard();
        co_await db.set("k", 1);
        auto unwatched = co_await db.multi();
        unwatched.incr("k");
        const auto results = co_await unwatched.commit();
        BOOST_TEST(results[0].as<int>() == 2);
    });
}

BOOST_AUTO_TEST_CASE(concurrent_watches_on_a_pool_lose_no_increment) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::ConnectionPool db(server.options(), 3);
        const auto increment = [](redis::ConnectionPool pool) -> Deferred<> {
            for (;;) {
                auto t = co_await pool.watch("n");
                const auto n = co_await pool.get<std::optional<int>>("n");
                t.set("n", n.value_or(0) + 1);
                try {
                    co_await t.commit();
                    co_return;
                } catch (const redis::WatchError&) {
                }
            }
        };
        std::vector<Deferred<>> all;
        for (int i = 0; i < 20; ++i) {
            all.push_back(increment(db));
        }
        co_await cyclone::gather_results(std::move(all));
        const auto n = co_await db.get<int>("n");
        BOOST_TEST(n == 20);
    });
}

BOOST_AUTO_TEST_CASE(a_server_killed_under_load_ends_every_command_exactly_once) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Connection db(server.options());
        int lost = 0;
        db.on_lost([&](const std::string&) { ++lost; });
        Tally ended;
        std::vector<Deferred<>> all;
        for (int round = 0; round < 200; ++round) {
            for (int i = 0; i < 200; ++i) {
                all.push_back(tally(db.incr("n"), ended));
            }
            if (round == 60 || round == 120) {
                // In the middle of a burst, of which the first replies are there.
                const int before = ended.ok;
                for (int i = 0; i < 50000; ++i) {
                    all.push_back(tally(db.incr("n"), ended));
                }
                while (ended.ok < before + 1000) {
                    co_await defer_later(0s);
                }
                server.kill();
            }
            if (round == 70 || round == 130) {
                server.start();
            }
            co_await defer_later(1ms);
        }
        co_await cyclone::gather_results(std::move(all));
        BOOST_TEST(ended.all() == 200 * 200 + 2 * 50000);
        BOOST_TEST(ended.not_run == 0);
        BOOST_TEST(ended.unknown > 0);
        BOOST_TEST(ended.other == 0);
        BOOST_TEST(lost >= 2);
        const auto n = co_await db.get<int>("n");
        BOOST_TEST(n >= ended.ok);
        BOOST_TEST(n <= ended.ok + ended.unknown);
        BOOST_TEST_MESSAGE("ok " << ended.ok << ", unknown " << ended.unknown << ", n " << n);
    });
}

BOOST_AUTO_TEST_CASE(a_hung_server_gives_timeouts_and_is_used_again_afterwards) {
    RedisServer server;
    run([&]() -> Deferred<> {
        auto options = server.options();
        options.command_timeout = 200ms;
        options.connect_timeout = 100ms;
        redis::Connection db(options);
        std::string reason;
        db.on_lost([&](const std::string& why) { reason = why; });
        co_await db.set("k", 1);
        server.pause();
        const auto start = std::chrono::steady_clock::now();
        const auto sent = co_await error_of(db.get("k"));
        const auto took = std::chrono::steady_clock::now() - start;
        BOOST_TEST(sent.find("GET: no reply in time") != std::string::npos, sent);
        BOOST_TEST((took >= 200ms && took < 1s));
        const auto unsent = co_await error_of(db.get("k"));
        BOOST_TEST(unsent.find("GET: it could not be sent in time: it ") != std::string::npos,
                   unsent);
        BOOST_TEST(reason.find("did not answer within 100 ms") != std::string::npos, reason);
        server.resume();
        for (std::string again; again != "it succeeded";) {
            again = co_await error_of(db.get("k"));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_missing_or_wrong_password_fails_what_waits_in_the_words_of_the_server) {
    RedisServer server("requirepass right\n");
    run([&]() -> Deferred<> {
        auto options = server.options();
        redis::Connection nobody(options);
        const auto missing = co_await error_of(nobody.get("k"));
        BOOST_TEST(missing == "redis: PING: NOAUTH Authentication required.");
        options.password = "wrong";
        redis::Connection wrong(options);
        const auto refused = co_await error_of(wrong.get("k"));
        BOOST_TEST(refused.starts_with("redis: AUTH: WRONGPASS"));
        redis::Monitor monitor(options);
        const auto monitored = co_await error_of(monitor.next());
        BOOST_TEST(monitored.starts_with("redis: AUTH: WRONGPASS"));

        options.password = "right";
        redis::Connection right(options);
        // It comes back by itself when the password becomes what it has.
        co_await right.config_set("requirepass", "wrong");
        for (std::string error; error != "it succeeded";) {
            error = co_await error_of(wrong.get("k"));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_unix_socket_a_database_and_a_client_name) {
    RedisServer server;
    run([&]() -> Deferred<> {
        auto options =
            redis::parse_url("unix:" + server.socket_path() + "?db=3&client_name=tester");
        redis::Connection db(options);
        co_await db.set("in3", 1);
        const auto clients = co_await db.client_list();
        BOOST_TEST(clients.find("name=tester") != std::string::npos);
        co_await db.select(0);
        const bool in_zero = co_await db.exists("in3");
        BOOST_TEST(!in_zero);
        server.kill();
        server.start();
        co_await error_of(db.ping());
        const auto size = co_await db.dbsize();
        BOOST_TEST(size == 0, "the database is not the selected one after a reconnection");
    });
}

BOOST_AUTO_TEST_CASE(tls_verifies_the_server_unless_told_not_to) {
    const std::string name = (std::filesystem::temp_directory_path() / "cyclone-tls-");
    const std::string base = name + std::to_string(::getpid());
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout " +
        base + ".key -out " + base + ".crt 2>/dev/null";
    BOOST_REQUIRE(std::system(command.c_str()) == 0);
    const std::uint16_t port = RedisServer::free_port();
    RedisServer server("tls-port " + std::to_string(port) + "\ntls-cert-file " + base +
                       ".crt\ntls-key-file " + base + ".key\ntls-ca-cert-file " + base +
                       ".crt\ntls-auth-clients no\n");
    run([&]() -> Deferred<> {
        auto options = redis::parse_url("rediss://localhost:" + std::to_string(port));
        options.tls_options.ca_file = base + ".crt";
        redis::Connection db(options);
        const std::string large(3'000'000, 'x');
        auto setting = db.set("large", large);
        auto getting = db.get("large");
        co_await setting;
        const auto value = co_await getting;
        BOOST_CHECK(value == large);

        options.host = "127.0.0.1";
        const auto other_name = co_await error_of(redis::connection(options));
        BOOST_TEST(other_name.find("certificate verify failed") != std::string::npos, other_name);
        options.tls_options.verify = false;
        const auto unverified = co_await error_of(redis::connection(options));
        BOOST_TEST(unverified == "it succeeded");
    });
    std::filesystem::remove(base + ".key");
    std::filesystem::remove(base + ".crt");
}

BOOST_AUTO_TEST_CASE(a_connection_object_that_ends_fails_what_is_pending) {
    RedisServer server;
    run([&]() -> Deferred<> {
        std::optional<redis::Connection> db(server.options());
        co_await db->ready();
        auto unsent = error_of(db->get("k"));
        auto blocked = error_of(db->command("BLPOP", "nothing", 0));
        co_await defer_later(20ms);
        auto pending = error_of(db->get("k"));
        db.reset();
        const auto error = co_await blocked;
        BOOST_TEST(error.find("BLPOP: the Connection object was destroyed; whether") !=
                   std::string::npos);
        const auto not_sent = co_await pending;
        BOOST_TEST(not_sent.find("the Connection object was destroyed") != std::string::npos);
        co_await unsent;
    });
    std::optional<redis::Connection> survivor;
    {
        Reactor reactor;
        survivor.emplace(server.options());
        reactor.run_until(survivor->ready());
    }
    BOOST_TEST(!survivor->connected());
}

BOOST_AUTO_TEST_CASE(a_monitor_hands_out_every_line_and_comes_back_after_a_loss) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Monitor monitor(server.options());
        const auto first = co_await monitor.next();
        BOOST_TEST(first.empty());
        BOOST_TEST(monitor.connected());
        redis::Connection db(server.options());
        std::vector<Deferred<>> all;
        for (int i = 0; i < 50000; ++i) {
            all.push_back(db.command<void>("SET", "key " + std::to_string(i), "v\r\n"));
        }
        int seen = 0;
        int batches = 0;
        while (seen < 50000) {
            const auto lines = co_await monitor.next();
            ++batches;
            for (const std::string_view line : lines) {
                if (line.find("\"SET\"") != line.npos) {
                    BOOST_REQUIRE(
                        line.ends_with("\"SET\" \"key " + std::to_string(seen) + "\" \"v\\r\\n\""));
                    ++seen;
                }
            }
        }
        BOOST_TEST(batches < 5000);
        co_await cyclone::gather_results(std::move(all));

        BOOST_CHECK_THROW(co_await monitor.next().add_timeout(50ms), cyclone::TimeoutError);
        BOOST_TEST(monitor.connected());
        auto waiting = error_of(monitor.next());
        server.kill();
        const auto lost = co_await waiting;
        BOOST_TEST(lost == "redis: " + server.options().address() +
                               ": MONITOR: the server closed the connection");
        const auto away = co_await error_of(monitor.next());
        BOOST_TEST(away.ends_with("MONITOR: it cannot be reached: Connection refused"), away);
        server.start();
        const auto back = co_await monitor.next();
        BOOST_TEST(back.empty());
        auto ending = error_of(monitor.next());
        monitor.disconnect();
        const auto ended = co_await ending;
        BOOST_TEST(ended.ends_with("MONITOR: disconnect() was called"), ended);
    });
}

BOOST_AUTO_TEST_CASE(a_subscriber_gets_messages_in_order_and_subscribes_again_after_a_loss) {
    RedisServer server;
    run([&]() -> Deferred<> {
        redis::Subscriber subscriber(server.options(), 10);
        redis::Connection db(server.options());
        co_await subscriber.subscribe("news");
        co_await subscriber.psubscribe("w*");
        std::vector<Deferred<std::int64_t>> all;
        for (int i = 0; i < 1000; ++i) {
            all.push_back(db.publish(i % 2 == 0 ? "news" : "weather", i));
        }
        co_await cyclone::gather_results(std::move(all));
        for (int i = 0; i < 1000; ++i) {
            const auto message = co_await subscriber.next();
            BOOST_REQUIRE_EQUAL(message.payload, std::to_string(i));
            BOOST_REQUIRE_EQUAL(message.pattern, i % 2 == 0 ? "" : "w*");
        }
        BOOST_CHECK_THROW(co_await subscriber.next().add_timeout(20ms), cyclone::TimeoutError);
        co_await subscriber.unsubscribe("news");

        auto waiting = subscriber.next();
        server.kill();
        server.start();
        for (std::int64_t receivers = 0; receivers == 0;) {
            receivers =
                co_await db.publish("weather", "back").add_errback([](const cyclone::Failure&) {
                    return std::int64_t{0};
                });
            co_await defer_later(5ms);
        }
        const auto message = co_await waiting;
        BOOST_TEST(message.payload == "back");
        auto last = error_of(subscriber.next());
        subscriber.disconnect();
        const auto error = co_await last;
        BOOST_TEST(error.ends_with("the Subscriber has ended: disconnect() was called"), error);
    });
}

BOOST_AUTO_TEST_SUITE_END()
