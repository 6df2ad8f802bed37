#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/api/util/settings.hpp>

BOOST_TEST_DONT_PRINT_LOG_VALUE(redislive::StoreKind)

BOOST_AUTO_TEST_SUITE(settings)

using namespace redislive;

namespace {

std::string error_of(std::string_view text) {
    const auto settings = parse_settings(text, "redis-live.conf");
    return settings ? "no error" : settings.error();
}

Settings settings_of(std::string_view text) {
    auto settings = parse_settings(text, "redis-live.conf");
    BOOST_REQUIRE_MESSAGE(settings, settings.error());
    return *std::move(settings);
}

std::vector<std::string> ids_of(std::string_view list) {
    const auto servers = parse_server_list(list);
    BOOST_REQUIRE_MESSAGE(servers, servers.error());
    std::vector<std::string> ids;
    for (const ServerAddress& server : *servers) {
        ids.push_back(server.id());
    }
    return ids;
}

std::string list_error(std::string_view list) {
    const auto servers = parse_server_list(list);
    return servers ? "no error" : servers.error();
}

std::string store_error(std::string_view text) {
    const auto store = parse_store(text);
    return store ? "no error" : store.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_configuration_of_the_original_is_read) {
    const Settings settings = settings_of(R"({
        "RedisServers":
        [
            {"server": "154.17.59.99", "port"  : 6379},
            {"server": "localhost", "port": "6380", "password": "some-password"}
        ],
        "DataStoreType": "redis",
        "RedisStatsServer": {"server": "stats.example", "port": 6385, "password": "other"},
        "SqliteStatsStore": {"path": "to your sql lite file"}
    })");
    BOOST_REQUIRE(settings.servers.size() == 2);
    BOOST_TEST(settings.servers[0].id() == "154.17.59.99:6379");
    BOOST_TEST(settings.servers[0].connection.password == "");
    BOOST_TEST(settings.servers[1].id() == "localhost:6380");
    BOOST_TEST(settings.servers[1].connection.password == "some-password");
    BOOST_TEST(settings.store.kind == StoreKind::redis);
    BOOST_TEST(settings.store.redis.host == "stats.example");
    BOOST_TEST(settings.store.redis.port == 6385);
    BOOST_TEST(settings.store.redis.password == "other");
    BOOST_TEST(settings.keep_days == 31);
    BOOST_TEST(settings.warnings.empty());
}

BOOST_AUTO_TEST_CASE(what_is_ours_is_read_too) {
    const Settings settings = settings_of(
        "\xef\xbb\xbf"
        R"({
        "RedisServers": [
            {"server": "::1", "username": "watcher", "password": null, "db": 3, "tls": true},
            {"unix": "/run/redis/redis.sock"}
        ],
        "DataStoreType": "sqlite",
        "RedisStatsServer": {"is": "not read"},
        "SqliteStatsStore": {"path": "/var/lib/redislive.sqlite"},
        "KeepDays": 7
    })");
    BOOST_REQUIRE(settings.servers.size() == 2);
    BOOST_TEST(settings.servers[0].id() == "[::1]:6379");
    BOOST_TEST(settings.servers[0].connection.username == "watcher");
    BOOST_TEST(settings.servers[0].connection.db == 3);
    BOOST_TEST(settings.servers[0].connection.tls);
    BOOST_TEST(settings.servers[1].id() == "/run/redis/redis.sock");
    BOOST_TEST(!settings.servers[1].connection.tls);
    BOOST_TEST(settings.store.kind == StoreKind::sqlite);
    BOOST_TEST(settings.store.path == "/var/lib/redislive.sqlite");
    BOOST_TEST(settings.keep_days == 7);
}

BOOST_AUTO_TEST_CASE(what_is_missing_has_its_default) {
    const Settings settings = settings_of("{}");
    BOOST_TEST(settings.servers.empty());
    BOOST_TEST(settings.store.kind == StoreKind::sqlite);
    BOOST_TEST(settings.store.path == "db/redislive.sqlite");
    BOOST_TEST(settings.keep_days == 31);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_told_with_line_and_column) {
    const auto starts = [](std::string_view text, const std::string& position) {
        const std::string error = error_of(text);
        BOOST_TEST(error.starts_with("redis-live.conf: " + position + ": this is not JSON ("),
                   error);
    };
    starts("{\n  \"RedisServers\": [,]\n}", "line 2, column 20");
    starts("{\"a\": 1,}", "line 1, column 9");
    starts("{\"a\": 1", "line 1, column 8");
    starts("{\"a\": 1\n", "line 2, column 1");
    starts("{\"a\": 1}\n\n{}", "line 3, column 1");
    starts("{\"\xc3\xa9\": 'x'}", "line 1, column 7");
    starts("{\r\n\t\"a\" 1}", "line 2, column 6");
    starts("// comment\n{}", "line 1, column 1");
    BOOST_TEST(error_of(" \n") == "redis-live.conf: the file is empty; {} would be the least");
}

