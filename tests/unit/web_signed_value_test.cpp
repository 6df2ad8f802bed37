#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include <cyclone/web/cookie_attributes.hpp>
#include <cyclone/web/signed_value.hpp>
#include <cyclone/web/xsrf_token.hpp>

BOOST_AUTO_TEST_SUITE(web_signed_value)

using namespace cyclone;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

const system_clock::time_point then{seconds(1300000000)};

}  // namespace

// The expected texts were made by tornado.web.create_signed_value of Tornado 6.2.
BOOST_AUTO_TEST_CASE(signed_values_are_those_of_tornado_byte_for_byte) {
    BOOST_TEST(web::create_signed_value("secret", "user", "ann \xC3\xA4", 1, std::nullopt, then) ==
               "YW5uIMOk|1300000000|aa7aa7e30147636af501181783148014b5226f27");
    BOOST_TEST(web::create_signed_value("secret", "user", "ann \xC3\xA4", 2, std::nullopt, then) ==
               "2|1:0|10:1300000000|4:user|8:YW5uIMOk|"
               "697c76d678e99b7737367371334a3df7bc58c5365bdecab1f798586f2b3a6bc4");
    BOOST_TEST(web::create_signed_value({{1, "old"}, {2, "new"}}, "user", "ann", 2, 2, then) ==
               "2|1:2|10:1300000000|4:user|4:YW5u|"
               "11ea5a7f0221df41b48d4834a4de3a4f89020f3d9df747aba5fcfb6d56b2885d");
}

BOOST_AUTO_TEST_CASE(a_signed_value_comes_back) {
    for (const int version : {1, 2}) {
        const auto text = web::create_signed_value("k", "n", std::string("a\0|:b", 5), version);
        BOOST_TEST(web::decode_signed_value("k", "n", text).value() == std::string("a\0|:b", 5));
    }
}

BOOST_AUTO_TEST_CASE(a_signed_value_that_was_touched_does_not_come_back) {
    for (const int version : {1, 2}) {
        const auto text = web::create_signed_value("k", "n", "value", version, std::nullopt, then);
        BOOST_TEST(!web::decode_signed_value("other", "n", text, {}, then));
        BOOST_TEST(!web::decode_signed_value("k", "other", text, {}, then));
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto touched = text;
            touched[i] = static_cast<char>(touched[i] ^ 1);
            BOOST_TEST(!web::decode_signed_value("k", "n", touched, {}, then));
            BOOST_TEST(!web::decode_signed_value("k", "n", text.substr(0, i), {}, then));
        }
    }
}

BOOST_AUTO_TEST_CASE(in_version_1_digits_cannot_be_moved_from_the_time_to_the_value) {
    const auto text = web::create_signed_value("k", "n", "\x01\x02\x03", 1, std::nullopt, then);
    BOOST_REQUIRE(text.starts_with("AQID|1300000000|"));
    const auto moved = "AQID1300|000000|" + text.substr(16);
    BOOST_TEST(
        !web::decode_signed_value("k", "n", moved, {}, system_clock::time_point(seconds(0))));
}

BOOST_AUTO_TEST_CASE(a_signed_value_grows_old) {
    const auto text = web::create_signed_value("k", "n", "v", 2, std::nullopt, then);
    using days = std::chrono::duration<int, std::ratio<86400>>;
    BOOST_TEST(web::decode_signed_value("k", "n", text, {}, then + days(30)).has_value());
    BOOST_TEST(!web::decode_signed_value("k", "n", text, {}, then + days(32)));
    BOOST_TEST(!web::decode_signed_value("k", "n", text, {.max_age_days = 1}, then + days(2)));
    const auto future = web::create_signed_value("k", "n", "v", 1, std::nullopt, then + days(32));
    BOOST_TEST(!web::decode_signed_value("k", "n", future, {}, then));
}

BOOST_AUTO_TEST_CASE(an_old_format_can_be_refused) {
    const auto text = web::create_signed_value("k", "n", "v", 1);
    BOOST_TEST(!web::decode_signed_value("k", "n", text, {.min_version = 2}));
}

