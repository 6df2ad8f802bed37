#include <chrono>
#include <cstdint>
#include <string>

#include <boost/test/unit_test.hpp>

#include <redislive/collector/measured_time.hpp>
#include <redislive/collector/own_client.hpp>
#include <redislive/collector/server_state.hpp>

BOOST_AUTO_TEST_SUITE(redislive_server_state)

using namespace redislive;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t second = 1'000'000;

bool own(OwnClient& client, const std::string& line) {
    MonitorEvent event;
    BOOST_REQUIRE(parse_monitor_line(line, event) == MonitorLineError::none);
    return client.is_own(event);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_server_waits_until_it_has_answered) {
    ServerState state(100 * second);
    BOOST_TEST(state.status().state == "waiting");
    BOOST_TEST(state.status().since == 100);
    BOOST_TEST(state.take_changed());
    state.answered(101 * second, 250us);
    BOOST_TEST(state.status().state == "ok");
    BOOST_TEST(state.status().since == 101);
    BOOST_TEST(state.status().latency_ms.value() == 0.25);
    BOOST_TEST(state.take_changed());
    state.answered(102 * second, 1ms);
    BOOST_TEST(state.status().since == 101);
    BOOST_TEST(!state.take_changed());
}

BOOST_AUTO_TEST_CASE(the_delay_grows_while_a_server_is_lost_and_begins_anew_once_it_answers) {
    ServerState state(100 * second, 1);
    state.answered(100 * second, 1ms);
    const auto first = state.lost(101 * second, "Connection refused");
    BOOST_TEST(first.count() <= 50);
    BOOST_TEST(state.status().state == "lost");
    BOOST_TEST(state.status().since == 101);
    BOOST_TEST(state.status().reason.value() == "Connection refused");
    BOOST_TEST(state.status().retry_at.value() == 102);
    BOOST_TEST(!state.status().latency_ms.has_value());
    std::chrono::milliseconds last{};
    for (int i = 0; i < 20; ++i) {
        last = state.lost(102 * second, "Connection refused");
    }
    BOOST_TEST(last.count() >= 800);
    BOOST_TEST(last.count() <= 1000);
    BOOST_TEST(state.status().since == 101);
    state.answered(103 * second, 1ms);
    BOOST_TEST(!state.status().retry_at.has_value());
    BOOST_TEST(!state.status().reason.has_value());
    BOOST_TEST(state.lost(104 * second, "x").count() <= 50);
}

BOOST_AUTO_TEST_CASE(another_reason_is_told_though_the_state_is_the_same) {
    ServerState state(100 * second);
    state.refused(100 * second, "NOAUTH Authentication required.");
    BOOST_TEST(state.take_changed());
    state.refused(101 * second, "NOAUTH Authentication required.");
    BOOST_TEST(!state.take_changed());
    state.refused(102 * second, "WRONGPASS invalid username-password pair");
    BOOST_TEST(state.take_changed());
    BOOST_TEST(state.status().since == 100);
}

BOOST_AUTO_TEST_CASE(a_server_that_loads_its_data_waits) {
    ServerState state(100 * second);
    state.answered(100 * second, 1ms, true);
    BOOST_TEST(state.status().state == "waiting");
    BOOST_TEST(state.status().reason.value().starts_with("LOADING"));
    state.not_ready(101 * second, "LOADING Redis is loading the dataset in memory");
    BOOST_TEST(state.status().state == "waiting");
    BOOST_TEST(state.status().retry_at.has_value());
    state.silent(102 * second, 3s);
    BOOST_TEST(state.status().state == "lost");
    BOOST_TEST(state.status().reason.value() == "it has given no answer for 3 s");
    BOOST_TEST(!state.status().retry_at.has_value());
    state.busy(103 * second, "BUSY Redis is busy running a script.");
    BOOST_TEST(state.status().state == "waiting");
}

