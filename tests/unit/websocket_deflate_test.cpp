// RFC 7692: what is negotiated and what is compressed. The cases 12 and 13 are the Autobahn
// suite's, scaled down: messages of 16 bytes to 128 KiB with every combination of parameters that
// it offers.

#include <random>
#include <set>

#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_deflate)

using namespace std::string_literals;
using namespace cyclone::websocket;
using wire::Answers;
using wire::from_client;

namespace {

const CompressionOptions every_message{.min_size = 0};

/// What a server agrees to; empty when it declines.
std::string accepted(std::string_view offer, const CompressionOptions& options = {}) {
    const auto agreement = accept_deflate(offer, options);
    return agreement ? agreement->response : "";
}

/// Text that compresses as prose does.
std::string prose(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    const std::vector<std::string> words{"time ",
                                         "person ",
                                         "year ",
                                         "way ",
                                         "day ",
                                         "thing ",
                                         "man ",
                                         "world ",
                                         "\xc3\xbc"
                                         "ber ",
                                         "life "};
    std::string text;
    while (text.size() < size) {
        text += words[random() % words.size()];
    }
    text.resize(size, ' ');
    if (!cyclone::escape::is_valid_utf8(text)) {
        text.back() = ' ';
    }
    return text;
}

/// A client and a server with these parameters send each other messages, which arrive as they were.
void check_conversation(const DeflateParameters& agreed, std::size_t size, int messages) {
    Session client({.role = Role::client, .deflate = agreed, .compression = every_message});
    Session server({.deflate = agreed, .compression = every_message});
    std::size_t on_the_wire = 0;
    for (int i = 0; i < messages; ++i) {
        const std::string text = prose(size, static_cast<unsigned>(i));
        for (auto [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
            from->send({text, i % 2 != 0});
            std::string bytes = std::exchange(from->output(), {});
            on_the_wire += bytes.size();
            // Compressed: RSV1 is set.
            BOOST_TEST((bytes[0] & 0x40) != 0);
            std::span<char> left(bytes);
            BOOST_REQUIRE((to->receive(left) == Session::Event::message));
            BOOST_TEST((to->message().data == text));
            BOOST_TEST(to->message().binary == (i % 2 != 0));
            BOOST_TEST((to->receive(left) == Session::Event::none));
        }
    }
    if (size > 1000) {
        BOOST_TEST(on_the_wire < size * static_cast<std::size_t>(messages) * 2 * 2 / 3);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(case_12_messages_of_every_size_come_back_with_default_parameters) {
    for (const std::size_t size : {0u, 1u, 16u, 64u, 256u, 1024u, 4096u, 16384u, 131072u}) {
        check_conversation({}, size, 6);
    }
}

BOOST_AUTO_TEST_CASE(case_12_a_thousand_short_messages_share_one_context) {
    check_conversation({}, 16, 1000);
    check_conversation({true, true, 15, 15}, 256, 1000);
}

BOOST_AUTO_TEST_CASE(case_12_compressed_messages_in_fragments_of_every_size_are_echoed) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    for (const std::size_t size : {1u, 256u, 1024u, 4096u, 32768u}) {
        Deflater deflater(every_message, 15, true);
        std::string bytes;
        Answers expected;
        for (unsigned i = 0; i < 3; ++i) {
            const std::string text = prose(size == 1 ? 4096 : 131072, i);
            std::string payload;
            deflater.compress(text, payload);
            for (std::size_t at = 0; at < payload.size(); at += size) {
                const bool last = at + size >= payload.size();
                // RSV1 stands in the first alone.
                bytes += from_client((last ? 0x80u : 0u) | (at == 0 ? 0x41u : 0u),
                                     payload.substr(at, size));
            }
            expected.push_back("text " + wire::shortened(text));
        }
        BOOST_TEST(wire::echoed(bytes, 997, settings) == expected,
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(case_13_messages_come_back_with_every_combination_of_parameters) {
    const std::vector<std::uint8_t> window_bits{8, 9, 12, 15};
    for (const bool server_forgets : {false, true}) {
        for (const bool client_forgets : {false, true}) {
            for (const std::uint8_t server_bits : window_bits) {
                for (const std::uint8_t client_bits : window_bits) {
                    const DeflateParameters agreed{server_forgets, client_forgets, server_bits,
                                                   client_bits};
                    check_conversation(agreed, 2048, 4);
                    check_conversation(agreed, 70000, 2);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_rfcs_example_in_one_frame_and_in_two_is_hello) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"s), {"text Hello"}, settings);
    wire::check_echo(from_client(0x41, "\xf2\x48\xcd"s) + from_client(0x80, "\xc9\xc9\x07\x00"s),
                     {"text Hello"}, settings);
}

BOOST_AUTO_TEST_CASE(the_rfcs_examples_with_shared_window_stored_block_and_final_block_are_hello) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"s) +
                         from_client(0xc1, "\xf2\x00\x11\x00\x00"s),
                     {"text Hello", "text Hello"}, settings);
    wire::check_echo(from_client(0xc1, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s),
                     {"text Hello"}, settings);
    wire::check_echo(from_client(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), {"text Hello"},
                     settings);
    wire::check_echo(from_client(0xc1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s),
                     {"text Hello"}, settings);
}

BOOST_AUTO_TEST_CASE(a_final_block_keeps_the_window_for_the_message_after_it) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s) +
                         from_client(0xc1, "\xf2\x00\x11\x00\x00"s),
                     {"text Hello", "text Hello"}, settings);
}

BOOST_AUTO_TEST_CASE(many_final_blocks_keep_one_window) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    // "Hello" in a final block, empty final blocks, and a reference to it.
    std::string payload = "\xf3\x48\xcd\xc9\xc9\x07\x00"s;
    for (int i = 0; i < 1000; ++i) {
        payload += "\x03\x00"s;
    }
    payload += "\xf2\x00\x11\x00\x00"s;
    wire::check_echo(from_client(0xc1, payload), {"text HelloHello"}, settings);
}

BOOST_AUTO_TEST_CASE(messages_that_are_not_compressed_may_come_in_between) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00"s) +
                         from_client(0x81, "plain") + from_client(0xc1, "\xf2\x00\x11\x00\x00"s),
                     {"text Hello", "text plain", "text Hello"}, settings);
}

BOOST_AUTO_TEST_CASE(the_bit_for_compression_on_a_continuation_or_a_ping_is_a_protocol_error) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0x41, "\xf2\x48\xcd"s) + from_client(0xc0, "\xc9\xc9\x07\x00"s),
                     {"close 1002"}, settings);
    wire::check_echo(from_client(0xc9, "ping"), {"close 1002"}, settings);
    wire::check_echo(from_client(0xa1, "\xf2\x48\xcd\xc9\xc9\x07\x00"s), {"close 1002"}, settings);
}

