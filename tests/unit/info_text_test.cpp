#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <redislive/collector/info_text.hpp>
#include <tests/golden/golden_lines.hpp>

BOOST_AUTO_TEST_SUITE(info_text)

using namespace redislive;
namespace json = boost::json;

namespace {

constexpr std::string_view sample =
    "# Server\r\n"
    "redis_version:7.0.15\r\n"
    "redis_git_sha1:00000000\r\n"
    "redis_build_id:d81b8ff71cfb150e\r\n"
    "os:Linux 6.1.0-9-amd64 x86_64\r\n"
    "uptime_in_seconds:86399\r\n"
    "lru_clock:1_000\r\n"
    "executable:/opt/caf\303\251 \377\342\202/redis-server\r\n"
    "config_file:\r\n"
    "\r\n"
    "# Clients\r\n"
    "connected_clients:17\r\n"
    "# Memory\r\n"
    "used_memory:1057456\r\n"
    "used_memory_human:1.01M\r\n"
    "used_memory_peak_perc:97.48%\r\n"
    "mem_fragmentation_ratio:8.26\r\n"
    "rss_overhead_bytes:-208896\r\n"
    "maxmemory:18446744073709551615\r\n"
    "maxmemory_policy:noeviction\r\n"
    "# Persistence\r\n"
    "rdb_last_bgsave_status:ok\r\n"
    "module_fork_in_progress:0\r\n"
    "# Stats\r\n"
    "total_commands_processed:1249999\r\n"
    "instantaneous_input_kbps:0.04\r\n"
    "expired_stale_perc:.50\r\n"
    "nothing_after_the_point:5.\r\n"
    "slow:1.5e3\r\n"
    "exponent:1e5\r\n"
    "# Replication\r\n"
    "role:master\r\n"
    "slave0:ip=10.0.0.7,port=6380,state=online,offset=1288,lag=0\r\n"
    "master_replid:3f2c9f7dd1bf3a50ecf9e5d1b4c8b8e0a1a37e2d\r\n"
    "# Modules\r\n"
    "module:name=search,ver=20405,api=1,filters=0,usedby=[],using=[ReJSON],options=[handle-io-"
    "errors]\r\n"
    "module:name=ReJSON,ver=20007,api=1\r\n"
    "# Commandstats\r\n"
    "cmdstat_get:calls=2,usec=11,usec_per_call=5.50,rejected_calls=0,failed_calls=0\r\n"
    "cmdstat_host::calls=3,usec=4\r\n"
    "cmdstat_config|get:calls=1,usec=27,usec_per_call=27.00\r\n"
    "# Errorstats\r\n"
    "errorstat_ERR:count=1\r\n"
    "# Latencystats\r\n"
    "latency_percentiles_usec_get:p50=4.015,p99=7.007,p99.9=7.007\r\n"
    "# Keyspace\r\n"
    "db0:keys=1,expires=0,avg_ttl=0\r\n"
    "db3:keys=55,expires=2,avg_ttl=12\r\n"
    "no colon here\r\n";

// What redis-py 4.3.4 makes of the sample.
constexpr std::string_view parsed_by_redis_py = R"json({
    "redis_version": "7.0.15",
    "redis_git_sha1": 0,
    "redis_build_id": "d81b8ff71cfb150e",
    "os": "Linux 6.1.0-9-amd64 x86_64",
    "uptime_in_seconds": 86399,
    "lru_clock": 1000,
    "executable": "/opt/caf\u00e9 \ufffd\ufffd/redis-server",
    "config_file": "",
    "connected_clients": 17,
    "used_memory": 1057456,
    "used_memory_human": "1.01M",
    "used_memory_peak_perc": "97.48%",
    "mem_fragmentation_ratio": 8.26,
    "rss_overhead_bytes": -208896,
    "maxmemory": 18446744073709551615,
    "maxmemory_policy": "noeviction",
    "rdb_last_bgsave_status": "ok",
    "module_fork_in_progress": 0,
    "total_commands_processed": 1249999,
    "instantaneous_input_kbps": 0.04,
    "expired_stale_perc": 0.5,
    "nothing_after_the_point": 5.0,
    "slow": 1500.0,
    "exponent": "1e5",
    "role": "master",
    "slave0": {"ip": "10.0.0.7", "port": 6380, "state": "online", "offset": 1288, "lag": 0},
    "master_replid": "3f2c9f7dd1bf3a50ecf9e5d1b4c8b8e0a1a37e2d",
    "modules": [{"name": "search", "ver": 20405, "api": 1, "filters": 0, "usedby": "[]", "using": "[ReJSON]", "options": "[handle-io-errors]"}, {"name": "ReJSON", "ver": 20007, "api": 1}],
    "cmdstat_get": {"calls": 2, "usec": 11, "usec_per_call": 5.5, "rejected_calls": 0, "failed_calls": 0},
    "cmdstat_host:": {"calls": 3, "usec": 4},
    "cmdstat_config|get": {"calls": 1, "usec": 27, "usec_per_call": 27.0},
    "errorstat_ERR": "count=1",
    "latency_percentiles_usec_get": {"p50": 4.015, "p99": 7.007, "p99.9": 7.007},
    "db0": {"keys": 1, "expires": 0, "avg_ttl": 0},
    "db3": {"keys": 55, "expires": 2, "avg_ttl": 12},
    "__raw__": ["no colon here"]
})json";

}  // namespace