BOOST_AUTO_TEST_CASE(the_words_are_those_of_the_server) {
    const std::string address = "127.0.0.1:6379";
    const auto words = [&](const std::string& error) { return server_words(error, address); };
    BOOST_TEST(words("redis: 127.0.0.1:6379: it cannot be reached: Connection refused") ==
               "Connection refused");
    BOOST_TEST(words("redis: 127.0.0.1:6379: MONITOR: the server closed the connection") ==
               "the server closed the connection");
    BOOST_TEST(words("redis: 127.0.0.1:6379: it is not ready: LOADING Redis is loading") ==
               "LOADING Redis is loading");
    BOOST_TEST(words("redis: 127.0.0.1:6379: MONITOR: it refuses AUTH: WRONGPASS invalid") ==
               "WRONGPASS invalid");
    BOOST_TEST(words("something else") == "something else");
}

BOOST_AUTO_TEST_CASE(between_two_connections_there_is_a_gap_of_whole_seconds) {
    MeasuredTime measured;
    BOOST_TEST(!measured.began(100 * second + 1).has_value());
    BOOST_TEST(!measured.growing(105 * second).has_value());
    measured.ended(110 * second + 1);
    BOOST_TEST((measured.growing(112 * second).value() == Gap{110, 112}));
    measured.ended(113 * second);
    BOOST_TEST((measured.began(115 * second + 1).value() == Gap{110, 116}));
    BOOST_TEST(!measured.growing(120 * second).has_value());
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_has_stored_begins_the_gap_before_ours) {
    MeasuredTime early;
    BOOST_TEST(!early.recorded_until(50).has_value());
    BOOST_TEST((early.growing(60 * second).value() == Gap{50, 60}));
    BOOST_TEST((early.began(100 * second).value() == Gap{50, 100}));

    MeasuredTime late;
    BOOST_TEST(!late.began(100 * second).has_value());
    BOOST_TEST((late.recorded_until(50).value() == Gap{50, 100}));

    MeasuredTime seamless;
    BOOST_TEST(!seamless.began(100 * second).has_value());
    BOOST_TEST(!seamless.recorded_until(100).has_value());
}

BOOST_AUTO_TEST_CASE(our_own_commands_are_told_by_the_address_of_our_connection) {
    OwnClient client = OwnClient::from_client_info(
        "id=3 addr=127.0.0.1:43858 laddr=127.0.0.1:6379 fd=8 name=redislive-1 age=0\n");
    BOOST_TEST(client.address() == "127.0.0.1:43858");
    BOOST_TEST(own(client, R"(1700000000.000001 [0 127.0.0.1:43858] "info")"));
    BOOST_TEST(!own(client, R"(1700000000.000001 [0 127.0.0.1:43859] "info")"));
    OwnClient unknown;
    BOOST_TEST(!own(unknown, R"(1700000000.000001 [0 127.0.0.1:43859] "info")"));
}

BOOST_AUTO_TEST_CASE(in_a_list_of_clients_ours_is_found_by_its_name) {
    const OwnClient client = OwnClient::from_client_list(
        "id=1 addr=10.0.0.1:1 fd=7 name= age=0\n"
        "id=2 addr=[::1]:2 fd=8 name=redislive-1 age=0\n"
        "id=3 addr=10.0.0.1:3 fd=9 name=redislive-12 age=0\n",
        "redislive-1");
    BOOST_TEST(client.address() == "[::1]:2");
    BOOST_TEST(OwnClient::from_client_list("id=1 addr=10.0.0.1:1 name=x\n", "y").address().empty());
}

BOOST_AUTO_TEST_CASE(of_the_clients_of_a_unix_socket_as_many_infos_are_ours_as_were_asked) {
    OwnClient client =
        OwnClient::from_client_info("id=3 addr=/run/redis.sock:0 fd=8 name=redislive-1\n");
    const std::string info = R"(1700000000.000001 [0 unix:/run/redis.sock] "info")";
    BOOST_TEST(!own(client, info));
    client.asked();
    BOOST_TEST(!own(client, R"(1700000000.000001 [0 unix:/run/redis.sock] "get" "info")"));
    BOOST_TEST(own(client, info));
    BOOST_TEST(!own(client, info));
}

BOOST_AUTO_TEST_SUITE_END()
