#include <redislive/api/util/settings.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>

namespace redislive {

namespace json = boost::json;
using cyclone::redis::ConnectionOptions;

namespace {

/// Why a configuration is refused; a sentence without the file's name.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `line 3, column 5` of the byte at `offset`; columns are characters of UTF-8.
std::string position(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::string_view line = before.substr(before.rfind('\n') + 1);
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    });
    return "line " + std::to_string(lines + 1) + ", column " + std::to_string(columns + 1);
}

json::value parse_json(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        throw Refused("the file is empty; {} would be the least");
    }
    json::stream_parser parser;
    json::error_code error;
    const std::size_t read = parser.write_some(text.data(), text.size(), error);
    if (!error) {
        parser.finish(error);
    }
    if (error) {
        throw Refused(position(text, read) + ": this is not JSON (" + error.message() + ")");
    }
    return parser.release();
}

/// A JSON object and where it stands, for errors.
class Section {
public:
    Section(const json::object& object, std::string where)
        : object_(object), where_(std::move(where)) {}

    [[noreturn]] void refuse(std::string_view member, const std::string& why) const {
        throw Refused(path(member) + ": " + why);
    }

    /// Nothing when it is missing or null.
    const json::value* find(std::string_view member) const {
        const json::value* const value = object_.if_contains(member);
        return value != nullptr && !value->is_null() ? value : nullptr;
    }

    std::optional<std::string> text(std::string_view member) const {
        const json::value* const value = find(member);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (!value->is_string()) {
            refuse(member, "this is a text, in quotes");
        }
        return std::string(value->get_string());
    }

    /// Digits in quotes are a number too: the original takes them.
    std::optional<int> number(std::string_view member, int least, int most,
                              const std::string& what) const {
        const json::value* const value = find(member);
        if (value == nullptr) {
            return std::nullopt;
        }
        std::optional<std::int64_t> number;
        if (const json::string* const digits = value->if_string()) {
            std::int64_t parsed = 0;
            const char* const end = digits->data() + digits->size();
            if (const auto result = std::from_chars(digits->data(), end, parsed);
                result.ec == std::errc() && result.ptr == end) {
                number = parsed;
            }
        } else if (value->is_int64()) {
            number = value->get_int64();
        }
        if (!number || *number < least || *number > most) {
            refuse(member, what + " is a number from " + std::to_string(least) + " to " +
                               std::to_string(most) + ", not " + json::serialize(*value));
        }
        return static_cast<int>(*number);
    }

    bool flag(std::string_view member) const {
        const json::value* const value = find(member);
        if (value != nullptr && !value->is_bool()) {
            refuse(member, "this is true or false");
        }
        return value != nullptr && value->get_bool();
    }

    std::optional<Section> section(std::string_view member) const {
        const json::value* const value = find(member);
        return value == nullptr ? std::nullopt : std::optional(of(*value, path(member)));
    }

    static Section of(const json::value& value, const std::string& where) {
        if (!value.is_object()) {
            throw Refused((where.empty() ? "" : where + ": ") + "this is an object, {...}");
        }
        return {value.get_object(), where};
    }

    void warn_of_others(std::initializer_list<std::string_view> known,
                        std::vector<std::string>& warnings) const {
        for (const auto& member : object_) {
            if (std::find(known.begin(), known.end(), std::string_view(member.key())) !=
                known.end()) {
                continue;
            }
            std::string sentence = path(member.key()) + ": there is no such setting; known are";
            const char* separator = " ";
            for (const std::string_view name : known) {
                sentence += separator + std::string(name);
                separator = ", ";
            }
            warnings.push_back(std::move(sentence));
        }
    }

private:
    std::string path(std::string_view member) const {
        return (where_.empty() ? "" : where_ + ".") + std::string(member);
    }

    const json::object& object_;
    std::string where_;
};

ConnectionOptions read_connection(const Section& section, std::vector<std::string>& warnings) {
    ConnectionOptions connection;
    const auto host = section.text("server");
    const auto path = section.text("unix");
    if (path && host) {
        section.refuse("unix", "there is \"server\" too; give one of them");
    }
    if (path) {
        if (path->empty()) {
            section.refuse("unix", "the path of the socket is empty");
        }
        connection.unix_path = *path;
    } else if (!host || host->empty()) {
        section.refuse("server", "the host is missing, such as \"127.0.0.1\"");
    } else {
        connection.host = *host;
    }
    connection.port = static_cast<std::uint16_t>(
        section.number("port", 1, 65535, "a port").value_or(connection.port));
    connection.db = section.number("db", 0, 1'000'000, "a database").value_or(connection.db);
    connection.username = section.text("username").value_or("");
    connection.password = section.text("password").value_or("");
    connection.tls = section.flag("tls");
    section.warn_of_others({"server", "port", "password", "username", "db", "tls", "unix"},
                           warnings);
    return connection;
}

