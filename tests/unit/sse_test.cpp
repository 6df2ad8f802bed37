#include <boost/test/unit_test.hpp>

#include <cyclone/sse/event.hpp>

BOOST_AUTO_TEST_SUITE(sse)

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using cyclone::sse::format_event;

BOOST_AUTO_TEST_CASE(an_event_has_its_data_and_an_empty_line) {
    BOOST_TEST(format_event("hello") == "data: hello\n\n");
    BOOST_TEST(format_event("") == "data: \n\n");
}

BOOST_AUTO_TEST_CASE(name_id_and_retry_stand_in_front_of_the_data) {
    BOOST_TEST(format_event("42", {.event = "price", .id = "7", .retry = 3s}) ==
               "event: price\nid: 7\nretry: 3000\ndata: 42\n\n");
}

BOOST_AUTO_TEST_CASE(each_line_of_the_data_is_a_line_of_its_own_whatever_ends_it) {
    BOOST_TEST(format_event("a\nb\r\nc\rd") == "data: a\ndata: b\ndata: c\ndata: d\n\n");
    BOOST_TEST(format_event("a\n") == "data: a\ndata: \n\n");
    BOOST_TEST(format_event("\n\n") == "data: \ndata: \ndata: \n\n");
}

BOOST_AUTO_TEST_CASE(nothing_in_the_data_becomes_another_field) {
    BOOST_TEST(format_event("x\nevent: other\n\ndata: forged") ==
               "data: x\ndata: event: other\ndata: \ndata: data: forged\n\n");
}

BOOST_AUTO_TEST_CASE(a_name_or_id_of_several_lines_is_refused) {
    BOOST_CHECK_THROW(format_event("x", {.event = "a\nb"}), std::invalid_argument);
    BOOST_CHECK_THROW(format_event("x", {.event = "a\rb"}), std::invalid_argument);
    BOOST_CHECK_THROW(format_event("x", {.id = "1\n"}), std::invalid_argument);
    BOOST_CHECK_THROW(format_event("x", {.id = "1\0"sv}), std::invalid_argument);
    BOOST_CHECK_THROW(format_event("x", {.retry = -1ms}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
