#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cyclone/log.hpp>
#include <cyclone/options.hpp>

#include "captured_log.hpp"

namespace options_test {

namespace options = cyclone::options;
using namespace std::chrono_literals;

namespace {

/// What is wrong with the arguments, in the words of the parser.
std::string refusal(options::OptionParser& parser, const std::vector<std::string>& arguments) {
    try {
        parser.parse_command_line(arguments);
    } catch (const options::Error& error) {
        return error.what();
    }
    return "nothing";
}

std::string config_refusal(options::OptionParser& parser, std::string_view text) {
    try {
        parser.parse_config(text, "app.conf");
    } catch (const options::Error& error) {
        return error.what();
    }
    return "nothing";
}

class TemporaryFolder {
public:
    TemporaryFolder() {
        char name[] = "/tmp/cyclone-options-XXXXXX";
        path = ::mkdtemp(name);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        for (const auto& file : files_) {
            std::remove(file.c_str());
        }
        ::rmdir(path.c_str());
    }

    std::string file(const std::string& name, const std::string& text) {
        const std::string full = expect(name);
        std::ofstream(full) << text;
        return full;
    }
    /// A file that someone else will make.
    std::string expect(const std::string& name) {
        files_.push_back(path + "/" + name);
        return files_.back();
    }

    std::string path;

private:
    std::vector<std::string> files_;
};

std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line_options)

BOOST_AUTO_TEST_CASE(an_option_reads_as_its_default_until_it_is_given) {
    options::OptionParser parser;
    const auto port = parser.define<std::uint16_t>("port", 8888, "the port to listen on");
    BOOST_TEST(*port == 8888);
    BOOST_TEST(!port.given());
    const auto rest = parser.parse_command_line({"--port=80"});
    BOOST_TEST(*port == 80);
    BOOST_TEST(port.given());
    BOOST_TEST(rest.empty());
    const std::uint16_t value = port;
    BOOST_TEST(value == 80);
}

BOOST_AUTO_TEST_CASE(options_end_at_the_first_argument_without_a_dash_or_past_two) {
    options::OptionParser parser;
    const auto n = parser.define<int>("n");
    BOOST_TEST(parser.parse_command_line({"--n=1", "file", "--n=2"}) ==
                   (std::vector<std::string>{"file", "--n=2"}),
               boost::test_tools::per_element());
    BOOST_TEST(*n == 1);
    BOOST_TEST(
        parser.parse_command_line({"-n=3", "--", "--n=4"}) == (std::vector<std::string>{"--n=4"}),
        boost::test_tools::per_element());
    BOOST_TEST(*n == 3);
    BOOST_TEST(parser.parse_command_line({"-"}) == (std::vector<std::string>{"-"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(dashes_and_underscores_in_names_are_the_same) {
    options::OptionParser parser;
    const auto path = parser.define<std::string>("static_path");
    parser.parse_command_line({"--static-path=a"});
    BOOST_TEST(*path == "a");
    parser.parse_command_line({"--static_path=b"});
    BOOST_TEST(*path == "b");
    BOOST_TEST(*parser.find<std::string>("static-path") == "b");
}

BOOST_AUTO_TEST_CASE(a_switch_alone_is_true) {
    options::OptionParser parser;
    const auto quiet = parser.define<bool>("quiet", false);
    const auto collect = parser.define<bool>("collect", true);
    parser.parse_command_line({"--quiet", "--collect=no"});
    BOOST_TEST(*quiet);
    BOOST_TEST(!*collect);
    parser.parse_command_line({"--quiet=F", "--collect=On"});
    BOOST_TEST(!*quiet);
    BOOST_TEST(*collect);
    BOOST_TEST(refusal(parser, {"--quiet=perhaps"}) == "--quiet=perhaps: quiet is true or false");
}

BOOST_AUTO_TEST_CASE(a_number_out_of_range_is_refused_with_the_sentence_that_was_defined) {
    options::OptionParser parser;
    parser.define<std::uint16_t>(
        "port", 8888, "the port to listen on",
        {.rule = "a port is a number from 0 to 65535 (0 picks a free one)"});
    const std::string sentence = "a port is a number from 0 to 65535 (0 picks a free one)";
    for (const std::string value : {"99999", "-1", "", "80x", " 80", "0x50", "1e3"}) {
        BOOST_TEST(refusal(parser, {"--port=" + value}) == "--port=" + value + ": " + sentence);
    }
}

BOOST_AUTO_TEST_CASE(without_such_a_sentence_the_type_speaks) {
    options::OptionParser parser;
    parser.define<std::int8_t>("level");
    parser.define<double>("ratio");
    parser.define<std::vector<int>>("ids");
    BOOST_TEST(refusal(parser, {"--level=128"}) ==
               "--level=128: level is a whole number from -128 to 127");
    BOOST_TEST(refusal(parser, {"--ratio=nan"}) == "--ratio=nan: ratio is a number");
    BOOST_TEST(refusal(parser, {"--ids=1,,2"}) ==
               "--ids=1,,2: ids is a list, joined by commas, of which each is a whole number from "
               "-2147483648 to 2147483647");
}

BOOST_AUTO_TEST_CASE(a_definition_may_refuse_values_and_be_told_of_them) {
    options::OptionParser parser;
    std::string told;
    parser.define<int>("even", 0, "",
                       {.accept = [](int value) { return value % 2 == 0; },
                        .rule = "the number must be even",
                        .callback = [&told](int value) { told += std::to_string(value) + ' '; }});
    parser.define<std::string>("url", "", "", {.callback = [](const std::string&) {
                                   throw std::invalid_argument("this is no address");
                               }});
    BOOST_TEST(refusal(parser, {"--even=2", "--even=4"}) == "nothing");
    BOOST_TEST(refusal(parser, {"--even=5"}) == "--even=5: the number must be even");
    BOOST_TEST(told == "2 4 ");
    BOOST_TEST(refusal(parser, {"--url=x"}) == "--url=x: this is no address");
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_shown_how_to_give) {
    options::OptionParser parser;
    parser.define<int>("port", 8888);
    parser.define<std::string>("store");
    BOOST_TEST(refusal(parser, {"--port"}) == "--port: a value is missing, as in --port=8888");
    BOOST_TEST(refusal(parser, {"--store", "--port=1"}) ==
               "--store: a value is missing, as in --store=TEXT");
    BOOST_TEST(refusal(parser, {"--port", "9000"}) ==
               "--port: the value stands behind a =, as in --port=9000");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_answered_by_the_one_that_was_meant) {
    options::OptionParser parser;
    parser.define<int>("port");
    parser.define<std::string>("static_path");
    BOOST_TEST(refusal(parser, {"--prot=1"}) ==
               "--prot: there is no such option; did you mean --port?");
    BOOST_TEST(refusal(parser, {"--staticpath=x"}) ==
               "--staticpath: there is no such option; did you mean --static-path?");
    BOOST_TEST(refusal(parser, {"--verbose"}) ==
               "--verbose: there is no such option; --help shows all");
    BOOST_TEST(refusal(parser, {"--" + std::string(100'000, 'x')}).ends_with("--help shows all"));
}

BOOST_AUTO_TEST_CASE(a_secret_is_never_repeated) {
    options::OptionParser parser;
    parser.define<std::string>("password", "initial", "to log in with",
                               {.accept = [](const std::string& text) { return text.size() > 8; },
                                .rule = "a password has at least 8 characters",
                                .secret = true});
    BOOST_TEST(refusal(parser, {"--password=short"}) ==
               "--password: a password has at least 8 characters");
    BOOST_TEST(refusal(parser, {"--password", "mine"}).find("mine") == std::string::npos);
    BOOST_TEST(parser.help_text("app").find("initial") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_the_programs_own_mistake) {
    options::OptionParser parser;
    parser.define<int>("port", 1);
    BOOST_CHECK_THROW(parser.define<int>("port"), std::logic_error);
    BOOST_CHECK_THROW(parser.define<bool>("help"), std::logic_error);
    BOOST_CHECK_THROW(parser.define<int>("--x"), std::logic_error);
    BOOST_CHECK_THROW(parser.find<long>("port"), std::logic_error);
    BOOST_CHECK_THROW(parser.find<int>("other"), std::logic_error);
    BOOST_TEST(parser.contains("port"));
}

BOOST_AUTO_TEST_CASE(parse_callbacks_are_called_when_the_last_source_is_read) {
    options::OptionParser parser;
    int called = 0;
    parser.add_parse_callback([&called] { ++called; });
    parser.parse_config("", "app.conf", false);
    BOOST_TEST(called == 0);
    parser.parse_command_line({});
    BOOST_TEST(called == 1);
}

BOOST_AUTO_TEST_CASE(an_optional_tells_whether_it_was_given) {
    options::OptionParser parser;
    const auto limit = parser.define<std::optional<int>>("limit");
    BOOST_TEST(!limit->has_value());
    parser.parse_command_line({"--limit=5"});
    BOOST_TEST(**limit == 5);
    BOOST_TEST(refusal(parser, {"--limit=x"}).starts_with("--limit=x: limit is a whole number"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(config_files)

BOOST_AUTO_TEST_CASE(a_file_gives_names_and_values) {
    options::OptionParser parser;
    const auto port = parser.define<int>("port");
    const auto name = parser.define<std::string>("app_name");
    const auto hosts = parser.define<std::vector<std::string>>("hosts");
    const auto debug = parser.define<bool>("debug");
    const auto url = parser.define<std::string>("url");
    parser.parse_config(
        "\xef\xbb\xbf# settings\r\n"
        "\n"
        "port = 80   # the usual one\n"
        "  app-name='it\\'s # mine\\n'  \n"
        "hosts = ['a:1', \"b:2\", c:3]  # three\n"
        "debug = True\n"
        "url = http://h/#top",
        "app.conf");
    BOOST_TEST(*port == 80);
    BOOST_TEST(*name == "it's # mine\n");
    BOOST_TEST(*hosts == (std::vector<std::string>{"a:1", "b:2", "c:3"}),
               boost::test_tools::per_element());
    BOOST_TEST(*debug);
    BOOST_TEST(*url == "http://h/#top");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_file_is_told_with_its_line) {
    options::OptionParser parser;
    parser.define<int>("port", 1, "", {.rule = "a port is a number"});
    parser.define<std::vector<std::string>>("hosts");
    BOOST_TEST(config_refusal(parser, "\nport = x") ==
               "app.conf: line 2: port=x: a port is a number");
    BOOST_TEST(config_refusal(parser, "prot = 1") ==
               "app.conf: line 1: prot: there is no such option; did you mean port?");
    BOOST_TEST(config_refusal(parser, "port") == "app.conf: line 1: a line reads name = value");
    BOOST_TEST(config_refusal(parser, "port = '80") ==
               "app.conf: line 1: port: the quote at the end of the value is missing");
    BOOST_TEST(config_refusal(parser, "port = '80' 81") ==
               "app.conf: line 1: port: nothing but a comment can follow the value");
    BOOST_TEST(config_refusal(parser, "hosts = [a, b") ==
               "app.conf: line 1: hosts: the ] at the end of the list is missing");
    BOOST_TEST(config_refusal(parser, "hosts = ['a,b']") ==
               "app.conf: line 1: hosts: an element of a list cannot have a comma in it");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_refused) {
    options::OptionParser parser;
    const auto told = [&parser](const std::string& path) {
        try {
            parser.parse_config_file(path);
        } catch (const options::Error& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    BOOST_TEST(told("/nowhere/app.conf") ==
               "/nowhere/app.conf: it cannot be read: No such file or directory");
    BOOST_TEST(told("/") == "/: it cannot be read: Is a directory");
}

BOOST_AUTO_TEST_CASE(an_option_may_name_a_file_which_later_options_override) {
    TemporaryFolder folder;
    options::OptionParser parser;
    const auto port = parser.define<int>("port", 1);
    const auto name = parser.define<std::string>("name", "default");
    parser.define<std::string>("config", "", "", {.callback = [&parser](const std::string& path) {
                                   parser.parse_config_file(path, false);
                               }});
    const auto file = folder.file("app.conf", "port = 2\nname = file\n");
    parser.parse_command_line({"--name=line", "--config=" + file, "--port=3"});
    BOOST_TEST(*port == 3);
    BOOST_TEST(*name == "file");

    const auto circle = folder.file("circle.conf", "config = " + folder.path + "/circle.conf\n");
    BOOST_TEST(refusal(parser, {"--config=" + circle}) ==
               circle + ": this file and others name each other in a circle");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(help_page)

BOOST_AUTO_TEST_CASE(the_page_shows_each_option_in_its_group_within_80_columns) {
    options::OptionParser parser;
    options::define_logging_options(parser);
    parser.describe("Watches a Redis.");
    parser.define<std::uint16_t>("port", 8888, "the port to listen on", {.metavar = "PORT"});
    parser.define<std::vector<std::string>>(
        "monitor", {"127.0.0.1:6379"},
        "the servers to watch; each is host:port, redis://user:password@host:port/db or unix:path");
    parser.define<bool>("quiet", false, "say nothing");
    parser.define<std::string>("internal", "", "not for people", {.hidden = true});
    parser.define<std::chrono::seconds>("an_option_whose_name_is_long", 90s, "a time",
                                        {.group = "Storage"});
    BOOST_TEST(parser.help_text("redis-live") ==
               "Usage: redis-live [OPTIONS]\n"
               "Watches a Redis.\n"
               "\n"
               "Options:\n"
               "  --port=PORT         the port to listen on (default 8888)\n"
               "  --monitor=TEXT,...  the servers to watch; each is host:port,\n"
               "                      redis://user:password@host:port/db or unix:path (default\n"
               "                      127.0.0.1:6379)\n"
               "  --quiet             say nothing\n"
               "  --help              show this and leave\n"
               "\n"
               "Storage:\n"
               "  --an-option-whose-name-is-long=TIME\n"
               "                      a time (default 90s)\n"
               "\n"
               "Logging:\n"
               "  --logging=LEVEL     debug, info, warning, error or none (default info)\n"
               "  --log-file=PATH     append the log to this file instead of printing it on\n"
               "                      stderr\n");
}

BOOST_AUTO_TEST_CASE(help_is_given_whatever_comes_after_it) {
    options::OptionParser parser;
    parser.parse_command_line({"--help", "--nonsense"});
    BOOST_TEST(parser.help_wanted());
    options::OptionParser other;
    other.parse_command_line({"-h"});
    BOOST_TEST(other.help_wanted());
}

BOOST_AUTO_TEST_CASE(groups_come_once_in_the_order_of_their_first_option) {
    options::OptionParser parser;
    parser.define<int>("a", 1, "", {.group = "redis"});
    parser.define<bool>("b");
    parser.define<int>("c", 1, "", {.group = "application"});
    parser.define<int>("d", 1, "", {.group = "redis"});
    const std::vector<std::string> wanted{"redis", "application"};
    BOOST_TEST(parser.groups() == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(items_are_the_values_of_a_group) {
    options::OptionParser parser;
    parser.define<int>("a", 1, "", {.group = "application"});
    parser.define<bool>("b");
    const auto items = parser.items("application");
    BOOST_REQUIRE(items.size() == 1u);
    BOOST_TEST(items[0].first == "a");
    BOOST_TEST(items[0].second == "1");
    BOOST_TEST(parser.items().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(logging_options)

BOOST_AUTO_TEST_CASE(the_level_is_info_once_the_command_line_is_read) {
    const CapturedLog restored(cyclone::log::Level::error);
    options::OptionParser parser;
    options::define_logging_options(parser);
    BOOST_TEST((cyclone::log::level() == cyclone::log::Level::error));
    parser.parse_command_line({});
    BOOST_TEST((cyclone::log::level() == cyclone::log::Level::info));
    parser.parse_command_line({"--logging=none"});
    BOOST_TEST((cyclone::log::level() == cyclone::log::Level::none));
    BOOST_TEST(refusal(parser, {"--logging=loud"}) ==
               "--logging=loud: the level is one of debug, info, warning, error and none");
}

BOOST_AUTO_TEST_CASE(the_log_goes_on_in_a_new_file_when_the_old_one_was_moved_away) {
    const CapturedLog restored;
    TemporaryFolder folder;
    options::OptionParser parser;
    options::define_logging_options(parser);
    const auto path = folder.expect("app.log");
    const auto moved = folder.expect("app.log.1");
    parser.parse_command_line({"--log_file_prefix=" + path});
    cyclone::log::info("first");
    std::rename(path.c_str(), moved.c_str());
    cyclone::log::info("second");
    BOOST_TEST(contents(moved).ends_with("app] first\n"));
    BOOST_TEST(contents(path).ends_with("app] second\n"));
    BOOST_TEST(contents(path).find("first") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_log_file_that_cannot_be_written_is_refused) {
    const CapturedLog restored;
    options::OptionParser parser;
    options::define_logging_options(parser);
    BOOST_TEST(refusal(parser, {"--log-file=/nowhere/app.log"}) ==
               "--log-file=/nowhere/app.log: it cannot be written: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace options_test