BOOST_AUTO_TEST_CASE(data_that_can_not_be_inflated_is_1007) {
    const SessionSettings settings{.deflate = DeflateParameters{}};
    wire::check_echo(from_client(0xc1, "\x07\x07\x07\x07"), {"close 1007"}, settings);
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_once_inflated_is_1007) {
    CompressionOptions options;
    Deflater deflater(options, 15, true);
    std::string payload;
    deflater.compress("all is well \xff and here it is not", payload);
    wire::check_echo(from_client(0xc1, payload), {"close 1007"}, {.deflate = DeflateParameters{}});
}

BOOST_AUTO_TEST_CASE(a_message_that_inflates_past_the_limit_is_1009_and_takes_no_more_memory) {
    std::string bomb;
    CompressionOptions options;
    Deflater(options, 15, true).compress(std::string(50u << 20, '\0'), bomb);
    BOOST_TEST(bomb.size() < 60'000u);
    const SessionSettings settings{.max_message_size = 100'000, .deflate = DeflateParameters{}};
    BOOST_TEST(
        wire::echoed(from_client(0xc2, bomb), std::string::npos, settings) == Answers{"close 1009"},
        boost::test_tools::per_element());

    std::string inflated;
    BOOST_TEST((Inflater(15, true).inflate(bomb, inflated, 100'000) == Inflater::Result::too_long));
    BOOST_TEST(inflated.size() <= 100'000u);
}

BOOST_AUTO_TEST_CASE(short_messages_go_out_as_they_are) {
    Session server({.deflate = DeflateParameters{}});
    server.send({"short", false});
    BOOST_TEST(server.output() == "\x81\x05short");
}

BOOST_AUTO_TEST_CASE(a_plain_offer_is_accepted) {
    BOOST_TEST(accepted("permessage-deflate") == "permessage-deflate");
    BOOST_TEST(accepted("permessage-deflate; client_max_window_bits") == "permessage-deflate");
    BOOST_TEST(accepted("Permessage-Deflate ;client_max_window_bits=15") == "permessage-deflate");
}

BOOST_AUTO_TEST_CASE(no_context_takeover_is_agreed_to_as_it_is_asked_for) {
    BOOST_TEST(accepted("permessage-deflate; server_no_context_takeover") ==
               "permessage-deflate; server_no_context_takeover");
    BOOST_TEST(accepted("permessage-deflate; client_no_context_takeover") ==
               "permessage-deflate; client_no_context_takeover");
    BOOST_TEST(accepted("permessage-deflate", {.no_context_takeover = true}) ==
               "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
}

BOOST_AUTO_TEST_CASE(window_bits_are_the_smaller_ones) {
    BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=10") ==
               "permessage-deflate; server_max_window_bits=10");
    BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=15") ==
               "permessage-deflate; server_max_window_bits=15");
    BOOST_TEST(accepted("permessage-deflate; server_max_window_bits=\"10\"") ==
               "permessage-deflate; server_max_window_bits=10");
    BOOST_TEST(accepted("permessage-deflate; client_max_window_bits=10", {.window_bits = 12}) ==
               "permessage-deflate; server_max_window_bits=12; client_max_window_bits=10");
    BOOST_TEST(accepted("permessage-deflate; client_max_window_bits", {.window_bits = 12}) ==
               "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12");
    // A client that does not offer it would not understand it.
    BOOST_TEST(accepted("permessage-deflate", {.window_bits = 12}) ==
               "permessage-deflate; server_max_window_bits=12");
}

BOOST_AUTO_TEST_CASE(case_13_1_to_13_7_the_offers_of_the_suite_are_agreed_to_as_far_as_they_go) {
    const std::string plain =
        "permessage-deflate; client_no_context_takeover; client_max_window_bits";
    const std::string forgetful = plain + "; server_no_context_takeover";
    const std::string agreed = "permessage-deflate";
    const std::string client = "; client_no_context_takeover";
    const std::string server = "; server_no_context_takeover";
    BOOST_TEST(accepted(plain) == agreed + client);
    BOOST_TEST(accepted(forgetful) == agreed + server + client);
    BOOST_TEST(accepted(plain + "; server_max_window_bits=9") ==
               agreed + client + "; server_max_window_bits=9");
    BOOST_TEST(accepted(plain + "; server_max_window_bits=15") ==
               agreed + client + "; server_max_window_bits=15");
    BOOST_TEST(accepted(forgetful + "; server_max_window_bits=9") ==
               agreed + server + client + "; server_max_window_bits=9");
    BOOST_TEST(accepted(forgetful + "; server_max_window_bits=15") ==
               agreed + server + client + "; server_max_window_bits=15");
    BOOST_TEST(accepted(forgetful + "; server_max_window_bits=9, " + forgetful + ", " + plain) ==
               agreed + server + client + "; server_max_window_bits=9");
}

BOOST_AUTO_TEST_CASE(an_offer_with_a_parameter_that_is_unknown_repeated_or_wrong_is_declined) {
    for (const std::string_view parameter :
         {"unknown", "unknown=1", "server_no_context_takeover=1",
          "server_no_context_takeover; server_no_context_takeover", "server_max_window_bits",
          "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08",
          "server_max_window_bits=", "client_max_window_bits=abc",
          "client_max_window_bits=9; client_max_window_bits=9"}) {
        BOOST_TEST_CONTEXT(parameter) {
            BOOST_TEST(accepted("permessage-deflate; " + std::string(parameter)) == "");
        }
    }
}

BOOST_AUTO_TEST_CASE(the_first_offer_that_can_be_agreed_to_is_taken) {
    BOOST_TEST(accepted("x-webkit-deflate-frame, permessage-deflate; unknown, permessage-deflate; "
                        "server_max_window_bits=11, permessage-deflate") ==
               "permessage-deflate; server_max_window_bits=11");
    BOOST_TEST(accepted("") == "");
    BOOST_TEST(accepted("permessage-bzip2") == "");
    BOOST_TEST(accepted("permessage-deflate;;") == "");
    BOOST_TEST(accepted("permessage-deflate; a=\"unterminated") == "");
}

BOOST_AUTO_TEST_CASE(a_client_reads_the_answer_to_its_offer) {
    std::optional<DeflateParameters> agreed;
    BOOST_TEST(deflate_offer({}) == "permessage-deflate; client_max_window_bits");
    BOOST_TEST(check_deflate_response("", {}, agreed));
    BOOST_TEST(!agreed);
    BOOST_TEST(check_deflate_response(
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10", {}, agreed));
    BOOST_TEST((agreed.value() == DeflateParameters{true, false, 15, 10}));
    for (const std::string_view wrong :
         {"permessage-bzip2", "permessage-deflate, permessage-deflate",
          "permessage-deflate; client_max_window_bits", "permessage-deflate; unknown"}) {
        BOOST_TEST(!check_deflate_response(wrong, {}, agreed));
    }
    BOOST_TEST(
        !check_deflate_response("permessage-deflate", {.no_context_takeover = true}, agreed));
}

BOOST_AUTO_TEST_CASE(a_prepared_message_is_made_once_plain_and_once_compressed) {
    const std::string text = prose(3000, 1);
    const PreparedMessage message(text);
    Session plain(SessionSettings{});
    Session without({.deflate = DeflateParameters{true, true, 15, 15}});
    Session with({.deflate = DeflateParameters{}});
    BOOST_TEST(plain.frame_of(message)->size() == 3004u);
    BOOST_TEST(plain.frame_of(message) == message.frame());
    const auto compressed = without.frame_of(message);
    BOOST_TEST(compressed->size() < 1500u);
    BOOST_TEST(with.frame_of(message) == compressed);
    plain.close(1000, "");
    BOOST_TEST((plain.frame_of(message) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_message_to_10000_clients_is_made_once_for_each_agreement_among_them) {
    const std::vector<std::optional<DeflateParameters>> agreements{
        std::nullopt, DeflateParameters{}, DeflateParameters{true, false, 15, 15},
        DeflateParameters{false, true, 11, 15}, DeflateParameters{true, true, 9, 9}};
    const PreparedMessage message(prose(3000, 1));
    std::set<const std::string*> frames;
    for (std::size_t i = 0; i < 10'000; ++i) {
        const auto& agreed = agreements[i % agreements.size()];
        Session server({.deflate = agreed, .compression = every_message});
        const auto frame = server.frame_of(message);
        if (frames.insert(frame.get()).second) {
            BOOST_TEST(wire::Reader(agreed).read(*frame) ==
                           Answers{"text " + wire::shortened(message.message().data)},
                       boost::test_tools::per_element());
        }
    }
    // Plain, and with windows of 15, 11 and 9 bits.
    BOOST_TEST(frames.size() == 4u);
}

BOOST_AUTO_TEST_CASE(prepared_messages_and_own_ones_may_alternate_whatever_context_is_kept) {
    for (const DeflateParameters& agreed :
         {DeflateParameters{}, DeflateParameters{true, false, 15, 15},
          DeflateParameters{false, false, 9, 15}}) {
        Session server({.deflate = agreed, .compression = every_message});
        wire::Reader client(agreed);
        for (unsigned i = 0; i < 20; ++i) {
            const std::string text = prose(400, i % 3);
            if (i % 3 == 1) {
                const PreparedMessage shared(text);
                BOOST_TEST(client.read(*server.frame_of(shared)) ==
                               Answers{"text " + wire::shortened(text)},
                           boost::test_tools::per_element());
            } else {
                server.send({text, false});
                BOOST_TEST(client.read(std::exchange(server.output(), {})) ==
                               Answers{"text " + wire::shortened(text)},
                           boost::test_tools::per_element());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_compression_level_that_zlib_does_not_know_is_named) {
    std::string out;
    Deflater deflater({.compression_level = 11}, 15, true);
    BOOST_CHECK_THROW(deflater.compress("text", out), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
