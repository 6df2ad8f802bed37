#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/options/conversion.hpp>

BOOST_AUTO_TEST_SUITE(option_types)

namespace options = cyclone::options;
using namespace std::chrono_literals;

template <class T>
std::optional<T> parsed(std::string_view text) {
    return options::Conversion<T>::parse(text);
}

BOOST_AUTO_TEST_CASE(a_time_has_a_unit_or_is_seconds) {
    using std::chrono::milliseconds;
    BOOST_TEST((parsed<milliseconds>("5s") == 5000ms));
    BOOST_TEST((parsed<milliseconds>("250ms") == 250ms));
    BOOST_TEST((parsed<milliseconds>("2h") == 7200000ms));
    BOOST_TEST((parsed<milliseconds>("1.5") == 1500ms));
    BOOST_TEST((parsed<milliseconds>("0.001s") == 1ms));
    BOOST_TEST((parsed<milliseconds>("1h 30min") == 5400000ms));
    BOOST_TEST((parsed<milliseconds>("1m30s") == 90000ms));
    BOOST_TEST((parsed<milliseconds>("2 weeks") == 1209600000ms));
    BOOST_TEST((parsed<std::chrono::nanoseconds>("3us") == 3000ns));
    BOOST_TEST((parsed<std::chrono::duration<double>>("250ms")->count() == 0.25));
    BOOST_TEST((parsed<std::chrono::hours>("1d") == 24h));
    for (const char* text : {"", " ", "s", "-5s", "5 parsecs", "5s!", ".", "1e3", "5 s s"}) {
        BOOST_TEST(!parsed<milliseconds>(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_CASE(a_time_that_the_type_cannot_hold_is_refused_instead_of_rounded) {
    BOOST_TEST(!parsed<std::chrono::seconds>("250ms").has_value());
    BOOST_TEST((parsed<std::chrono::seconds>("2000ms") == 2s));
    BOOST_TEST(!parsed<std::chrono::nanoseconds>("300000d").has_value());
    BOOST_TEST(!parsed<std::chrono::nanoseconds>(std::string(400, '9')).has_value());
    BOOST_TEST(options::Conversion<std::chrono::seconds>::rule() ==
               "a time such as 5s or 90s, in steps of 1s (a plain number is seconds)");
}

BOOST_AUTO_TEST_CASE(a_time_is_shown_in_the_unit_that_fits) {
    const auto shown = [](auto value) {
        return options::Conversion<decltype(value)>::format(value);
    };
    BOOST_TEST(shown(5s) == "5s");
    BOOST_TEST(shown(90s) == "90s");
    BOOST_TEST(shown(120s) == "2m");
    BOOST_TEST(shown(250ms) == "250ms");
    BOOST_TEST(shown(0ms) == "0s");
    BOOST_TEST(shown(744h) == "31d");
}

BOOST_AUTO_TEST_CASE(a_list_is_joined_by_commas) {
    using Texts = std::vector<std::string>;
    BOOST_TEST(parsed<Texts>("a, b ,c").value() == (Texts{"a", "b", "c"}),
               boost::test_tools::per_element());
    BOOST_TEST(parsed<Texts>("").value().empty());
    BOOST_TEST(parsed<Texts>("a,").value() == (Texts{"a", ""}), boost::test_tools::per_element());
    BOOST_TEST(parsed<std::vector<int>>("1,3:5,-2").value() == (std::vector<int>{1, 3, 4, 5, -2}),
               boost::test_tools::per_element());
    BOOST_TEST(parsed<std::vector<std::uint8_t>>("254:255").value() ==
                   (std::vector<std::uint8_t>{254, 255}),
               boost::test_tools::per_element());
    for (const char* text : {"1,x", "5:3", "1:", ":1", "0:2000000000", "-2147483648:2147483647"}) {
        BOOST_TEST(!parsed<std::vector<int>>(text).has_value(), text << " was accepted");
    }
}

BOOST_AUTO_TEST_SUITE_END()
