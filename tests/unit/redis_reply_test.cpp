#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include <boost/test/unit_test.hpp>

#include <cyclone/redis/reply.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace redis_reply_test {

namespace redis = cyclone::redis;
using redis::Reply;
using namespace std::string_literals;
using Result = redis::ReplyReader::Result;

namespace {

Reply texts(std::initializer_list<const char*> values) {
    std::vector<Reply> elements;
    for (const char* value : values) {
        elements.push_back(Reply::string(value));
    }
    return Reply::array(std::move(elements));
}

/// The replies in `bytes`, of which `first` come first and then `piece` at a time, each in memory
/// of its own.
std::vector<Reply> read_in_pieces(const std::string& bytes, std::size_t first, std::size_t piece) {
    redis::ReplyReader reader;
    std::vector<Reply> read;
    for (std::size_t at = 0, size = first; at < bytes.size(); at += size, size = piece) {
        const std::string_view given = std::string_view(bytes).substr(at, size);
        const std::vector<char> part(given.begin(), given.end());
        reader.feed({part.data(), part.size()});
        Reply reply;
        while (reader.next(reply) == Result::reply) {
            read.push_back(std::move(reply));
        }
    }
    return read;
}

std::string message_of(const auto& function) {
    try {
        function();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_reply)

BOOST_AUTO_TEST_CASE(text_and_integers_become_strings) {
    BOOST_TEST(Reply::string(std::string("a\0b", 3)).as<std::string>() == std::string("a\0b", 3));
    BOOST_TEST(Reply::status("OK").as<std::string>() == "OK");
    BOOST_TEST(Reply::integer(-7).as<std::string>() == "-7");
}

BOOST_AUTO_TEST_CASE(numbers_are_read_from_integers_and_from_text) {
    BOOST_TEST(Reply::integer(3).as<int>() == 3);
    BOOST_TEST(Reply::string("-12").as<long>() == -12);
    BOOST_TEST(Reply::string("2.5").as<double>() == 2.5);
    BOOST_TEST(Reply::string("inf").as<double>() == std::numeric_limits<double>::infinity());
    BOOST_TEST(Reply::integer(4).as<double>() == 4.0);
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_a_type_error_that_names_command_and_reply) {
    BOOST_TEST(message_of([] { Reply::integer(300).as<std::uint8_t>("STRLEN"); }) ==
               "redis: STRLEN answered the integer 300, which is not an integer that fits the type "
               "asked for");
    BOOST_TEST(message_of([] { Reply::string("12 ").as<int>("GET"); }) ==
               "redis: GET answered the string \"12 \", which is not an integer that fits the type "
               "asked for");
    BOOST_CHECK_THROW(Reply::integer(-1).as<unsigned>(), redis::TypeError);
    BOOST_CHECK_THROW(Reply::string("").as<int>(), redis::TypeError);
}

BOOST_AUTO_TEST_CASE(a_bool_is_1_or_a_status_and_nil_is_false) {
    BOOST_TEST(Reply::integer(1).as<bool>());
    BOOST_TEST(!Reply::integer(0).as<bool>());
    BOOST_TEST(Reply::status("OK").as<bool>());
    BOOST_TEST(!Reply().as<bool>());
    BOOST_CHECK_THROW(Reply::integer(2).as<bool>(), redis::TypeError);
}

BOOST_AUTO_TEST_CASE(nil_is_an_empty_optional_and_no_string) {
    BOOST_TEST(!Reply().as<std::optional<std::string>>());
    BOOST_TEST(*Reply::string("x").as<std::optional<std::string>>() == "x");
    BOOST_TEST(message_of([] { Reply().as<std::string>("GET"); }) ==
               "redis: GET answered nil, which is not a string (ask for "
               "std::optional<std::string> where nil can be)");
}

BOOST_AUTO_TEST_CASE(arrays_become_containers_pairs_and_tuples) {
    BOOST_CHECK((texts({"1", "2"}).as<std::vector<int>>() == std::vector{1, 2}));
    BOOST_CHECK((texts({"b", "a"}).as<std::set<std::string>>() == std::set<std::string>{"a", "b"}));
    BOOST_CHECK(
        (texts({"k", "5"}).as<std::pair<std::string, int>>() == std::pair(std::string("k"), 5)));
    BOOST_CHECK((texts({"k", "5", "2.5"}).as<std::tuple<std::string, int, double>>() ==
                 std::tuple(std::string("k"), 5, 2.5)));
    const auto list =
        Reply::array({Reply::string("a"), Reply()}).as<std::vector<std::optional<std::string>>>();
    BOOST_TEST(list.size() == 2U);
    BOOST_TEST(!list[1]);
    BOOST_TEST(message_of([] {
                   texts({"1", "2", "3"}).as<std::pair<int, int>>("X");
               }) == "redis: X answered an array of 3, which is not an array of 2");
}

BOOST_AUTO_TEST_CASE(a_sequence_of_pairs_keeps_the_order_and_is_read_as_a_map_is) {
    const std::vector<std::pair<std::string, double>> wanted{{"b", 1.5}, {"a", 2}};
    BOOST_CHECK((texts({"b", "1.5", "a", "2"}).as<std::vector<std::pair<std::string, double>>>() ==
                 wanted));
    const Reply pairs = Reply::array({texts({"b", "1.5"}), texts({"a", "2"})});
    BOOST_CHECK((pairs.as<std::vector<std::pair<std::string, double>>>() == wanted));
}

BOOST_AUTO_TEST_CASE(a_map_is_read_flat_or_from_pairs) {
    const std::map<std::string, int> wanted{{"a", 1}, {"b", 2}};
    BOOST_CHECK((texts({"a", "1", "b", "2"}).as<std::map<std::string, int>>() == wanted));
    const Reply pairs = Reply::array({texts({"a", "1"}), texts({"b", "2"})});
    BOOST_CHECK((pairs.as<std::map<std::string, int>>() == wanted));
    BOOST_TEST((Reply::array({}).as<std::unordered_map<std::string, int>>().empty()));
    BOOST_CHECK_THROW((texts({"a", "1", "b"}).as<std::map<std::string, int>>()), redis::TypeError);
}

BOOST_AUTO_TEST_CASE(what_resp3_says_more_exactly_becomes_the_same_values) {
    const Reply map =
        Reply::map({Reply::string("a"), Reply::integer(1), Reply::string("b"), Reply::number(2)});
    BOOST_CHECK(
        (map.as<std::map<std::string, int>>() == std::map<std::string, int>{{"a", 1}, {"b", 2}}));
    const Reply nested = Reply::map({texts({"k"}), texts({"v"})});
    BOOST_TEST(
        (nested.as<std::map<std::vector<std::string>, std::vector<std::string>>>().size() == 1U));
    BOOST_CHECK((Reply::set({Reply::string("a")}).as<std::set<std::string>>() ==
                 std::set<std::string>{"a"}));
    BOOST_TEST(Reply::number(2.5).as<double>() == 2.5);
    BOOST_TEST(Reply::number(2.5).as<std::string>() == "2.5");
    BOOST_TEST(Reply::number(2).as<int>() == 2);
    BOOST_CHECK_THROW(Reply::number(2.5).as<int>(), redis::TypeError);
    BOOST_CHECK_THROW(Reply::number(1e300).as<std::int64_t>(), redis::TypeError);
    BOOST_CHECK_THROW(Reply::number(300).as<std::uint8_t>(), redis::TypeError);
    BOOST_TEST(Reply::boolean(true).as<bool>());
    BOOST_TEST(Reply::boolean(true).as<int>() == 1);
    BOOST_TEST(Reply::big_number("12").as<int>() == 12);
    BOOST_TEST(Reply::verbatim("a", "txt").as<std::string>() == "a");
    BOOST_TEST(Reply::verbatim("a", "txt").format() == "txt");
    BOOST_TEST(map.describe() == "a map of 2");
    BOOST_TEST(Reply::number(0.1).describe() == "the number 0.1");
}

BOOST_AUTO_TEST_CASE(an_error_keeps_the_words_of_the_server) {
    try {
        Reply::error("WRONGTYPE Operation against a key").as<int>("INCR");
        BOOST_FAIL("nothing was thrown");
    } catch (const redis::ResponseError& error) {
        BOOST_TEST(error.what() == "redis: INCR: WRONGTYPE Operation against a key");
        BOOST_TEST(error.response == "WRONGTYPE Operation against a key");
        BOOST_TEST(error.code() == "WRONGTYPE");
    }
}

BOOST_AUTO_TEST_CASE(a_description_escapes_what_cannot_be_printed_and_cuts_long_text) {
    BOOST_TEST(Reply::string("a\"\n\xff").describe() == "the string \"a\\\"\\x0a\\xff\"");
    BOOST_TEST(Reply::string(std::string(61, 'x')).describe() ==
               "the string \"" + std::string(60, 'x') + "...\"");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_reply_reader)

BOOST_AUTO_TEST_CASE(every_type_is_read_with_the_bytes_split_at_every_position) {
    const std::string bytes =
        "+OK\r\n-ERR no\r\n:42\r\n$3\r\na\0b\r\n$-1\r\n*-1\r\n*0\r\n"
        "*3\r\n*2\r\n:1\r\n$5\r\nhello\r\n$-1\r\n*1\r\n-ERR in\r\n"s;
    const std::vector<Reply> wanted{
        Reply::status("OK"),
        Reply::error("ERR no"),
        Reply::integer(42),
        Reply::string(std::string("a\0b", 3)),
        Reply(),
        Reply(),
        Reply::array({}),
        Reply::array({Reply::array({Reply::integer(1), Reply::string("hello")}), Reply(),
                      Reply::array({Reply::error("ERR in")})}),
    };
    BOOST_CHECK(read_in_pieces(bytes, 0, 1) == wanted);
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        const auto read = read_in_pieces(bytes, split, bytes.size());
        BOOST_CHECK_MESSAGE(read == wanted, "split at " << split << ": " << read.size());
    }
}

BOOST_AUTO_TEST_CASE(every_type_of_resp3_is_read_with_the_bytes_split_at_every_position) {
    const std::string bytes =
        "_\r\n#t\r\n#f\r\n,3.25\r\n,-inf\r\n(3492890328409238509324850943850943825024385\r\n"
        "!6\r\nERR no\r\n=8\r\ntxt:a\r\nb\r\n~2\r\n+a\r\n:1\r\n%0\r\n"
        ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"
        "%2\r\n+one\r\n%1\r\n:1\r\n~0\r\n+two\r\n|1\r\n+ttl\r\n:9\r\n*1\r\n=4\r\nmkd:\r\n"s;
    const std::vector<Reply> wanted{
        Reply(),
        Reply::boolean(true),
        Reply::boolean(false),
        Reply::number(3.25),
        Reply::number(-std::numeric_limits<double>::infinity()),
        Reply::big_number("3492890328409238509324850943850943825024385"),
        Reply::error("ERR no"),
        Reply::verbatim("a\r\nb", "txt"),
        Reply::set({Reply::status("a"), Reply::integer(1)}),
        Reply::map({}),
        Reply::push({Reply::string("invalidate"), Reply::array({Reply::string("k")})}),
        Reply::map({Reply::status("one"), Reply::map({Reply::integer(1), Reply::set({})}),
                    Reply::status("two"), Reply::array({Reply::verbatim("", "mkd")})}),
    };
    BOOST_CHECK(read_in_pieces(bytes, 0, 1) == wanted);
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        const auto read = read_in_pieces(bytes, split, bytes.size());
        BOOST_CHECK_MESSAGE(read == wanted, "split at " << split << ": " << read.size());
    }
}

