#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <cyclone/web/route_index.hpp>
#include <cyclone/web/route_pattern.hpp>

BOOST_AUTO_TEST_SUITE(web_route_pattern)

using cyclone::web::PathArguments;
using cyclone::web::RouteIndex;
using cyclone::web::RoutePattern;

namespace {

// What the groups caught, joined by |; "no" when the pattern does not fit; "-" for a group that
// took no part.
std::string caught(std::string_view pattern, std::string_view path) {
    PathArguments arguments;
    if (!RoutePattern(pattern).match(path, arguments)) {
        return "no";
    }
    arguments.percent_decode();
    std::string text;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        text += i == 0 ? "" : "|";
        text += arguments.contains(i) ? std::string(arguments[i]) : "-";
    }
    return text;
}

std::string refusal(std::string_view pattern) {
    try {
        RoutePattern compiled(pattern);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_pattern_fits_the_whole_path_or_not_at_all) {
    BOOST_TEST(caught("/hello", "/hello") == "");
    BOOST_TEST(caught("/hello", "/hello/") == "no");
    BOOST_TEST(caught("/hello", "/hell") == "no");
    BOOST_TEST(caught("^/hello$", "/hello") == "");
    BOOST_TEST(caught("", "") == "");
}

BOOST_AUTO_TEST_CASE(groups_catch_what_python_would_give_them) {
    BOOST_TEST(caught(R"(/user/(\d+)/(\w+))", "/user/42/ann") == "42|ann");
    BOOST_TEST(caught(R"(/user/(\d+)/(\w+))", "/user/4x/ann") == "no");
    BOOST_TEST(caught("/(.*)", "/a/b") == "a/b");
    BOOST_TEST(caught("/(.*)/(.*)", "/a/b/c") == "a/b|c");
    BOOST_TEST(caught("/(.*?)/(.*)", "/a/b/c") == "a|b/c");
    BOOST_TEST(caught("/(a|ab)(c|bcd)(d*)", "/abcd") == "a|bcd|");
    BOOST_TEST(caught("/((a)|b)+", "/ab") == "b|a");
    BOOST_TEST(caught("/x(?:/(.*))?", "/x") == "-");
    BOOST_TEST(caught("/x(?:/(.*))?", "/x/y") == "y");
    BOOST_TEST(caught("/(?P<year>[0-9]{4})-(?P<rest>[^/]+)", "/2026-ab") == "2026|ab");
    BOOST_TEST(caught(R"(/(\d{2,3}))", "/1234") == "no");
    BOOST_TEST(caught(R"(/(\d{2,3})(\d*))", "/1234") == "123|4");
    BOOST_TEST(caught(R"(/(\d{2,3}?)(\d*))", "/1234") == "12|34");
}

BOOST_AUTO_TEST_CASE(classes_and_escapes_mean_what_they_mean_in_python) {
    BOOST_TEST(caught(R"(/([]a-c-]+))", "/a-]c") == "a-]c");
    BOOST_TEST(caught(R"(/([^\d/]+))", "/ab") == "ab");
    BOOST_TEST(caught(R"(/([^\d/]+))", "/a1") == "no");
    BOOST_TEST(caught(R"(/a\.b\+\x63)", "/a.b+c") == "");
    BOOST_TEST(caught(R"(/a\.b)", "/axb") == "no");
    BOOST_TEST(caught("/a{x}", "/a{x}") == "");
    BOOST_TEST(caught("(?i)/Hello/([a-c]+)", "/hELLO/AbC") == "AbC");
    BOOST_TEST(caught("/.", "/\n") == "no");
}

BOOST_AUTO_TEST_CASE(what_a_group_caught_is_percent_decoded_but_a_plus_stays) {
    BOOST_TEST(caught("/(.*)/(.*)", "/a%20b+c/%C3%A4") == "a b+c|\xC3\xA4");
    BOOST_TEST(caught("/(.*)", "/%2e%2e%2Fetc") == "../etc");
}

BOOST_AUTO_TEST_CASE(a_pattern_that_cannot_be_matched_in_linear_time_is_refused_by_a_sentence) {
    BOOST_TEST(
        refusal("/(?!api)(.*)") ==
        "the pattern /(?!api)(.*): routes have no look-ahead or look-behind; they are tried in "
        "their order, so put the exception before the rule (at character 3)");
    BOOST_TEST(refusal("/(a)\\1").find("this escape is not known here") != std::string::npos);
    BOOST_TEST(refusal("/(a").find("a ) is missing") != std::string::npos);
    BOOST_TEST(refusal("/a)").find("there is a ) without its (") != std::string::npos);
    BOOST_TEST(refusal("/[a").find("a ] is missing") != std::string::npos);
    BOOST_TEST(refusal("/*").find("not refused") != std::string::npos);
    BOOST_TEST(refusal("*").find("nothing before the quantifier") != std::string::npos);
    BOOST_TEST(refusal("/a**").find("a quantifier behind a quantifier") != std::string::npos);
    BOOST_TEST(refusal("/a{3,2}").find("the wrong way round") != std::string::npos);
    BOOST_TEST(refusal("/((a{999}){999}){999}").find("it is too large") != std::string::npos);
    BOOST_TEST(refusal("/(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)(a)").find("has 13 groups") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pattern_that_makes_other_engines_explode_takes_linear_time) {
    const RoutePattern pattern("/(a+)+(a*)*b");
    const std::string path = "/" + std::string(3000, 'a');
    PathArguments arguments;
    const auto began = std::chrono::steady_clock::now();
    BOOST_TEST(!pattern.match(path, arguments));
    BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(2)));
}

