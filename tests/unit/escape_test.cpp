#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <cyclone/escape.hpp>

namespace escape_test {

namespace escape = cyclone::escape;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(escaping)

BOOST_AUTO_TEST_CASE(what_has_a_meaning_in_html_is_escaped) {
    BOOST_TEST(escape::xhtml_escape("<a href=\"x\">Tom & 'Jerry'</a>") ==
               "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;");
    BOOST_TEST(escape::xhtml_escape("") == "");
}

BOOST_AUTO_TEST_CASE(entities_become_the_characters_that_they_stand_for) {
    BOOST_TEST(escape::xhtml_unescape("&lt;&gt;&amp;&quot;&apos;&#39;") == "<>&\"''");
    BOOST_TEST(escape::xhtml_unescape("caf&eacute; &euro;&nbsp;5 &Omega;&zwnj;") ==
               "café €\u00a05 Ω\u200c");
    BOOST_TEST(escape::xhtml_unescape("&#65;&#x41;&#X1F600;") == "AA😀");
}

BOOST_AUTO_TEST_CASE(what_is_no_entity_stays_as_it_is) {
    for (const char* text : {"&", "&;", "&#;", "&#x;", "&nope;", "a & b; c", "&amp", "&#xd800;",
                             "&#1114112;", "&#-1;", "&#99999999999;", "&#x 41;"}) {
        BOOST_TEST(escape::xhtml_unescape(text) == text);
    }
}

BOOST_AUTO_TEST_CASE(unescaping_html_undoes_escaping_it) {
    std::string all;
    for (int c = 1; c < 128; ++c) {
        all += static_cast<char>(c);
    }
    BOOST_TEST(escape::xhtml_unescape(escape::xhtml_escape(all)) == all);
}

BOOST_AUTO_TEST_CASE(in_a_query_a_space_is_a_plus_and_in_a_path_a_slash_stays) {
    BOOST_TEST(escape::url_escape("a b/c?d=é+~-._") == "a+b%2Fc%3Fd%3D%C3%A9%2B~-._");
    BOOST_TEST(escape::url_escape("a b/c?d=é+~-._", false) == "a%20b/c%3Fd%3D%C3%A9%2B~-._");
}

BOOST_AUTO_TEST_CASE(percent_signs_that_encode_nothing_stay) {
    BOOST_TEST(escape::url_unescape("a+b%2Fc%c3%A9") == "a b/cé");
    BOOST_TEST(escape::url_unescape("a+b%2B", false) == "a+b+");
    BOOST_TEST(escape::url_unescape("100%") == "100%");
    BOOST_TEST(escape::url_unescape("%4") == "%4");
    BOOST_TEST(escape::url_unescape("%zz%%41%4g") == "%zz%A%4g");
    BOOST_TEST(escape::url_unescape("%00%ff") == "\0\xff"s);
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back_from_a_url) {
    std::string all;
    for (int c = 0; c < 256; ++c) {
        all += static_cast<char>(c);
    }
    BOOST_TEST(escape::url_unescape(escape::url_escape(all)) == all);
    BOOST_TEST(escape::url_unescape(escape::url_escape(all, false), false) == all);
}

BOOST_AUTO_TEST_CASE(squeezed_text_has_single_spaces_and_none_at_its_ends) {
    BOOST_TEST(escape::squeeze("  a \r\n\t b\0c  "s) == "a b c");
    BOOST_TEST(escape::squeeze(" \n ") == "");
    BOOST_TEST(escape::squeeze("x") == "x");
}

BOOST_AUTO_TEST_CASE(base64_gives_the_vectors_of_its_rfc) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        BOOST_TEST(escape::base64_encode(bytes) == text);
        BOOST_TEST(escape::base64_decode(text).value_or("refused") == bytes);
    }
    BOOST_TEST(escape::base64_encode("\xfb\xff\xfe") == "+//+");
    BOOST_TEST(escape::base64_decode("+//+").value_or("refused") == "\xfb\xff\xfe");
}

