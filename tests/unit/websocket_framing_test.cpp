// RFC 6455 5: frames, control frames, reserved bits and opcodes, fragmentation. The cases carry the
// numbers that the Autobahn suite has for the same matter.

#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_framing)

using namespace std::string_literals;
using wire::Answers;
using wire::check_echo;
using wire::from_client;

namespace {

/// A text or binary message of `size` bytes comes back.
void check_length(unsigned first, std::size_t size) {
    const std::string payload(size, '*');
    check_echo(from_client(first, payload),
               {(first == 0x81 ? "text " : "binary ") + wire::shortened(payload)});
}

constexpr std::size_t lengths[] = {0, 125, 126, 127, 128, 65535, 65536};

}  // namespace

BOOST_AUTO_TEST_CASE(case_1_1_text_messages_of_every_form_of_length_are_echoed) {
    for (const std::size_t size : lengths) {
        check_length(0x81, size);
    }
}

BOOST_AUTO_TEST_CASE(case_1_2_binary_messages_of_every_form_of_length_are_echoed) {
    for (const std::size_t size : lengths) {
        check_length(0x82, size);
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_is_not_in_its_shortest_form_is_a_protocol_error) {
    check_echo("\x81\xfe\x00\x05\x00\x00\x00\x00hello"s, {"close 1002"});
    check_echo("\x82\xff\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00hello"s, {"close 1002"});
    check_echo("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00"s, {"close 1002"});
}

BOOST_AUTO_TEST_CASE(a_length_of_64_bits_is_a_protocol_error) {
    check_echo("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"s, {"close 1002"});
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_not_masked_fails_a_client) {
    check_echo("\x81\x05hello"s, {"close 1002"});
    check_echo("\x89\x00"s, {"close 1002"});
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_masked_fails_a_server) {
    cyclone::websocket::Session client({.role = cyclone::websocket::Role::client});
    std::string bytes = from_client(0x81, "hello");
    std::span<char> left(bytes);
    BOOST_TEST((client.receive(left) == cyclone::websocket::Session::Event::closed));
    BOOST_TEST(client.why() == "a frame of the server is masked");
}

BOOST_AUTO_TEST_CASE(case_2_1_an_empty_ping_is_answered_by_an_empty_pong) {
    check_echo(from_client(0x89), {"pong "});
}

BOOST_AUTO_TEST_CASE(case_2_2_a_ping_with_text_is_answered_with_it) {
    check_echo(from_client(0x89, "Hello, world!"), {"pong Hello, world!"});
}

BOOST_AUTO_TEST_CASE(case_2_3_a_ping_with_bytes_that_are_no_utf8_is_answered_with_them) {
    check_echo(from_client(0x89, "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s),
               {"pong \x00\xff\xfe\xfd\xfc\xfb\x00\xff"s});
}

BOOST_AUTO_TEST_CASE(case_2_4_and_2_6_a_ping_of_125_bytes_is_answered_however_it_is_cut) {
    check_echo(from_client(0x89, std::string(125, '\xfe')), {"pong " + std::string(125, '\xfe')});
}

BOOST_AUTO_TEST_CASE(case_2_5_a_ping_of_126_bytes_is_a_protocol_error) {
    check_echo(from_client(0x89, std::string(126, '\xfe')), {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_2_7_and_2_8_a_pong_that_nobody_asked_for_is_ignored) {
    check_echo(from_client(0x8a), {});
    check_echo(from_client(0x8a, "unsolicited pong payload"), {});
}

BOOST_AUTO_TEST_CASE(case_2_9_a_ping_after_a_pong_is_answered) {
    check_echo(from_client(0x8a, "unsolicited") + from_client(0x89, "ping"), {"pong ping"});
}

BOOST_AUTO_TEST_CASE(case_2_10_and_2_11_ten_pings_at_once_are_answered_in_their_order) {
    std::string bytes;
    Answers expected;
    for (int i = 0; i < 10; ++i) {
        bytes += from_client(0x89, "payload-" + std::to_string(i));
        expected.push_back("pong payload-" + std::to_string(i));
    }
    check_echo(bytes, expected);
}

BOOST_AUTO_TEST_CASE(case_3_each_reserved_bit_is_a_protocol_error) {
    for (const unsigned bits : {0x10u, 0x20u, 0x30u, 0x40u, 0x50u, 0x60u, 0x70u}) {
        BOOST_TEST_CONTEXT("bits " << bits) {
            check_echo(from_client(0x81 | bits, "Hello, world!"), {"close 1002"});
            check_echo(from_client(0x82 | bits, "Hello, world!"), {"close 1002"});
            check_echo(from_client(0x89 | bits, "Hello, world!"), {"close 1002"});
            check_echo(from_client(0x88 | bits), {"close 1002"});
        }
    }
}

BOOST_AUTO_TEST_CASE(case_3_2_what_came_before_a_reserved_bit_is_still_answered) {
    check_echo(from_client(0x81, "Hello") + from_client(0x91, "Hello") + from_client(0x89),
               {"text Hello", "close 1002"});
}

BOOST_AUTO_TEST_CASE(case_4_each_reserved_opcode_is_a_protocol_error) {
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
        BOOST_TEST_CONTEXT("opcode " << opcode) {
            check_echo(from_client(0x80 | opcode), {"close 1002"});
            check_echo(
                from_client(0x81, "Hello") + from_client(0x80 | opcode, "x") + from_client(0x89),
                {"text Hello", "close 1002"});
        }
    }
}

BOOST_AUTO_TEST_CASE(case_5_1_and_5_2_a_fragmented_ping_or_pong_is_a_protocol_error) {
    check_echo(from_client(0x09, "fragment1") + from_client(0x80, "fragment2"), {"close 1002"});
    check_echo(from_client(0x0a, "fragment1") + from_client(0x80, "fragment2"), {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_5_3_to_5_5_a_message_in_two_fragments_is_echoed_whole) {
    check_echo(from_client(0x01, "fragment1") + from_client(0x80, "fragment2"),
               {"text fragment1fragment2"});
}

BOOST_AUTO_TEST_CASE(case_5_6_to_5_8_a_ping_between_fragments_is_answered_at_once) {
    check_echo(
        from_client(0x01, "fragment1") + from_client(0x89, "ping") + from_client(0x80, "fragment2"),
        {"pong ping", "text fragment1fragment2"});
}

BOOST_AUTO_TEST_CASE(case_5_9_to_5_14_a_continuation_of_nothing_is_a_protocol_error) {
    check_echo(from_client(0x80, "non-continuation payload") + from_client(0x81, "Hello"),
               {"close 1002"});
    check_echo(from_client(0x00, "non-continuation payload") + from_client(0x81, "Hello"),
               {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_5_15_a_continuation_after_the_last_fragment_is_a_protocol_error) {
    check_echo(from_client(0x01, "fragment1") + from_client(0x80, "fragment2") +
                   from_client(0x00, "fragment3") + from_client(0x81, "fragment4"),
               {"text fragment1fragment2", "close 1002"});
}

BOOST_AUTO_TEST_CASE(case_5_16_and_5_17_a_message_that_begins_with_a_continuation_is_refused) {
    check_echo(from_client(0x00, "fragment1") + from_client(0x01, "fragment2") +
                   from_client(0x80, "fragment3"),
               {"close 1002"});
    check_echo(from_client(0x80, "fragment1") + from_client(0x01, "fragment2") +
                   from_client(0x80, "fragment3"),
               {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_5_18_a_message_within_a_message_is_a_protocol_error) {
    check_echo(from_client(0x01, "fragment1") + from_client(0x81, "fragment2"), {"close 1002"});
}

BOOST_AUTO_TEST_CASE(case_5_19_and_5_20_five_fragments_with_pings_between_them) {
    check_echo(from_client(0x01, "fragment1") + from_client(0x00, "fragment2") +
                   from_client(0x89, "ping1") + from_client(0x00, "fragment3") +
                   from_client(0x00, "fragment4") + from_client(0x89, "ping2") +
                   from_client(0x80, "fragment5"),
               {"pong ping1", "pong ping2", "text fragment1fragment2fragment3fragment4fragment5"});
}

BOOST_AUTO_TEST_CASE(empty_fragments_make_an_empty_message) {
    check_echo(from_client(0x02) + from_client(0x00) + from_client(0x80), {"binary "});
    check_echo(from_client(0x01) + from_client(0x00, "middle") + from_client(0x80),
               {"text middle"});
}

BOOST_AUTO_TEST_CASE(every_offset_and_length_is_unmasked_alike) {
    const cyclone::websocket::MaskingKey key{1, 2, 4, 8};
    for (std::size_t size = 0; size < 70; ++size) {
        for (std::uint64_t offset = 0; offset < 9; ++offset) {
            std::string bytes(size, 'a');
            cyclone::websocket::apply_mask(bytes, key, offset);
            std::string expected;
            for (std::size_t i = 0; i < size; ++i) {
                expected += static_cast<char>('a' ^ key[(i + offset) % 4]);
            }
            BOOST_TEST(bytes == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_client_masks_each_frame_with_another_key) {
    cyclone::websocket::Session client({.role = cyclone::websocket::Role::client});
    client.send({"hello", false});
    client.send({"hello", false});
    const std::string sent = client.output();
    BOOST_TEST(sent.size() == 22u);
    BOOST_TEST(sent.substr(0, 11) != sent.substr(11));
    check_echo(sent, {"text hello", "text hello"});
}

BOOST_AUTO_TEST_SUITE_END()
