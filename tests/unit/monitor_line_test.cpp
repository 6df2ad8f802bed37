#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/collector/monitor_line.hpp>
#include <tests/golden/golden_lines.hpp>

BOOST_TEST_DONT_PRINT_LOG_VALUE(redislive::MonitorLineError)

BOOST_AUTO_TEST_SUITE(monitor_line)

using namespace redislive;

namespace {

using Texts = std::vector<std::string>;

std::string decode_base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text.substr(0, text.find('='))) {
        bits = (bits << 6 | static_cast<unsigned>(digits.find(c))) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xff);
        }
    }
    return bytes;
}

Texts arguments_of(const MonitorEvent& event) {
    return {event.arguments.begin(), event.arguments.end()};
}

MonitorLineError error_of(std::string_view line) {
    // On the heap and without a byte to spare, so that the address sanitizer sees a read beyond it.
    const std::vector<char> exact(line.begin(), line.end());
    MonitorEvent event;
    return parse_monitor_line({exact.data(), exact.size()}, event);
}

/// The text as Redis writes an argument.
std::string quoted_by_redis(std::string_view bytes) {
    std::string text = "\"";
    for (const char c : bytes) {
        constexpr std::string_view special = "\\\"\n\r\t\a\b";
        constexpr std::string_view written = "\\\"nrtab";
        if (const std::size_t at = special.find(c); at != std::string_view::npos) {
            text += {'\\', written[at]};
        } else if (c >= ' ' && c <= '~') {
            text += c;
        } else {
            constexpr std::string_view hex = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            text += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        }
    }
    return text + '"';
}

/// first_key() of a command written with spaces between its words; `''` is an empty one.
std::optional<std::string> key_of(std::string_view command) {
    std::string line = "1.000000 [0 127.0.0.1:1]";
    while (!command.empty()) {
        const std::string_view word = command.substr(0, command.find(' '));
        command.remove_prefix(std::min(word.size() + 1, command.size()));
        line += ' ' + quoted_by_redis(word == "''" ? "" : word);
    }
    MonitorEvent event;
    BOOST_REQUIRE(parse_monitor_line(line, event) == MonitorLineError::none);
    const auto key = first_key(event);
    return key ? std::optional<std::string>(*key) : std::nullopt;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_recorded_lines_of_a_redis_are_read_as_what_was_sent) {
    MonitorEvent event;
    int compared = 0;
    for (const auto& recorded : golden::read_lines("monitor_lines.jsonl")) {
        const std::string line = decode_base64(golden::text_of(recorded, "line_base64"));
        BOOST_REQUIRE_MESSAGE(parse_monitor_line(line, event) == MonitorLineError::none, line);
        std::string time = golden::text_of(recorded, "time");
        time.erase(time.find('.'), 1);
        BOOST_TEST(event.microseconds == std::stoll(time), line);
        BOOST_TEST(event.epoch() == std::stoll(time) / 1'000'000, line);
        BOOST_TEST(event.db == recorded.at("db").as_int64(), line);
        BOOST_TEST(event.client == golden::text_of(recorded, "client"), line);
        BOOST_TEST(event.command == golden::text_of(recorded, "command"), line);
        Texts expected;
        for (const auto& argument : recorded.at("arguments_base64").as_array()) {
            expected.push_back(decode_base64(std::string(argument.as_string())));
        }
        BOOST_TEST(arguments_of(event) == expected, line);
        ++compared;
    }
    BOOST_TEST(compared == 58);
}

BOOST_AUTO_TEST_CASE(every_byte_comes_back_from_every_escape) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    const std::string line = "1.000002 [15 [::1]:5000] \"SeT\" " + quoted_by_redis(all) +
                             " \"plain\" " + quoted_by_redis(all);
    MonitorEvent event;
    BOOST_REQUIRE(parse_monitor_line(line, event) == MonitorLineError::none);
    const Texts expected{all, "plain", all};
    BOOST_TEST(arguments_of(event) == expected);
    BOOST_TEST(event.command == "SET");
    BOOST_TEST(event.db == 15);
    BOOST_TEST(event.microseconds == 1'000'002);
}

