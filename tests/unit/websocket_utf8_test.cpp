// RFC 6455 5.6 and 8.1: text is UTF-8, or the connection fails at the first byte that can't be. The
// cases carry the numbers that the Autobahn suite has for the same matter.

#include "websocket_wire.hpp"

BOOST_AUTO_TEST_SUITE(websocket_utf8)

using namespace std::string_literals;
using wire::check_echo;
using wire::from_client;

namespace {

const std::string kosme = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

void check_valid(const std::string& text) { check_echo(from_client(0x81, text), {"text " + text}); }
void check_invalid(const std::string& text) { check_echo(from_client(0x81, text), {"close 1007"}); }

}  // namespace

BOOST_AUTO_TEST_CASE(case_6_1_empty_text_messages_whole_and_in_fragments) {
    check_echo(from_client(0x81), {"text "});
    check_echo(from_client(0x01) + from_client(0x00) + from_client(0x80), {"text "});
    check_echo(from_client(0x01) + from_client(0x00, "middle") + from_client(0x80),
               {"text middle"});
}

BOOST_AUTO_TEST_CASE(case_6_2_valid_text_in_fragments_that_cut_through_characters) {
    check_valid(kosme);
    for (std::size_t cut = 0; cut <= kosme.size(); ++cut) {
        check_echo(from_client(0x01, kosme.substr(0, cut)) + from_client(0x80, kosme.substr(cut)),
                   {"text " + kosme});
    }
    std::string octets = from_client(0x01);
    for (const char c : greek) {
        octets += from_client(0x00, std::string(1, c));
    }
    check_echo(octets + from_client(0x80), {"text " + greek});
}

BOOST_AUTO_TEST_CASE(case_6_3_a_surrogate_in_the_middle_fails_the_connection) {
    check_invalid(greek + "\xed\xa0\x80" + "edited");
    std::string octets = from_client(0x01);
    for (const char c : greek + "\xed\xa0\x80" + "edited") {
        octets += from_client(0x00, std::string(1, c));
    }
    check_echo(octets, {"close 1007"});
}