BOOST_AUTO_TEST_CASE(info_is_parsed_as_by_redis_py) {
    const json::object info = parse_info_text(sample);
    const json::object expected = json::parse(parsed_by_redis_py).as_object();
    for (const auto& [name, value] : expected) {
        BOOST_REQUIRE_MESSAGE(info.contains(name), name << " is missing");
        // Their kinds too: for Boost.JSON 5 and 5.0 are not equal, but 5 and 5u are.
        BOOST_TEST(info.at(name) == value);
        BOOST_TEST(info.at(name).is_double() == value.is_double(), name);
    }
    BOOST_TEST(info.size() == expected.size());
}

BOOST_AUTO_TEST_CASE(what_redis_py_cannot_parse_stays_text) {
    const json::object info = parse_info_text(
        "list:a=1,b\nhuge:18446744073709551616\nversion:1.2.3\nsign:+-1\nplus:+5\nblank: 7 \n"
        "under:_1\nnothing:\ndot:.\ninfinite:1.e999\nequals:a=b=1,c=2");
    BOOST_TEST(info.at("equals").at("a=b") == 1);
    BOOST_TEST(info.at("list") == "a=1,b");
    BOOST_TEST(info.at("huge") == "18446744073709551616");
    BOOST_TEST(info.at("version") == "1.2.3");
    BOOST_TEST(info.at("sign") == "+-1");
    BOOST_TEST(info.at("plus") == 5);
    BOOST_TEST(info.at("blank") == 7);
    BOOST_TEST(info.at("under") == "_1");
    BOOST_TEST(info.at("nothing") == "");
    BOOST_TEST(info.at("dot") == ".");
    BOOST_TEST(info.at("infinite") == "1.e999");
    BOOST_TEST(parse_info_text("").empty());
    BOOST_TEST(parse_info_text("# Server\r\n\r\n").empty());
    BOOST_TEST(parse_info_text("modules:1\nmodule:2\n__raw__:x\nraw").size() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_utf_8_is_replaced_as_python_does) {
    const auto text_of = [](std::string_view value) {
        return std::string(parse_info_text("a:" + std::string(value)).at("a").as_string());
    };
    const std::string bad = "\xef\xbf\xbd";
    for (const char* valid : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x94\x91", "\xed\x9f\xbf"}) {
        BOOST_TEST(text_of(valid) == valid);
    }
    BOOST_TEST(text_of("\xff") == bad);
    BOOST_TEST(text_of("\xe2\x82") == bad);
    BOOST_TEST(text_of("\xe2\x82x") == bad + "x");
    BOOST_TEST(text_of("\xc0\xaf") == bad + bad);
    BOOST_TEST(text_of("\xe0\x80\x80") == bad + bad + bad);
    BOOST_TEST(text_of("\xed\xa0\x80") == bad + bad + bad);
    BOOST_TEST(text_of("\xf4\x90\x80\x80") == bad + bad + bad + bad);
    BOOST_TEST(text_of("\xf0\x9f\x94") == bad);
}

BOOST_AUTO_TEST_CASE(info_is_presented_as_in_the_recorded_answers) {
    int compared = 0;
    for (const std::string folder : {"utc", "sao_paulo"}) {
        for (const auto& recorded : golden::read_lines(folder + "/info.jsonl")) {
            const std::string query = "/api/info?server=" + golden::text_of(recorded, "server");
            for (const auto& line : golden::read_lines(folder + "/answers.jsonl")) {
                if (golden::text_of(line, "query") != query) {
                    continue;
                }
                const json::object presented = present_info(recorded.at("info").as_object());
                BOOST_TEST(presented == line.at("answer").as_object(), query);
                ++compared;
            }
        }
    }
    BOOST_TEST(compared == 4);
}

BOOST_AUTO_TEST_CASE(numbers_below_a_thousand_stay_numbers) {
    const auto present = [](std::string_view text) { return present_info(parse_info_text(text)); };
    const json::object small = present(
        "db1:keys=998,expires=0\ndb0:keys=1,expires=0\n"
        "uptime_in_seconds:59\ntotal_commands_processed:999\n");
    BOOST_TEST(small.at("total_keys") == 999);
    BOOST_TEST(small.at("total_commands_processed_human") == 999);
    BOOST_TEST(small.at("uptime") == "59 sec");
    BOOST_TEST(small.at("databases").at(0).at("name") == "db0");
    BOOST_TEST(small.at("databases").at(1).at("keys") == 998);
    const json::object large = present("db0:keys=1000,expires=0\ntotal_commands_processed:1000\n");
    BOOST_TEST(large.at("total_keys") == "1K");
    BOOST_TEST(large.at("total_commands_processed_human") == "1K");
    BOOST_TEST(!large.contains("uptime"));
}

BOOST_AUTO_TEST_CASE(an_info_of_which_nothing_is_known_is_presented_without_what_it_lacks) {
    BOOST_TEST(present_info({}).empty());
    const json::object presented = present_info({{"role", "master"}, {"db0", "?"}, {"dbx", 1}});
    BOOST_TEST(presented.at("total_keys") == 0);
    BOOST_TEST(json::serialize(presented.at("databases")) ==
               R"([{"name":"db0","keys":"0","expires":"0"}])");
    BOOST_TEST(presented.at("db0") == "?");
    BOOST_TEST(presented.size() == 5);
}

BOOST_AUTO_TEST_SUITE_END()