BOOST_AUTO_TEST_CASE(the_path_of_a_unix_client_may_hold_spaces_and_brackets) {
    for (const char* client :
         {"unix:/run/my redis/a.sock", "unix:/tmp/a]b", "unix:/tmp/a] b", "unix:/tmp/[0 lua]",
          "unix:/tmp/a] \"GET\" b", "unix:/tmp/a\"] \"b", "lua", ""}) {
        const std::string line = "1.000000 [3 " + std::string(client) + R"(] "GET" "a] " "b")";
        MonitorEvent event;
        BOOST_REQUIRE_MESSAGE(parse_monitor_line(line, event) == MonitorLineError::none, line);
        BOOST_TEST(event.client == client);
        const Texts expected{"a] ", "b"};
        BOOST_TEST(arguments_of(event) == expected, line);
    }
}

BOOST_AUTO_TEST_CASE(an_event_is_used_again_without_traces_of_the_line_before) {
    MonitorEvent event;
    BOOST_REQUIRE(parse_monitor_line(R"(1.000000 [0 lua] "MSET" "a\n" "1" "b" "2")", event) ==
                  MonitorLineError::none);
    BOOST_REQUIRE(parse_monitor_line(R"(2.500000 [1 1.2.3.4:5] "PING")", event) ==
                  MonitorLineError::none);
    BOOST_TEST(event.command == "PING");
    BOOST_TEST(event.arguments.empty());
    BOOST_TEST(event.microseconds == 2'500'000);
    BOOST_TEST(event.db == 1);
    BOOST_TEST(event.client == "1.2.3.4:5");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_line_is_told) {
    using enum MonitorLineError;
    for (const char* line :
         {"", "OK", "x.000000 [0 lua] \"PING\"", "1 [0 lua] \"PING\"", "1.00000 [0 lua] \"PING\"",
          "1.0000000 [0 lua] \"PING\"", "-1.000000 [0 lua] \"PING\"", "1.000000",
          "1.000000[0 lua] \"PING\"", "9999999999999.000000 [0 lua] \"PING\"", "1."}) {
        BOOST_TEST((error_of(line) == no_time), line);
    }
    for (const char* line :
         {"1.000000 ", "1.000000 (db 0) \"PING\"", "1.000000 [", "1.000000 [0",
          "1.000000 [0] \"A\"", "1.000000 [x lua] \"A\"", "1.000000 [-1 lua] \"A\"",
          "1.000000 [9999999999 lua] \"A\"", "1.000000 [0 lua]", "1.000000 [0 lua] ",
          "1.000000 [0 lua] A", "1.000000 \"keys\" \"*\""}) {
        BOOST_TEST((error_of(line) == no_client), line);
    }
    const std::string client = "1.000000 [0 lua] ";
    const std::string long_argument = '"' + std::string(1000, 'a') + "\\n\" ";
    BOOST_TEST((error_of(client + "\"A\" " + long_argument + "x") == bad_argument));
    for (const char* rest :
         {R"("A""b")", R"("A"  "b")", R"("A" b)", R"("A"x)", R"("A" "b"x)", R"("a" "b" c")"}) {
        BOOST_TEST((error_of(client + rest) == bad_argument), rest);
    }
    for (const char* rest : {R"("A\q")", R"("A\x0g")", R"("A\xg0")", R"("A\0")", R"("\X00")"}) {
        BOOST_TEST((error_of(client + rest) == bad_escape), rest);
    }
    for (const char* rest : {R"(")", R"("A)", R"("A" ")", R"("A" "b)", R"("A" "b\)", R"("A" "b\")",
                             R"("A" "b\x)", R"("A" "b\x0)", R"("A" "b\x00)", R"("A" )"}) {
        BOOST_TEST((error_of(client + rest) == unfinished), rest);
    }
    BOOST_TEST((error_of("1.000000 [0 " + std::string(300, 'x') + "] \"PING\"") == no_client));
    BOOST_TEST(describe(none).empty());
    for (const auto error : {no_time, no_client, bad_argument, bad_escape, unfinished}) {
        BOOST_TEST(!describe(error).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_was_cut_still_has_its_command_and_the_arguments_before_the_cut) {
    MonitorEvent event;
    const std::string line = R"(1.000000 [0 lua] "set" "k\n" "a long val)";
    BOOST_TEST((parse_monitor_line(line, event) == MonitorLineError::unfinished));
    BOOST_TEST(event.command == "SET");
    const Texts expected{"k\n"};
    BOOST_TEST(arguments_of(event) == expected);
}

BOOST_AUTO_TEST_CASE(no_line_however_broken_is_read_beyond_its_end) {
    std::mt19937 random(20261124);
    const std::string good =
        R"(1795467302.293838 [0 unix:/a] "] "SET" "k\"\\\n\x00\xff" "v] " "[0 lua] \"")";
    constexpr std::string_view pieces = "\"\\x0afn] [.1 :";
    for (int round = 0; round < 20'000; ++round) {
        std::string line = good.substr(0, random() % (good.size() + 1));
        for (unsigned changes = random() % 4; changes > 0 && !line.empty(); --changes) {
            line[random() % line.size()] = pieces[random() % pieces.size()];
        }
        error_of(line);
    }
    // Many ends of a client that might be: bounded work.
    std::string line = "1.000000 [0 ";
    for (int i = 0; i < 100'000; ++i) {
        line += "] \"";
    }
    BOOST_TEST((error_of(line) != MonitorLineError::none));
}