BOOST_AUTO_TEST_CASE(case_6_4_a_wrong_byte_fails_at_once_and_not_at_the_end_of_its_frame) {
    const std::string text = greek + "\xf4\x90\x80\x80" + "edited";
    const std::string frame = from_client(0x81, text);
    const std::size_t payload_begins = frame.size() - text.size();
    // F4 may begin a character; 90 after it may not go on.
    const std::size_t wrong_at = payload_begins + greek.size() + 1;
    BOOST_TEST(wire::echoed(frame.substr(0, wrong_at), 1).empty());
    BOOST_TEST(wire::echoed(frame.substr(0, wrong_at + 1), 1) == wire::Answers{"close 1007"},
               boost::test_tools::per_element());
    BOOST_TEST(wire::echoed(frame.substr(0, wrong_at + 1)) == wire::Answers{"close 1007"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(case_6_4_a_wrong_byte_fails_before_the_last_fragment_has_come) {
    check_echo(from_client(0x01, greek) + from_client(0x00, "\xf4\x90\x80\x80"), {"close 1007"});
    check_echo(from_client(0x01, greek + "\xf4") + from_client(0x00, "\x90"), {"close 1007"});
}

BOOST_AUTO_TEST_CASE(case_6_5_and_6_7_valid_text_comes_back) {
    check_valid("Hello \xe2\x82\xac world");
    check_valid(greek);
    check_valid("\xc2\x80");
    check_valid("\x7f");
    check_valid("\x00"s);
}

BOOST_AUTO_TEST_CASE(case_6_6_every_text_that_ends_within_a_character_is_invalid) {
    for (std::size_t size = 1; size < greek.size(); ++size) {
        const std::string start = greek.substr(0, size);
        if (cyclone::escape::is_valid_utf8(start)) {
            check_valid(start);
        } else {
            check_invalid(start);
        }
    }
}

BOOST_AUTO_TEST_CASE(case_6_8_sequences_of_5_and_6_bytes_are_invalid) {
    check_invalid("\xf8\x88\x80\x80\x80");
    check_invalid("\xfc\x84\x80\x80\x80\x80");
}

BOOST_AUTO_TEST_CASE(case_6_9_the_last_character_of_each_length_is_valid) {
    check_valid("\xdf\xbf");
    check_valid("\xef\xbf\xbf");
    check_valid("\xf4\x8f\xbf\xbf");
}

BOOST_AUTO_TEST_CASE(case_6_10_what_lies_past_them_is_invalid) {
    check_invalid("\xf7\xbf\xbf\xbf");
    check_invalid("\xfb\xbf\xbf\xbf\xbf");
    check_invalid("\xfd\xbf\xbf\xbf\xbf\xbf");
}

BOOST_AUTO_TEST_CASE(case_6_11_characters_around_the_surrogates_are_valid) {
    check_valid("\xed\x9f\xbf");
    check_valid("\xee\x80\x80");
    check_valid("\xef\xbf\xbd");
    check_valid("\xf4\x8f\xbf\xbf");
}

BOOST_AUTO_TEST_CASE(case_6_11_5_a_character_past_10ffff_is_invalid) {
    check_invalid("\xf4\x90\x80\x80");
}

BOOST_AUTO_TEST_CASE(case_6_12_and_6_13_continuation_bytes_alone_are_invalid) {
    check_invalid("\x80");
    check_invalid("\xbf");
    check_invalid("\x80\xbf\x80\xbf\x80\xbf");
    std::string all;
    for (int c = 0x80; c < 0xc0; ++c) {
        all += static_cast<char>(c);
    }
    check_invalid(all);
    check_invalid("\xc3 \xc4 ");
    check_invalid("\xe1 \xe2 ");
    check_invalid("\xf1 \xf2 ");
}

BOOST_AUTO_TEST_CASE(case_6_14_and_6_15_characters_without_their_last_byte_are_invalid) {
    for (const std::string text : {"\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf",
                                   "\xe0\x80", "\xf0\x80\x80", "\xc0"}) {
        check_invalid(text);
        check_invalid(text + "x");
    }
}

BOOST_AUTO_TEST_CASE(case_6_16_fe_and_ff_are_invalid) {
    check_invalid("\xfe");
    check_invalid("\xff");
    check_invalid("\xfe\xfe\xff\xff");
}

BOOST_AUTO_TEST_CASE(case_6_17_to_6_19_overlong_forms_are_invalid) {
    for (const std::string text :
         {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf",
          "\xfc\x80\x80\x80\x80\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xc0\x80"}) {
        check_invalid(text);
    }
}

BOOST_AUTO_TEST_CASE(case_6_20_and_6_21_surrogates_single_and_paired_are_invalid) {
    for (const std::string text :
         {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80",
          "\xed\xbe\x80", "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"}) {
        check_invalid(text);
    }
}

BOOST_AUTO_TEST_CASE(case_6_22_and_6_23_noncharacters_are_valid) {
    for (const std::string text : {"\xef\xbf\xbe", "\xef\xbf\xbf", "\xf0\x9f\xbf\xbe",
                                   "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbe", "\xef\xbf\xbd"}) {
        check_valid(text);
    }
}

BOOST_AUTO_TEST_CASE(case_6_22_every_noncharacter_at_the_end_of_a_plane_is_valid) {
    for (unsigned plane = 0; plane <= 16; ++plane) {
        for (const unsigned last : {0xbeu, 0xbfu}) {
            std::string text = "\xef\xbf";
            if (plane > 0) {
                const unsigned lead = plane * 0x10000 + 0xffff;
                text = {static_cast<char>(0xf0 | lead >> 18),
                        static_cast<char>(0x80 | (lead >> 12 & 0x3f)), '\xbf'};
            }
            check_valid(text + static_cast<char>(last));
        }
    }
}

BOOST_AUTO_TEST_CASE(case_6_12_two_to_seven_continuation_bytes_are_invalid) {
    for (std::size_t size = 2; size <= 7; ++size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) {
            text += i % 2 == 0 ? '\x80' : '\xbf';
        }
        check_invalid(text);
    }
}

BOOST_AUTO_TEST_CASE(case_6_13_every_first_byte_with_a_space_behind_it_is_invalid) {
    for (int first = 0xc0; first <= 0xff; ++first) {
        check_invalid(std::string{static_cast<char>(first), ' '});
    }
}

BOOST_AUTO_TEST_CASE(binary_messages_may_hold_anything) {
    check_echo(from_client(0x82, "\xff\xfe\x80"), {"binary \xff\xfe\x80"});
}

BOOST_AUTO_TEST_SUITE_END()