BOOST_AUTO_TEST_CASE(what_is_of_a_wrong_type_or_missing_is_told_by_its_place) {
    const auto refused = [](std::string_view text, const std::string& sentence) {
        BOOST_TEST(error_of(text) == "redis-live.conf: " + sentence);
    };
    refused("[]", "this is an object, {...}");
    refused(R"({"RedisServers": {}})",
            R"(RedisServers: this is a list, [{"server": "127.0.0.1"}])");
    refused(R"({"RedisServers": ["a:1"]})", "RedisServers[0]: this is an object, {...}");
    refused(R"({"RedisServers": [{"port": 6379}]})",
            R"(RedisServers[0].server: the host is missing, such as "127.0.0.1")");
    refused(R"({"RedisServers": [{"server": "a"}, {"server": 5}]})",
            "RedisServers[1].server: this is a text, in quotes");
    refused(R"({"RedisServers": [{"server": "a", "password": 1234}]})",
            "RedisServers[0].password: this is a text, in quotes");
    refused(R"({"RedisServers": [{"server": "a", "tls": "yes"}]})",
            "RedisServers[0].tls: this is true or false");
    refused(R"({"RedisServers": [{"server": "a", "db": -1}]})",
            "RedisServers[0].db: a database is a number from 0 to 1000000, not -1");
    refused(R"({"RedisServers": [{"server": "a", "unix": "/b"}]})",
            R"(RedisServers[0].unix: there is "server" too; give one of them)");
    refused(R"({"RedisServers": [{"server": "a"}, {"server": "a", "port": 6379}]})",
            "RedisServers: a:6379: this server is in the list twice");
    refused(R"({"DataStoreType": "mongo"})",
            R"(DataStoreType: this is "sqlite" or "redis", not "mongo")");
    refused(R"({"DataStoreType": "redis"})",
            R"(RedisStatsServer: this is missing; DataStoreType "redis" needs it)");
    refused(R"({"DataStoreType": "redis", "RedisStatsServer": {}})",
            R"(RedisStatsServer.server: the host is missing, such as "127.0.0.1")");
    refused(R"({"SqliteStatsStore": {}})",
            "SqliteStatsStore.path: the path of the file is missing");
    refused(R"({"KeepDays": 0})",
            "KeepDays: the number of days is a number from 1 to 36500, not 0");
}

BOOST_AUTO_TEST_CASE(a_bad_port_is_shown) {
    for (const char* port : {"0", "65536", "-1", "1E10", "99999999999999999999", "true", "[]",
                             "\"\"", "\"6379x\"", "\" 6379\""}) {
        const std::string error =
            error_of(R"({"RedisServers": [{"server": "a", "port": )" + std::string(port) + "}]}");
        BOOST_TEST(error.starts_with(
                       "redis-live.conf: RedisServers[0].port: a port is a number from 1 to 65535, "
                       "not "),
                   port << " -> " << error);
    }
}

BOOST_AUTO_TEST_CASE(a_member_that_means_nothing_is_a_warning) {
    const Settings settings =
        settings_of(R"({"KeepDay": 3, "RedisServers": [{"server": "a", "pasword": "secret"}]})");
    BOOST_REQUIRE(settings.warnings.size() == 2);
    BOOST_TEST(settings.warnings[0] ==
               "redis-live.conf: RedisServers[0].pasword: there is no such setting; known are "
               "server, port, password, username, db, tls, unix");
    BOOST_TEST(settings.warnings[1].starts_with("redis-live.conf: KeepDay: there is no such"));
}

BOOST_AUTO_TEST_CASE(addresses_stand_in_a_list_with_commas) {
    const std::vector<std::string> expected{
        "a:6379",        "b:1",           "[::1]:7", "[::2]:6379",
        "/run/r@d.sock", "relative.sock", "c:6379",  "d:8"};
    BOOST_TEST(ids_of("a, b:1,[::1]:7,[::2],unix:///run/r@d.sock,unix:relative.sock,"
                      "redis://c,rediss://u:p@d:8/2") == expected);
    BOOST_TEST(ids_of("unix:/x").front() == "/x");
    BOOST_TEST(ids_of("unix:/a@b@c?db=1").front() == "/a@b@c");
}