BOOST_AUTO_TEST_CASE(what_is_said_about_a_reply_is_known_with_it_and_forgotten_with_the_next) {
    redis::ReplyReader reader;
    Reply reply;
    reader.feed("|1\r\n+popularity\r\n,0.5\r\n$1\r\nx\r\n+next\r\n");
    BOOST_CHECK(reader.next(reply) == Result::reply);
    BOOST_CHECK(reply == Reply::string("x"));
    BOOST_CHECK(reader.attributes() ==
                Reply::map({Reply::status("popularity"), Reply::number(0.5)}));
    BOOST_CHECK(reader.next(reply) == Result::reply);
    BOOST_CHECK(reader.attributes().is_nil());
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_read_into_keeps_nothing_of_the_one_before) {
    redis::ReplyReader reader;
    Reply reply;
    reader.feed("=5\r\ntxt:a\r\n+OK\r\n");
    BOOST_CHECK(reader.next(reply) == Result::reply);
    BOOST_CHECK(reader.next(reply) == Result::reply);
    BOOST_CHECK(reply == Reply::status("OK"));
}

BOOST_AUTO_TEST_CASE(what_only_a_hostile_server_sends_is_refused) {
    const std::string deep = [] {
        std::string bytes;
        for (std::size_t i = 0; i <= redis::ReplyReader::deepest; ++i) {
            bytes += "*1\r\n";
        }
        return bytes;
    }();
    for (const std::string& bytes : {deep,
                                     "+" + std::string(redis::ReplyReader::longest_line, 'x'),
                                     "*-2\r\n"s,
                                     "$-2\r\n"s,
                                     "$9999999999999999999\r\n"s,
                                     ":\r\n"s,
                                     ":1x\r\n"s,
                                     "$1\r\nxx\r\n"s,
                                     "$1\r\nx\rx"s,
                                     "=3\r\ntxt\r\n"s,
                                     "=5\r\ntxt_x\r\n"s,
                                     "#x\r\n"s,
                                     ",x\r\n"s,
                                     "*1\r\n>1\r\n"s,
                                     "|0\r\n"s,
                                     "_x\r\n"s,
                                     "+a\n"s,
                                     "\r\n"s,
                                     "%-1\r\n"s,
                                     "$?\r\n"s}) {
        for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
            redis::ReplyReader reader;
            Reply reply;
            auto result = Result::incomplete;
            for (std::size_t at = 0; at < bytes.size() && result == Result::incomplete;
                 at += piece) {
                reader.feed(std::string_view(bytes).substr(at, piece));
                result = reader.next(reply);
            }
            BOOST_CHECK_MESSAGE(result == Result::protocol_error, bytes.substr(0, 20)
                                                                      << " in pieces of " << piece);
            BOOST_TEST(!reader.error().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_fed_before_the_others_have_been_read_follow_them) {
    redis::ReplyReader reader;
    Reply reply;
    reader.feed("+a\r\n$3\r\nx");
    reader.feed("yz\r\n+b\r\n");
    for (const char* wanted : {"a", "xyz", "b"}) {
        BOOST_CHECK(reader.next(reply) == Result::reply);
        BOOST_TEST(reply.text() == wanted);
    }
    BOOST_CHECK(reader.next(reply) == Result::incomplete);
}

BOOST_AUTO_TEST_CASE(what_is_no_reply_is_a_protocol_error_until_reset) {
    redis::ReplyReader reader;
    Reply reply;
    reader.feed("HTTP/1.1 400 Bad Request\r\n");
    BOOST_CHECK(reader.next(reply) == Result::protocol_error);
    BOOST_TEST(reader.error().find("\"H\"") != std::string::npos);
    reader.feed("+OK\r\n");
    BOOST_CHECK(reader.next(reply) == Result::protocol_error);
    reader.reset();
    reader.feed("+OK\r\n");
    BOOST_CHECK(reader.next(reply) == Result::reply);
}

BOOST_AUTO_TEST_CASE(a_made_up_length_of_an_array_reserves_no_memory_for_it) {
    redis::ReplyReader reader;
    Reply reply;
    reader.feed("*2147483647\r\n:1\r\n");
    BOOST_CHECK(reader.next(reply) == Result::incomplete);
}

BOOST_AUTO_TEST_CASE(an_array_of_arrays_longer_than_what_was_reserved_is_whole) {
    redis::ReplyReader reader;
    std::string bytes = "*3000\r\n";
    for (int i = 0; i < 3000; ++i) {
        bytes += "*2\r\n:" + std::to_string(i) + "\r\n$30\r\n" + std::string(30, 'x') + "\r\n";
    }
    for (std::size_t i = 0; i < bytes.size(); i += 1000) {
        reader.feed(std::string_view(bytes).substr(i, 1000));
        Reply reply;
        if (reader.next(reply) == Result::reply) {
            const auto read = std::move(reply).as<std::vector<std::pair<int, std::string>>>();
            BOOST_TEST(read.size() == 3000U);
            BOOST_TEST(read[2999].first == 2999);
            return;
        }
    }
    BOOST_FAIL("no reply");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace redis_reply_test