BOOST_AUTO_TEST_CASE(a_pattern_is_turned_back_into_a_path) {
    const RoutePattern pattern(R"(/user/(\d+)/(\w+)\.html)");
    const std::vector<std::string> arguments{"42", "a b/\xC3\xA4"};
    BOOST_TEST(pattern.reverse(arguments) == "/user/42/a%20b/%C3%A4.html");
    BOOST_CHECK_THROW(pattern.reverse({}), std::invalid_argument);
    BOOST_CHECK_THROW(RoutePattern("/a+").reverse({}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_index_finds_what_fits_in_the_order_given) {
    std::vector<std::unique_ptr<RoutePattern>> patterns;
    for (const char* text :
         {R"(/user/(\d+))", "/user/me", "/user/(.*)", "/a(?:b|c)?", "/(.*)", "/x$|/y"}) {
        patterns.push_back(std::make_unique<RoutePattern>(text));
    }
    std::vector<const RoutePattern*> pointers;
    for (const auto& pattern : patterns) {
        pointers.push_back(pattern.get());
    }
    const RouteIndex index(pointers);
    BOOST_TEST(index.complete());
    const auto found = [&index](std::string_view path) {
        std::string text;
        for (const auto i : index.find(path)) {
            text += std::to_string(i);
        }
        return text;
    };
    BOOST_TEST(found("/user/42") == "024");
    BOOST_TEST(found("/user/me") == "124");
    BOOST_TEST(found("/user/") == "24");
    BOOST_TEST(found("/ab") == "34");
    BOOST_TEST(found("/abc") == "4");
    BOOST_TEST(found("/x") == "45");
    BOOST_TEST(found("/y") == "45");
    BOOST_TEST(found("x") == "");
    BOOST_TEST(found("") == "");
    BOOST_TEST(RouteIndex(std::vector<const RoutePattern*>{}).find("/").empty());
}

BOOST_AUTO_TEST_CASE(the_index_and_the_patterns_agree) {
    std::vector<std::unique_ptr<RoutePattern>> patterns;
    std::vector<const RoutePattern*> pointers;
    for (const char* text :
         {"/(a|b)*c", "/a.c", "/(ab){2,3}", "/a+b+", "/[^a]b", "/(a?b)?c*$", "/b.*c", "/.*a.b"}) {
        patterns.push_back(std::make_unique<RoutePattern>(text));
        pointers.push_back(patterns.back().get());
    }
    const RouteIndex index(pointers);
    std::string path = "/";
    int fits = 0;
    for (int number = 0; number < 4 * 4 * 4 * 4 * 4 * 4; ++number) {
        path.resize(1);
        for (int rest = number; rest != 0; rest /= 4) {
            path += "?abc"[rest % 4];
        }
        std::vector<std::uint32_t> expected;
        for (std::uint32_t i = 0; i < patterns.size(); ++i) {
            PathArguments arguments;
            if (patterns[i]->match(path, arguments)) {
                expected.push_back(i);
                ++fits;
            }
        }
        const auto found = index.find(path);
        BOOST_TEST_CONTEXT("path " << path) {
            BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), expected.begin(),
                                          expected.end());
        }
    }
    BOOST_TEST(fits > 500);
}

BOOST_AUTO_TEST_SUITE_END()