BOOST_AUTO_TEST_CASE(the_first_key_is_the_one_that_command_getkeys_of_redis_7_names_first) {
    // Asked of a redis-server 7.0.15.
    for (const auto& [command, key] : std::vector<std::pair<const char*, const char*>>{
             {"GET k", "k"},
             {"MSET a 1 b 2", "a"},
             {"BITOP AND d a b", "d"},
             {"PFDEBUG GETREG k", "k"},
             {"EVAL s 2 a b", "a"},
             {"EVALSHA s 1 a", "a"},
             {"EVAL_RO s 1 a", "a"},
             {"EVALSHA_RO s 1 a", "a"},
             {"FCALL f 1 a", "a"},
             {"FCALL_RO f 1 a", "a"},
             {"BLMPOP 0 2 a b LEFT", "a"},
             {"BZMPOP 0 1 a MIN", "a"},
             {"LMPOP 1 a LEFT", "a"},
             {"ZMPOP 1 a MIN", "a"},
             {"ZUNION 2 a b", "a"},
             {"ZINTER 2 a b", "a"},
             {"ZDIFF 2 a b", "a"},
             {"SINTERCARD 2 a b", "a"},
             {"ZINTERCARD 2 a b", "a"},
             {"ZUNIONSTORE d 2 a b", "d"},
             {"ZRANGESTORE d s 0 1", "d"},
             {"SORT k BY w STORE d", "k"},
             {"SORT_RO k", "k"},
             {"GEORADIUS k 1 1 1 m STORE d", "k"},
             {"XREAD COUNT 2 BLOCK 0 STREAMS a b 0 0", "a"},
             {"XREADGROUP GROUP streams c NOACK STREAMS a >", "a"},
             {"XREADGROUP GROUP g streams COUNT 1 STREAMS a >", "a"},
             {"MIGRATE h 1 k 0 1", "k"},
             {"MIGRATE h 1 '' 0 1", ""},
             {"MIGRATE h 1 '' 0 1 COPY KEYS a b", "a"},
             {"MIGRATE h 1 '' 0 1 COPY AUTH keys KEYS a b", "a"},
             {"MIGRATE h 1 '' 0 1 AUTH2 keys keys REPLACE KEYS a", "a"},
             {"OBJECT ENCODING k", "k"},
             {"OBJECT FREQ k", "k"},
             {"OBJECT IDLETIME k", "k"},
             {"object refcount k", "k"},
             {"MEMORY USAGE k", "k"},
             {"XGROUP CREATE k g $", "k"},
             {"XGROUP CREATECONSUMER k g c", "k"},
             {"XGROUP DELCONSUMER k g c", "k"},
             {"XGROUP DESTROY k g", "k"},
             {"XGROUP SETID k g 0", "k"},
             {"XINFO STREAM k", "k"},
             {"XINFO GROUPS k", "k"},
             {"XINFO CONSUMERS k g", "k"},
             {"WATCH k", "k"},
             {"BLPOP a b 0", "a"},
             {"COPY a b", "a"},
             {"LCS a b", "a"},
             {"GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 m", "d"},
             {"XADD k * f v", "k"},
             {"PFMERGE d a", "d"}}) {
        BOOST_TEST(key_of(command).value_or("no key") == key, command);
    }
}