BOOST_AUTO_TEST_CASE(keys_can_be_changed_while_old_cookies_go_on_to_be_read) {
    const web::CookieSecret before{{1, "old"}};
    const web::CookieSecret after{{1, "old"}, {2, "new"}};
    const auto text = web::create_signed_value(before, "n", "v", 2, 1);
    BOOST_TEST(web::get_signature_key_version(text).value() == 1);
    BOOST_TEST(web::decode_signed_value(after, "n", text).value() == "v");
    BOOST_TEST(!web::decode_signed_value({{2, "new"}}, "n", text));
    BOOST_CHECK_THROW(web::create_signed_value(after, "n", "v"), std::invalid_argument);
    BOOST_CHECK_THROW(web::create_signed_value(after, "n", "v", 2, 3), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(garbage_is_no_signed_value) {
    for (const char* text :
         {"", "|", "||", "2|", "2|1:0|", "2|99999999999999999999:0|", "2|1:0|1:1|1:n|1:v|",
          "999999999999|a|b", "2|1:0|10:1300000000|4:user|"}) {
        BOOST_TEST(!web::decode_signed_value("k", "n", text));
        BOOST_TEST(!web::decode_signed_value({{1, "k"}}, "n", text));
    }
}

// The text was made by Tornado's functions, as xsrf_token does.
BOOST_AUTO_TEST_CASE(an_xsrf_token_of_tornado_is_read) {
    const auto token =
        web::decode_xsrf_token("2|01020304|0103010705070503090b090f0d0f0d0b|1300000000");
    BOOST_REQUIRE(token);
    std::string expected;
    for (char c = 0; c < 16; ++c) {
        expected += c;
    }
    BOOST_TEST(token->token == expected);
    BOOST_TEST(token->timestamp == 1300000000);
    BOOST_TEST(web::decode_xsrf_token("000102030405060708090a0b0c0d0e0f").value().token ==
               expected);
    BOOST_TEST(web::encode_xsrf_token(*token, 1) == "000102030405060708090a0b0c0d0e0f");
}

BOOST_AUTO_TEST_CASE(an_xsrf_token_looks_different_each_time_and_is_the_same) {
    const auto token = web::make_xsrf_token();
    const auto once = web::encode_xsrf_token(token);
    const auto again = web::encode_xsrf_token(token);
    BOOST_TEST(once != again);
    BOOST_TEST(web::same_xsrf_token(web::decode_xsrf_token(once).value(), token));
    BOOST_TEST(web::same_xsrf_token(web::decode_xsrf_token(again).value(), token));
    BOOST_TEST(!web::same_xsrf_token(web::make_xsrf_token(), token));
    for (const char* text :
         {"", "|", "2|", "2|aa|bb|1", "2|01020304||1", "2|01020304|0102|x", "3|01020304|0102|1"}) {
        BOOST_TEST(!web::decode_xsrf_token(text));
    }
}

BOOST_AUTO_TEST_CASE(a_cookie_is_written_as_python_writes_it) {
    BOOST_TEST(web::format_set_cookie("n", "plain", {}) == "n=plain; Path=/");
    BOOST_TEST(web::format_set_cookie("n", "a\"b\\c", {.path = ""}) == R"(n="a\"b\\c")");
    BOOST_TEST(web::format_set_cookie("n", "\xE4;,x", {.path = ""}) == R"(n="\344\073\054x")");
    BOOST_TEST(
        web::format_set_cookie("n", "v",
                               {.domain = "example.org",
                                .path = "/p",
                                .expires = then,
                                .max_age = seconds(60),
                                .secure = true,
                                .httponly = true,
                                .samesite = "Lax",
                                .partitioned = true}) ==
        "n=v; Domain=example.org; expires=Sun, 13 Mar 2011 07:06:40 GMT; HttpOnly; Max-Age=60; "
        "Partitioned; Path=/p; SameSite=Lax; Secure");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_cookie_can_split_the_header) {
    BOOST_CHECK_THROW(web::format_set_cookie("n=", "v", {}), std::invalid_argument);
    BOOST_CHECK_THROW(web::format_set_cookie("", "v", {}), std::invalid_argument);
    BOOST_CHECK_THROW(web::format_set_cookie("n", "v\r\nX: y", {}), std::invalid_argument);
    BOOST_CHECK_THROW(web::format_set_cookie("n", "v", {.path = "/; Secure"}),
                      std::invalid_argument);
    BOOST_CHECK_THROW(web::format_set_cookie("n", "v", {.samesite = "Lax\r\n"}),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