std::vector<ServerAddress> read_servers(const Section& root, std::vector<std::string>& warnings) {
    std::vector<ServerAddress> servers;
    const json::value* const list = root.find("RedisServers");
    if (list == nullptr) {
        return servers;
    }
    if (!list->is_array()) {
        root.refuse("RedisServers", "this is a list, [{\"server\": \"127.0.0.1\"}]");
    }
    for (const json::value& value : list->get_array()) {
        const std::string where = "RedisServers[" + std::to_string(servers.size()) + "]";
        servers.push_back({read_connection(Section::of(value, where), warnings)});
    }
    if (const std::string error = find_duplicate(servers); !error.empty()) {
        root.refuse("RedisServers", error);
    }
    return servers;
}

StoreSettings read_store(const Section& root, std::vector<std::string>& warnings) {
    StoreSettings store;
    const std::string kind = root.text("DataStoreType").value_or("sqlite");
    if (kind == "redis") {
        const auto section = root.section("RedisStatsServer");
        if (!section) {
            root.refuse("RedisStatsServer", "this is missing; DataStoreType \"redis\" needs it");
        }
        store.kind = StoreKind::redis;
        store.redis = read_connection(*section, warnings);
    } else if (kind != "sqlite") {
        root.refuse("DataStoreType",
                    "this is \"sqlite\" or \"redis\", not " + json::serialize(json::string(kind)));
    } else if (const auto section = root.section("SqliteStatsStore")) {
        store.path = section->text("path").value_or("");
        if (store.path.empty()) {
            section->refuse("path", "the path of the file is missing");
        }
        section->warn_of_others({"path"}, warnings);
    }
    return store;
}

Settings read_settings(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    const json::value value = parse_json(text);
    const Section root = Section::of(value, "");
    Settings settings;
    settings.servers = read_servers(root, settings.warnings);
    settings.store = read_store(root, settings.warnings);
    settings.keep_days =
        root.number("KeepDays", 1, 36500, "the number of days").value_or(settings.keep_days);
    root.warn_of_others(
        {"RedisServers", "DataStoreType", "RedisStatsServer", "SqliteStatsStore", "KeepDays"},
        settings.warnings);
    return settings;
}

}  // namespace

std::string StoreSettings::display() const {
    return kind == StoreKind::sqlite ? "sqlite:" + path : redis.address();
}

Parsed<Settings> parse_settings(std::string_view text, std::string_view filename) {
    try {
        Settings settings = read_settings(text);
        for (std::string& warning : settings.warnings) {
            warning = std::string(filename) + ": " + warning;
        }
        return settings;
    } catch (const Refused& refused) {
        return Parsed<Settings>::failure(std::string(filename) + ": " + refused.what());
    }
}

Parsed<StoreSettings> parse_store(std::string_view text) {
    using Result = Parsed<StoreSettings>;
    constexpr std::string_view sqlite = "sqlite:";
    StoreSettings store;
    if (text.starts_with(sqlite)) {
        store.path = text.substr(sqlite.size());
        if (store.path.empty()) {
            return Result::failure("sqlite:: the path of the file is missing");
        }
        return store;
    }
    // A name alone is more likely a forgotten sqlite: than a host.
    if (!text.starts_with("redis://") && !text.starts_with("rediss://") &&
        !text.starts_with("unix:")) {
        const bool may_hold_password = text.find('@') != std::string_view::npos;
        return Result::failure((may_hold_password ? "..."
                                : text.empty()    ? "\"\""
                                                  : std::string(text)) +
                               ": a store is sqlite:PATH, redis://host:port or "
                               "rediss://host:port");
    }
    auto connection = parse_redis_address(text);
    if (!connection) {
        return Result::failure(connection.error());
    }
    store.kind = StoreKind::redis;
    store.redis = *std::move(connection);
    return store;
}

}  // namespace redislive