BOOST_AUTO_TEST_CASE(a_command_without_a_key_has_none) {
    // Asked of a redis-server 7.0.15: "The command has no key arguments".
    for (const char* command :
         {"EVAL s 0", "OBJECT HELP", "MEMORY DOCTOR", "XINFO HELP", "PING x", "PUBLISH c m",
          "SPUBLISH c m", "SSUBSCRIBE c", "SUBSCRIBE c", "SCAN 0", "KEYS a", "SELECT 1",
          "CLUSTER KEYSLOT k", "WAIT 0 0", "SCRIPT LOAD x", "SWAPDB 0 1", "ECHO x", "CONFIG GET x",
          "CLIENT SETNAME x"}) {
        BOOST_TEST(!key_of(command), command);
    }
    for (const char* command : {"INFO all",        "MULTI",           "EXEC",
                                "DISCARD",         "AUTH (redacted)", "FLUSHDB async",
                                "FLUSHALL",        "DBSIZE",          "TIME",
                                "HELLO 3",         "FUNCTION LIST",   "COMMAND GETKEYS GET k",
                                "PSUBSCRIBE a*",   "PUBSUB CHANNELS", "UNWATCH",
                                "RANDOMKEY",       "RESET",           "QUIT",
                                "LATENCY RESET x", "ACL WHOAMI",      "DEBUG SLEEP 0"}) {
        BOOST_TEST(!key_of(command), command);
    }
}

BOOST_AUTO_TEST_CASE(arguments_that_are_too_few_or_no_numbers_give_no_key) {
    for (const char* command : {"GET",
                                "BITOP AND",
                                "EVAL s",
                                "EVAL s x k",
                                "EVAL s 0 argument",
                                "ZUNION 0 a",
                                "EVAL s -1 k",
                                "EVAL s 1",
                                "LMPOP",
                                "ZUNION 1",
                                "XREAD",
                                "XREAD STREAMS",
                                "XREAD COUNT",
                                "XREAD FOO STREAMS a",
                                "XREADGROUP GROUP g",
                                "MIGRATE h 1",
                                "OBJECT",
                                "OBJECT ENCODING",
                                "XGROUP",
                                "MEMORY USAGE"}) {
        BOOST_TEST(!key_of(command), command);
    }
}

BOOST_AUTO_TEST_CASE(commands_of_modules_and_other_versions_are_taken_to_begin_with_their_key) {
    BOOST_TEST(key_of("JSON.SET doc $ 1").value_or("") == "doc");
    BOOST_TEST(key_of("HEXPIRE h 10 FIELDS 1 f").value_or("") == "h");
    BOOST_TEST(key_of("STRALGO LCS KEYS a b").value_or("") == "a");
    BOOST_TEST(!key_of("STRALGO LCS STRINGS a b"));
    BOOST_TEST(!key_of("WAITAOF 0 0 0"));
    BOOST_TEST(key_of("DEBUG OBJECT k").value_or("") == "k");
}

BOOST_AUTO_TEST_SUITE_END()
