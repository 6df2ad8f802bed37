// RFC 6455 5.5.1 and 7: the closing handshake and its codes. The cases carry the numbers that the
// Autobahn suite has for the same matter.

#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_close)

using namespace std::string_literals;
using namespace cyclone::websocket;
using wire::check_echo;
using wire::close_of;
using wire::from_client;

BOOST_AUTO_TEST_CASE(case_7_1_1_a_message_then_a_close_are_answered_in_this_order) {
    check_echo(from_client(0x81, "Hello World!") + from_client(0x88, close_of(1000)),
               {"text Hello World!", "close 1000"});
}

BOOST_AUTO_TEST_CASE(case_7_1_2_to_7_1_4_nothing_after_a_close_is_answered) {
    const std::string close = from_client(0x88, close_of(1000));
    check_echo(close + close, {"close 1000"});
    check_echo(close + from_client(0x89, "ping"), {"close 1000"});
    check_echo(close + from_client(0x81, "Hello World!"), {"close 1000"});
}

BOOST_AUTO_TEST_CASE(case_7_1_5_a_close_between_fragments_ends_the_message) {
    check_echo(from_client(0x01, "fragment1") + from_client(0x88, close_of(1000)) +
                   from_client(0x80, "fragment2"),
               {"close 1000"});
}

BOOST_AUTO_TEST_CASE(case_7_1_6_a_close_behind_a_long_message_comes_behind_its_echo) {
    const std::string payload(256 * 1024, 'b');
    check_echo(from_client(0x81, payload) + from_client(0x81, "Hello World!") +
                   from_client(0x88, close_of(1000)) + from_client(0x89, "ping"),
               {"text " + wire::shortened(payload), "text Hello World!", "close 1000"});
}

BOOST_AUTO_TEST_CASE(case_7_3_1_an_empty_close_is_answered_by_one) {
    check_echo(from_client(0x88), {"close"});
}

BOOST_AUTO_TEST_CASE(case_7_3_2_a_close_with_one_byte_is_a_protocol_error) {
    check_echo(from_client(0x88, "a"), {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_7_3_3_to_7_3_5_codes_with_reasons_up_to_123_bytes) {
    check_echo(from_client(0x88, close_of(1000)), {"close 1000"});
    check_echo(from_client(0x88, close_of(1000, "Hello World!")), {"close 1000"});
    check_echo(from_client(0x88, close_of(1000, std::string(123, '*'))), {"close 1000"});
}

BOOST_AUTO_TEST_CASE(case_7_3_6_a_reason_of_124_bytes_is_a_protocol_error) {
    check_echo(from_client(0x88, close_of(1000, std::string(124, '*'))), {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_7_5_1_a_reason_that_is_no_utf8_is_refused) {
    check_echo(from_client(0x88, close_of(1000, "\xce\xba\xe1\xbd\xb9\xed\xa0\x80 edited")),
               {"close 1007"});
}

BOOST_AUTO_TEST_CASE(case_7_7_every_code_that_may_be_sent_is_returned) {
    for (const unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u,
                                1012u, 1013u, 1014u, 3000u, 3999u, 4000u, 4999u}) {
        check_echo(from_client(0x88, close_of(code)), {"close " + std::to_string(code)});
    }
}

BOOST_AUTO_TEST_CASE(case_7_9_and_7_13_every_code_that_may_not_be_sent_is_a_protocol_error) {
    for (const unsigned code :
         {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u}) {
        check_echo(from_client(0x88, close_of(code)), {"close 1002"});
    }
}

BOOST_AUTO_TEST_CASE(the_peers_code_and_reason_are_known_afterwards) {
    Session session(SessionSettings{});
    std::string bytes = from_client(0x88, close_of(4001, "enough"));
    std::span<char> left(bytes);
    BOOST_TEST((session.receive(left) == Session::Event::closed));
    BOOST_TEST(session.close_status().code.value() == 4001);
    BOOST_TEST(session.close_status().reason == "enough");
    BOOST_TEST(session.ended());
    BOOST_TEST(!session.failed());
}

BOOST_AUTO_TEST_CASE(a_close_of_ours_ends_the_session_when_the_peer_has_returned_it) {
    Session session(SessionSettings{});
    session.close(1001, "maintenance");
    BOOST_TEST(session.output() == "\x88\x0d\x03\xe9maintenance");
    BOOST_TEST(!session.can_send());
    BOOST_TEST(!session.ended());
    session.output().clear();
    session.send({"late", false});
    session.close(1000, "");
    BOOST_TEST(session.output().empty());
    std::string bytes = from_client(0x88, close_of(1001));
    std::span<char> left(bytes);
    BOOST_TEST((session.receive(left) == Session::Event::closed));
    BOOST_TEST(session.ended());
    BOOST_TEST(session.output().empty());
}

BOOST_AUTO_TEST_CASE(messages_that_were_on_their_way_when_we_closed_still_arrive) {
    Session session(SessionSettings{});
    session.close(1000, "");
    std::string bytes = from_client(0x81, "crossing") + from_client(0x89, "ping");
    session.output().clear();
    std::span<char> left(bytes);
    BOOST_TEST((session.receive(left) == Session::Event::message));
    BOOST_TEST(session.message().data == "crossing");
    BOOST_TEST((session.receive(left) == Session::Event::ping));
    BOOST_TEST(session.output().empty());
}

BOOST_AUTO_TEST_CASE(a_code_that_may_not_be_sent_is_refused_where_it_is_used) {
    Session session(SessionSettings{});
    BOOST_CHECK_THROW(session.close(1006, ""), std::invalid_argument);
    BOOST_CHECK_THROW(session.close(std::nullopt, "why"), std::invalid_argument);
    BOOST_CHECK_THROW(session.close(1000, "\xff"), std::invalid_argument);
    BOOST_TEST(session.can_send());
}

BOOST_AUTO_TEST_CASE(a_reason_that_is_too_long_is_cut_between_two_characters) {
    std::string reason(122, 'a');
    reason += "\xc3\xa4\xc3\xa4";
    BOOST_TEST(close_payload(1000, reason) == "\x03\xe8"s + std::string(122, 'a'));
}

BOOST_AUTO_TEST_SUITE_END()
