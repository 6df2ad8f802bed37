// RFC 6455 10.4: what a peer may make us hold, and long messages. The cases carry the numbers that
// the Autobahn suite has for the same matter, with sizes that a test can afford.

#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_limits)

using namespace std::string_literals;
using namespace cyclone::websocket;
using wire::Answers;
using wire::check_echo;
using wire::from_client;

BOOST_AUTO_TEST_CASE(case_9_1_and_9_2_long_messages_are_echoed) {
    for (const std::size_t size : {64u * 1024, 256u * 1024, 1024u * 1024, 4u * 1024 * 1024}) {
        const std::string payload(size, '\x7f');
        for (const unsigned first : {0x81u, 0x82u}) {
            const Answers expected{(first == 0x81 ? "text " : "binary ") +
                                   wire::shortened(payload)};
            BOOST_TEST(wire::echoed(from_client(first, payload)) == expected,
                       boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(case_9_1_6_and_9_2_6_messages_of_16_mib_are_echoed) {
    const SessionSettings settings{.max_message_size = 16u << 20};
    const std::string payload(16u << 20, '\x7f');
    BOOST_TEST(wire::echoed(from_client(0x81, payload), std::string::npos, settings) ==
                   Answers{"text " + wire::shortened(payload)},
               boost::test_tools::per_element());
    BOOST_TEST(wire::echoed(from_client(0x82, payload), 16 * 1024, settings) ==
                   Answers{"binary " + wire::shortened(payload)},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(case_9_3_and_9_4_long_messages_in_fragments_of_every_size_are_echoed) {
    const std::string payload(1024 * 1024, 'f');
    for (const std::size_t size : {64u, 256u, 1024u, 4096u, 65536u, 1024u * 1024}) {
        for (const unsigned opcode : {1u, 2u}) {
            std::string bytes;
            for (std::size_t at = 0; at < payload.size(); at += size) {
                const bool last = at + size >= payload.size();
                bytes += from_client((last ? 0x80u : 0u) | (at == 0 ? opcode : 0u),
                                     payload.substr(at, size));
            }
            BOOST_TEST(wire::echoed(bytes) ==
                           Answers{(opcode == 1 ? "text " : "binary ") + wire::shortened(payload)},
                       boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(case_9_7_and_9_8_a_thousand_messages_of_each_size_are_echoed) {
    for (const std::size_t size : {0u, 16u, 64u, 256u, 1024u, 4096u}) {
        for (const unsigned first : {0x81u, 0x82u}) {
            const std::string payload(size, 'r');
            std::string bytes;
            for (int i = 0; i < 1000; ++i) {
                bytes += from_client(first, payload);
            }
            const Answers expected(
                1000, (first == 0x81 ? "text " : "binary ") + wire::shortened(payload));
            BOOST_TEST((wire::echoed(bytes, 16 * 1024) == expected));
        }
    }
}

BOOST_AUTO_TEST_CASE(case_9_5_and_9_6_long_messages_cut_in_small_pieces_are_echoed) {
    const std::string payload(256 * 1024, 'c');
    for (const std::size_t chop : {64u, 128u, 512u, 2048u}) {
        BOOST_TEST(wire::echoed(from_client(0x81, payload), chop) ==
                       Answers{"text " + wire::shortened(payload)},
                   boost::test_tools::per_element());
        BOOST_TEST(wire::echoed(from_client(0x82, payload), chop) ==
                       Answers{"binary " + wire::shortened(payload)},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(case_10_1_1_a_message_in_fragments_of_1300_bytes_is_echoed) {
    const std::string payload(65536, '*');
    std::string bytes;
    for (std::size_t at = 0; at < payload.size(); at += 1300) {
        bytes += from_client((at + 1300 >= payload.size() ? 0x80u : 0u) | (at == 0 ? 1u : 0u),
                             payload.substr(at, 1300));
    }
    check_echo(bytes, {"text " + wire::shortened(payload)});
}

BOOST_AUTO_TEST_CASE(a_message_as_long_as_the_limit_passes_and_one_byte_more_is_1009) {
    const SessionSettings settings{.max_message_size = 100};
    check_echo(from_client(0x81, std::string(100, 'a')), {"text " + std::string(100, 'a')},
               settings);
    check_echo(from_client(0x81, std::string(101, 'a')), {"close 1009"}, settings);
}

BOOST_AUTO_TEST_CASE(the_limit_is_one_of_the_message_not_of_its_fragments) {
    const SessionSettings settings{.max_message_size = 100};
    check_echo(from_client(0x02, std::string(60, 'a')) + from_client(0x80, std::string(40, 'a')),
               {"binary " + std::string(100, 'a')}, settings);
    check_echo(from_client(0x02, std::string(60, 'a')) + from_client(0x80, std::string(41, 'a')),
               {"close 1009"}, settings);
    // The next message begins to count anew.
    check_echo(from_client(0x82, std::string(90, 'a')) + from_client(0x82, std::string(90, 'b')),
               {"binary " + std::string(90, 'a'), "binary " + std::string(90, 'b')}, settings);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_is_refused_by_its_head_before_its_bytes_come) {
    check_echo("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00"s, {"close 1009"});
}

BOOST_AUTO_TEST_CASE(a_long_message_that_is_only_announced_takes_no_memory) {
    Session session({.max_message_size = 1u << 30});
    std::string bytes = from_client(0x82, std::string(1000, 'a'));
    bytes[1] = '\xff';
    bytes = "\x82\xff\x00\x00\x00\x00\x20\x00\x00\x00"s + bytes.substr(4);
    std::span<char> left(bytes);
    BOOST_TEST((session.receive(left) == Session::Event::none));
    bytes = from_client(0x89, "within the payload");
    left = bytes;
    BOOST_TEST((session.receive(left) == Session::Event::none));
}

BOOST_AUTO_TEST_CASE(a_message_that_came_in_one_piece_is_not_copied) {
    Session session(SessionSettings{});
    std::string bytes = from_client(0x82, "here it lies");
    std::span<char> left(bytes);
    BOOST_TEST((session.receive(left) == Session::Event::message));
    BOOST_TEST(static_cast<const void*>(session.message().data.data()) ==
               static_cast<const void*>(bytes.data() + 6));
}

BOOST_AUTO_TEST_CASE(a_message_that_is_taken_can_be_kept) {
    Session session(SessionSettings{});
    Message whole;
    Message put_together;
    {
        std::string bytes =
            from_client(0x81, "whole") + from_client(0x02, "in ") + from_client(0x80, "pieces");
        std::span<char> left(bytes);
        BOOST_TEST((session.receive(left) == Session::Event::message));
        whole = session.take_message();
        BOOST_TEST((session.receive(left) == Session::Event::message));
        put_together = session.take_message();
    }
    BOOST_TEST((whole == Message{"whole", false}));
    BOOST_TEST((put_together == Message{"in pieces", true}));
}

BOOST_AUTO_TEST_CASE(a_ping_carries_125_bytes_at_most) {
    Session session(SessionSettings{});
    session.ping(std::string(125, 'p'));
    BOOST_TEST(session.output().size() == 127u);
    BOOST_CHECK_THROW(session.ping(std::string(126, 'p')), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