BOOST_AUTO_TEST_CASE(a_url_has_user_password_and_database_percent_decoded) {
    const auto servers = parse_server_list("rediss://us%3Aer:p%40%2F%2C%25@host:1234/5");
    BOOST_REQUIRE_MESSAGE(servers, servers.error());
    const auto& connection = servers->front().connection;
    BOOST_TEST(connection.tls);
    BOOST_TEST(connection.username == "us:er");
    BOOST_TEST(connection.password == "p@/,%");
    BOOST_TEST(connection.host == "host");
    BOOST_TEST(connection.port == 1234);
    BOOST_TEST(connection.db == 5);
    BOOST_TEST(servers->front().id() == "host:1234");
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_refused_by_a_sentence_that_begins_with_it) {
    BOOST_TEST(list_error("host:99999") ==
               R"(host:99999: the port is a number from 1 to 65535, not "99999")");
    BOOST_TEST(list_error("a,host:0").starts_with("host:0: the port is a number from 1 to 65535"));
    BOOST_TEST(list_error("host:").starts_with("host:: the port is a number from 1 to 65535"));
    BOOST_TEST(list_error("::1") == "::1: an IPv6 address stands in brackets, as in [::1]:6379");
    BOOST_TEST(list_error("http://a").starts_with("http://a: the address of a Redis starts with"));
    BOOST_TEST(list_error("redis://a/x").starts_with("redis://a/x: the database is a number"));
    BOOST_TEST(list_error("unix:").starts_with("unix:: the path of the socket is missing"));
    for (const char* list : {"", "a,,b", "a,"}) {
        BOOST_TEST(list_error(list) == R"("": an address is missing, such as 127.0.0.1:6379)",
                   list);
    }
    BOOST_TEST(list_error("a,b,a:6379") == "a:6379: this server is in the list twice");
    BOOST_TEST(list_error("redis://u@a,a") == "a:6379: this server is in the list twice");
}

BOOST_AUTO_TEST_CASE(no_error_holds_a_password) {
    for (const char* list :
         {"redis://user:secret@host:99999", "redis://user:secret@host/x",
          "redis://user:secret%zz@host", "redis://user:se/cret@host", "redis://user:se?cret@host",
          "redis://user:se#cret@host", "redis://user:se,cret@host", "redis://user:s,e,cret@host,b",
          "user:se,cret@host:99999", "user:secret@host:1:2", "redis://host?password=secret&x=1",
          "redis://user:secret@a,redis://user:secret@a"}) {
        const std::string error = list_error(list);
        BOOST_TEST(error != "no error", list);
        BOOST_TEST(error.find("cret") == std::string::npos, list << " -> " << error);
        BOOST_TEST(error.find(":se") == std::string::npos, list << " -> " << error);
    }
    BOOST_TEST(list_error("redis://user:se/cret@host") ==
               "...@host: a / ? # in a user or a password is written %2F %3F %23");
    BOOST_TEST(list_error("redis://user:se,cret@host") ==
               "...: an address with a user or a password begins with redis:// or rediss://, and a "
               "comma in them is written %2C");
    for (const char* store : {"user:secret@host", "mongodb://user:secret@host",
                              "redis://user:secret@host:x", "redis://user:se?cret@host"}) {
        const std::string error = store_error(store);
        BOOST_TEST(error != "no error", store);
        BOOST_TEST(error.find("cret") == std::string::npos, store << " -> " << error);
        BOOST_TEST(error.find(":se") == std::string::npos, store << " -> " << error);
    }
}

BOOST_AUTO_TEST_CASE(a_store_is_a_file_of_sqlite_or_the_address_of_a_redis) {
    const auto sqlite = parse_store("sqlite:/var/lib/my stats.sqlite");
    BOOST_REQUIRE(sqlite);
    BOOST_TEST(sqlite->kind == StoreKind::sqlite);
    BOOST_TEST(sqlite->path == "/var/lib/my stats.sqlite");
    BOOST_TEST(sqlite->display() == "sqlite:/var/lib/my stats.sqlite");
    const auto redis = parse_store("rediss://u:secret@host:1/3");
    BOOST_REQUIRE(redis);
    BOOST_TEST(redis->kind == StoreKind::redis);
    BOOST_TEST(redis->redis.tls);
    BOOST_TEST(redis->redis.db == 3);
    BOOST_TEST(redis->redis.password == "secret");
    BOOST_TEST(redis->display() == "host:1");
    BOOST_TEST(parse_store("unix:/run/r.sock")->display() == "unix:/run/r.sock");
    BOOST_TEST(store_error("sqlite:") == "sqlite:: the path of the file is missing");
    BOOST_TEST(store_error("stats.sqlite") ==
               "stats.sqlite: a store is sqlite:PATH, redis://host:port or rediss://host:port");
    BOOST_TEST(store_error("") ==
               R"("": a store is sqlite:PATH, redis://host:port or rediss://host:port)");
    BOOST_TEST(store_error("redis://h:0").starts_with("redis://h:0: the port is a number"));
}

BOOST_AUTO_TEST_SUITE_END()