BOOST_AUTO_TEST_CASE(base64_that_no_encoder_writes_is_refused) {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n",
                             "Zm 9v", "Zm-_", "=Zg="}) {
        BOOST_TEST(!escape::base64_decode(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(hexadecimal_is_two_digits_for_a_byte) {
    BOOST_TEST(escape::hex_encode("\x00\x7f\xa0\xff"s) == "007fa0ff");
    BOOST_TEST(escape::hex_decode("007fA0fF").value_or("refused") == "\x00\x7f\xa0\xff"s);
    BOOST_TEST(!escape::hex_decode("0").has_value());
    BOOST_TEST(!escape::hex_decode("0g").has_value());
    BOOST_TEST(!escape::hex_decode("+1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(utf_8)

BOOST_AUTO_TEST_CASE(utf8_is_known_from_what_only_looks_like_it) {
    for (const std::string_view good : {"", "ascii", "é", "€", "😀", "\xed\x9f\xbf", "\xee\x80\x80",
                                        "\xf4\x8f\xbf\xbf", "eight bytes and then é"}) {
        BOOST_TEST(escape::is_valid_utf8(good), escape::hex_encode(good) << " was refused");
    }
    for (const std::string_view bad :
         {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xe2\x82g", "eight bytes and then \xff"}) {
        BOOST_TEST(!escape::is_valid_utf8(bad), escape::hex_encode(bad) << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_validator_fails_at_the_first_byte_that_cannot_go_on) {
    escape::Utf8Validator validator;
    BOOST_TEST(validator.feed("\xf4"));
    BOOST_TEST(!validator.complete());
    BOOST_TEST(!validator.feed("\x90"));
    BOOST_TEST(!validator.feed("a"));
    validator.reset();
    BOOST_TEST(validator.feed("\xe2"));
    BOOST_TEST(validator.feed("\x82"));
    BOOST_TEST(validator.feed("\xac then ascii"));
    BOOST_TEST(validator.complete());
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_replaced_as_browsers_do_it) {
    BOOST_TEST(escape::utf8("all good é") == "all good é");
    BOOST_TEST(escape::utf8("a\xff\xfe"
                            "b") == "a\ufffd\ufffdb");
    BOOST_TEST(escape::utf8("\xe2\x82") == "\ufffd");
    BOOST_TEST(escape::utf8("\xe2\x82x") == "\ufffdx");
    BOOST_TEST(escape::utf8("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
}

BOOST_AUTO_TEST_CASE(a_character_is_one_to_four_bytes) {
    BOOST_TEST(escape::utf8(U'a') == "a");
    BOOST_TEST(escape::utf8(U'é') == "é");
    BOOST_TEST(escape::utf8(U'€') == "€");
    BOOST_TEST(escape::utf8(U'😀') == "😀");
    BOOST_TEST(escape::utf8(static_cast<char32_t>(0xd800)) == "\ufffd");
    BOOST_TEST(escape::utf8(static_cast<char32_t>(0x110000)) == "\ufffd");
    BOOST_TEST(escape::utf8_from_latin1("T\xe4st") == "Täst");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(json_cannot_end_a_script_element) {
    BOOST_TEST(escape::json_encode("</script>") == R"("<\/script>")");
    BOOST_TEST(escape::json_encode("a/b < /c") == R"("a/b < /c")");
    BOOST_TEST(escape::json_encode({{"</", 1}}) == R"({"<\/":1})");
}

BOOST_AUTO_TEST_CASE(each_kind_of_value_has_its_text) {
    const boost::json::object object{{"null", nullptr},
                                     {"true", true},
                                     {"int", -5},
                                     {"big", 18446744073709551615u},
                                     {"list", {1, "two", boost::json::array{}}}};
    BOOST_TEST(
        escape::json_encode(object) ==
        R"({"null":null,"true":true,"int":-5,"big":18446744073709551615,"list":[1,"two",[]]})");
    BOOST_TEST(escape::json_encode(boost::json::array{false, boost::json::object{}}) ==
               "[false,{}]");
}

BOOST_AUTO_TEST_CASE(numbers_are_as_short_as_they_can_be_and_always_json) {
    BOOST_TEST(escape::json_encode(0.1) == "0.1");
    BOOST_TEST(escape::json_encode(1.0) == "1.0");
    BOOST_TEST(escape::json_encode(-2.5e300) == "-2.5e+300");
    BOOST_TEST(escape::json_encode(1.0 / 3) == "0.3333333333333333");
    BOOST_TEST(escape::json_encode(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(escape::json_encode(std::numeric_limits<double>::quiet_NaN()) == "null");
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_and_always_utf8) {
    BOOST_TEST(escape::json_encode("\"\\\b\f\n\r\t\x01\x1f\x7f é 😀") ==
               "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é 😀\"");
    BOOST_TEST(escape::json_encode("a\xff\xc3") == "\"a\ufffd\ufffd\"");
}

BOOST_AUTO_TEST_CASE(json_comes_back_as_it_was) {
    const boost::json::value value{{"a", {1, 2.5, "x\n</y>"}}, {"b", nullptr}};
    BOOST_TEST((escape::json_decode(escape::json_encode(value)) == value));
}

BOOST_AUTO_TEST_CASE(bad_json_is_refused_with_line_and_column) {
    const auto refusal = [](std::string_view text) {
        std::string error;
        escape::json_decode(text, error);
        return error.substr(0, error.find(':'));
    };
    BOOST_TEST(refusal(" [1, 2] ") == "");
    BOOST_TEST(refusal("{\n  \"a\": 1,\n  oops\n}") == "line 3, column 3");
    BOOST_TEST(refusal("[1] 2") == "line 1, column 5");
    BOOST_TEST(refusal("[1,") == "line 1, column 4");
    BOOST_TEST(refusal("") == "line 1, column 1");
    BOOST_TEST(refusal("\"\xff\"") == "line 1, column 2");
    BOOST_TEST(refusal(std::string(100, '[')) == "line 1, column 33");
    BOOST_CHECK_THROW(escape::json_decode("nope"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(linkifying)

BOOST_AUTO_TEST_CASE(an_address_in_a_text_becomes_a_link_and_the_rest_is_escaped) {
    BOOST_TEST(escape::linkify("<b> see http://example.org/a?b=1&c=2, ok") ==
               "&lt;b&gt; see <a href=\"http://example.org/a?b=1&amp;c=2\">"
               "http://example.org/a?b=1&amp;c=2</a>, ok");
    BOOST_TEST(escape::linkify("no link: http://") == "no link: http://");
    BOOST_TEST(escape::linkify("\"http://a.b/\"") ==
               "&quot;<a href=\"http://a.b/\">http://a.b/</a>&quot;");
}

BOOST_AUTO_TEST_CASE(parentheses_belong_to_an_address_in_pairs) {
    BOOST_TEST(escape::linkify("(see http://a.b/c_(d))") ==
               "(see <a href=\"http://a.b/c_(d)\">http://a.b/c_(d)</a>)");
    BOOST_TEST(escape::linkify("http://a.b/c_(d") ==
               "<a href=\"http://a.b/c_\">http://a.b/c_</a>(d");
}

BOOST_AUTO_TEST_CASE(an_address_without_protocol_is_taken_for_http_unless_one_is_required) {
    BOOST_TEST(escape::linkify("www.example.org!") ==
               "<a href=\"http://www.example.org\">www.example.org</a>!");
    BOOST_TEST(escape::linkify("www.example.org!", {.require_protocol = true}) ==
               "www.example.org!");
    BOOST_TEST(escape::linkify("awww.example.org") == "awww.example.org");
}

BOOST_AUTO_TEST_CASE(only_permitted_protocols_become_links) {
    BOOST_TEST(escape::linkify("javascript://alert(1)") == "javascript://alert(1)");
    BOOST_TEST(escape::linkify("ftp://a.b", {.permitted_protocols = {"ftp"}}) ==
               "<a href=\"ftp://a.b\">ftp://a.b</a>");
}

BOOST_AUTO_TEST_CASE(links_take_further_attributes) {
    BOOST_TEST(escape::linkify("http://a.b", {.extra_params = " rel=\"nofollow\" "}) ==
               "<a href=\"http://a.b\" rel=\"nofollow\">http://a.b</a>");
    BOOST_TEST(escape::linkify("www.a.b", {.extra_params_for = [](std::string_view href) {
                                   return "data-size=\"" + std::to_string(href.size()) + "\"";
                               }}) == "<a href=\"http://www.a.b\" data-size=\"14\">www.a.b</a>");
}

BOOST_AUTO_TEST_CASE(long_addresses_are_shortened_for_display_only) {
    BOOST_TEST(escape::linkify("http://example.org/articles/2024/a-very-long-title.html",
                               {.shorten = true}) ==
               "<a href=\"http://example.org/articles/2024/a-very-long-title.html\" "
               "title=\"http://example.org/articles/2024/a-very-long-title.html\">"
               "http://example.org/articles...</a>");
    BOOST_TEST(escape::linkify("http://example.org/short", {.shorten = true}) ==
               "<a href=\"http://example.org/short\">http://example.org/short</a>");
}

BOOST_AUTO_TEST_CASE(a_text_made_to_be_slow_is_not) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) {
        text += "a-a:/(";
    }
    BOOST_TEST(escape::linkify(text) == text);
    BOOST_TEST(escape::linkify(std::string(500'000, '.')).size() == 500'000u);
    BOOST_TEST(escape::linkify("http://" + std::string(500'000, '.')).size() == 500'007u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace escape_test
