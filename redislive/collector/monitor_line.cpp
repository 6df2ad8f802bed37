#include <redislive/collector/monitor_line.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <redislive/api/util/digit.hpp>

namespace redislive {

namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

int hex_value(char c) {
    return is_digit(c)            ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool equals_word(std::string_view text, std::string_view upper_word) {
    return std::equal(text.begin(), text.end(), upper_word.begin(), upper_word.end(),
                      [](char a, char b) { return upper(a) == b; });
}

/// Takes the digits in front of `text`; false when there are none or more than `longest`.
bool take_number(std::string_view& text, std::size_t longest, std::int64_t& number) {
    std::size_t count = 0;
    number = 0;
    while (count < text.size() && is_digit(text[count])) {
        if (++count > longest) {
            return false;
        }
        number = number * 10 + (text[count - 1] - '0');
    }
    text.remove_prefix(count);
    return count > 0;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

}  // namespace

class MonitorLineParser {
public:
    MonitorLineParser(std::string_view line, MonitorEvent& event)
        : line_size_(line.size()), rest_(line), event_(event) {}

    MonitorLineError parse() {
        event_.command.clear();
        event_.arguments.clear();
        if (!parse_time()) {
            return MonitorLineError::no_time;
        }
        std::int64_t db = 0;
        if (!take(rest_, '[') || !take_number(rest_, 9, db) || !take(rest_, ' ')) {
            return MonitorLineError::no_client;
        }
        event_.db = static_cast<int>(db);
        return parse_client();
    }

private:
    bool parse_time() {
        std::int64_t seconds = 0;
        if (!take_number(rest_, 12, seconds) || !take(rest_, '.')) {
            return false;
        }
        std::int64_t fraction = 0;
        const std::size_t before = rest_.size();
        if (!take_number(rest_, 6, fraction) || before - rest_.size() != 6 || !take(rest_, ' ')) {
            return false;
        }
        event_.microseconds = seconds * 1'000'000 + fraction;
        return true;
    }

    /// The path of a Unix socket may hold what looks like the end of the client: the end is the
    /// first one that a well-formed command follows. Such paths have at most 108 bytes, which
    /// bounds the work that a bad line makes.
    MonitorLineError parse_client() {
        constexpr std::size_t longest_client = 256;
        constexpr std::string_view end = "] \"";
        const std::string_view from_client = rest_;
        std::size_t at = from_client.substr(0, longest_client + end.size()).find(end);
        if (at == std::string_view::npos) {
            return MonitorLineError::no_client;
        }
        const std::size_t first = at;
        const MonitorLineError error = parse_behind(from_client, first);
        if (error == MonitorLineError::none) {
            return error;
        }
        while ((at = from_client.substr(0, longest_client + end.size()).find(end, at + 1)) !=
               std::string_view::npos) {
            if (parse_behind(from_client, at) == MonitorLineError::none) {
                return MonitorLineError::none;
            }
        }
        return parse_behind(from_client, first);
    }

    MonitorLineError parse_behind(std::string_view from_client, std::size_t client_size) {
        event_.client = from_client.substr(0, client_size);
        event_.command.clear();
        event_.arguments.clear();
        unescaped_size_ = 0;
        const char* at = from_client.data() + client_size + 2;
        const char* const end = from_client.data() + from_client.size();
        bool is_command = true;
        for (;;) {
            std::string_view argument;
            if (const auto error = parse_argument(at, end, argument);
                error != MonitorLineError::none) {
                return error;
            }
            if (is_command) {
                event_.command.assign(argument);
                std::transform(argument.begin(), argument.end(), event_.command.begin(), upper);
                is_command = false;
            } else {
                event_.arguments.push_back(argument);
            }
            if (at == end) {
                return MonitorLineError::none;
            }
            if (*at++ != ' ') {
                return MonitorLineError::bad_argument;
            }
        }
    }

    /// Leaves `at` behind the closing quote.
    MonitorLineError parse_argument(const char*& at, const char* end, std::string_view& argument) {
        if (at == end) {
            return MonitorLineError::unfinished;
        }
        if (*at++ != '"') {
            return MonitorLineError::bad_argument;
        }
        const auto* quote =
            static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
        if (quote == nullptr) {
            return MonitorLineError::unfinished;
        }
        const auto size = static_cast<std::size_t>(quote - at);
        if (std::memchr(at, '\\', size) == nullptr) {
            argument = {at, size};
            at = quote + 1;
            return MonitorLineError::none;
        }
        return unescape(at, end, argument);
    }

    MonitorLineError unescape(const char*& at, const char* end, std::string_view& argument) {
        // What is unescaped is never longer than the line, so the arguments that lie here already
        // are not moved.
        if (event_.unescaped_.size() < line_size_) {
            event_.unescaped_.resize(line_size_);
        }
        char* const begin = event_.unescaped_.data() + unescaped_size_;
        char* out = begin;
        for (; at != end; ++at) {
            if (*at == '"') {
                ++at;
                argument = {begin, static_cast<std::size_t>(out - begin)};
                unescaped_size_ += argument.size();
                return MonitorLineError::none;
            }
            if (*at != '\\') {
                *out++ = *at;
                continue;
            }
            if (++at == end) {
                break;
            }
            if (*at == 'x') {
                if (end - at < 3) {
                    break;
                }
                const int high = hex_value(at[1]);
                const int low = hex_value(at[2]);
                if (high < 0 || low < 0) {
                    return MonitorLineError::bad_escape;
                }
                *out++ = static_cast<char>(high * 16 + low);
                at += 2;
            } else if (const char meant = meant_by(*at); meant != '\0') {
                *out++ = meant;
            } else {
                return MonitorLineError::bad_escape;
            }
        }
        return MonitorLineError::unfinished;
    }

    static char meant_by(char escaped) {
        switch (escaped) {
            case '"':
            case '\\':
                return escaped;
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'a':
                return '\a';
            case 'b':
                return '\b';
            default:
                return '\0';
        }
    }

    std::size_t line_size_;
    std::string_view rest_;
    MonitorEvent& event_;
    std::size_t unescaped_size_ = 0;
};

std::string_view describe(MonitorLineError error) {
    switch (error) {
        case MonitorLineError::no_time:
            return "a line of MONITOR begins with the time, as in 1795467302.293838";
        case MonitorLineError::no_client:
            return "behind the time there is [database client], as in [0 127.0.0.1:43858]";
        case MonitorLineError::bad_argument:
            return "the command and its arguments are quoted, with one space between them";
        case MonitorLineError::bad_escape:
            return "behind a backslash there is one of \" \\ n r t a b, or x and two digits";
        case MonitorLineError::unfinished:
            return "the line ends within an argument";
        case MonitorLineError::none:
            break;
    }
    return {};
}

MonitorLineError parse_monitor_line(std::string_view line, MonitorEvent& event) {
    return MonitorLineParser(line, event).parse();
}

namespace {

enum class KeyRule : std::uint8_t {
    second,
    /// The first argument is the number of keys, the keys follow.
    counted,
    /// The same behind one argument: a script, a timeout.
    counted_second,
    xread,
    migrate,
    /// `LCS KEYS a b`.
    stralgo,
    /// The second, if the first is a subcommand that takes a key.
    debug,
    memory,
    object,
    xgroup,
    xinfo,
};

struct KeyRuleOf {
    std::string_view command;
    KeyRule rule;
};

/// The commands that have a key, but not as their first argument.
constexpr auto key_rules = std::to_array<KeyRuleOf>({
    {"BITOP", KeyRule::second},
    {"BLMPOP", KeyRule::counted_second},
    {"BZMPOP", KeyRule::counted_second},
    {"DEBUG", KeyRule::debug},
    {"EVAL", KeyRule::counted_second},
    {"EVALSHA", KeyRule::counted_second},
    {"EVALSHA_RO", KeyRule::counted_second},
    {"EVAL_RO", KeyRule::counted_second},
    {"FCALL", KeyRule::counted_second},
    {"FCALL_RO", KeyRule::counted_second},
    {"LMPOP", KeyRule::counted},
    {"MEMORY", KeyRule::memory},
    {"MIGRATE", KeyRule::migrate},
    {"OBJECT", KeyRule::object},
    {"PFDEBUG", KeyRule::second},
    {"SINTERCARD", KeyRule::counted},
    {"STRALGO", KeyRule::stralgo},
    {"XGROUP", KeyRule::xgroup},
    {"XINFO", KeyRule::xinfo},
    {"XREAD", KeyRule::xread},
    {"XREADGROUP", KeyRule::xread},
    {"ZDIFF", KeyRule::counted},
    {"ZINTER", KeyRule::counted},
    {"ZINTERCARD", KeyRule::counted},
    {"ZMPOP", KeyRule::counted},
    {"ZUNION", KeyRule::counted},
});
static_assert(std::ranges::is_sorted(key_rules, {}, &KeyRuleOf::command));

/// COMMAND of Redis 7.0, and what older and newer ones have.
constexpr auto commands_without_key = std::to_array<std::string_view>(
    {"ACL",       "ASKING",   "AUTH",         "BGREWRITEAOF", "BGSAVE",       "CLIENT",
     "CLUSTER",   "COMMAND",  "CONFIG",       "DBSIZE",       "DISCARD",      "ECHO",
     "EXEC",      "FAILOVER", "FLUSHALL",     "FLUSHDB",      "FUNCTION",     "HELLO",
     "INFO",      "KEYS",     "LASTSAVE",     "LATENCY",      "LOLWUT",       "MODULE",
     "MONITOR",   "MULTI",    "PFSELFTEST",   "PING",         "PSUBSCRIBE",   "PSYNC",
     "PUBLISH",   "PUBSUB",   "PUNSUBSCRIBE", "QUIT",         "RANDOMKEY",    "READONLY",
     "READWRITE", "REPLCONF", "REPLICAOF",    "RESET",        "ROLE",         "SAVE",
     "SCAN",      "SCRIPT",   "SELECT",       "SENTINEL",     "SHUTDOWN",     "SLAVEOF",
     "SLOWLOG",   "SPUBLISH", "SSUBSCRIBE",   "SUBSCRIBE",    "SUNSUBSCRIBE", "SWAPDB",
     "SYNC",      "TIME",     "UNSUBSCRIBE",  "UNWATCH",      "WAIT",         "WAITAOF"});
static_assert(std::ranges::is_sorted(commands_without_key));

using Arguments = std::vector<std::string_view>;
using Key = std::optional<std::string_view>;

Key argument_at(const Arguments& arguments, std::size_t index) {
    return index < arguments.size() ? Key(arguments[index]) : std::nullopt;
}

Key behind_count(const Arguments& arguments, std::size_t index) {
    const Key count = argument_at(arguments, index);
    int keys = 0;
    if (!count ||
        std::from_chars(count->data(), count->data() + count->size(), keys).ec != std::errc() ||
        keys < 1) {
        return std::nullopt;
    }
    return argument_at(arguments, index + 1);
}

/// The options in front of STREAMS are read one by one: a group may be named "streams".
Key key_of_xread(const Arguments& arguments) {
    std::size_t at = 0;
    while (at < arguments.size()) {
        const std::string_view word = arguments[at];
        if (equals_word(word, "STREAMS")) {
            return argument_at(arguments, at + 1);
        }
        if (equals_word(word, "GROUP")) {
            at += 3;
        } else if (equals_word(word, "COUNT") || equals_word(word, "BLOCK")) {
            at += 2;
        } else if (equals_word(word, "NOACK")) {
            at += 1;
        } else {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

Key behind_word(const Arguments& arguments, std::size_t from, std::string_view upper_word) {
    for (std::size_t at = from; at < arguments.size(); ++at) {
        if (equals_word(arguments[at], upper_word)) {
            return argument_at(arguments, at + 1);
        }
    }
    return std::nullopt;
}

/// `host port key|"" db timeout [COPY] [REPLACE] [AUTH password] [AUTH2 user password] [KEYS key
/// ...]`: a user or a password may be "keys".
Key key_of_migrate(const Arguments& arguments) {
    const Key own = argument_at(arguments, 2);
    if (!own || !own->empty()) {
        return own;
    }
    std::size_t at = 5;
    while (at < arguments.size() && !equals_word(arguments[at], "KEYS")) {
        at += equals_word(arguments[at], "AUTH") ? 2 : equals_word(arguments[at], "AUTH2") ? 3 : 1;
    }
    return at < arguments.size() ? argument_at(arguments, at + 1) : own;
}

Key second_of(const Arguments& arguments, std::initializer_list<std::string_view> subcommands) {
    const bool takes_key =
        !arguments.empty() &&
        std::any_of(subcommands.begin(), subcommands.end(), [&](std::string_view subcommand) {
            return equals_word(arguments[0], subcommand);
        });
    return takes_key ? argument_at(arguments, 1) : std::nullopt;
}

}  // namespace

std::optional<std::string_view> first_key(const MonitorEvent& event) {
    const Arguments& arguments = event.arguments;
    const std::string_view command = event.command;
    const auto* const found = std::ranges::lower_bound(key_rules, command, {}, &KeyRuleOf::command);
    if (found == key_rules.end() || found->command != command) {
        return std::ranges::binary_search(commands_without_key, command)
                   ? std::nullopt
                   : argument_at(arguments, 0);
    }
    switch (found->rule) {
        case KeyRule::second:
            return argument_at(arguments, 1);
        case KeyRule::counted:
            return behind_count(arguments, 0);
        case KeyRule::counted_second:
            return behind_count(arguments, 1);
        case KeyRule::xread:
            return key_of_xread(arguments);
        case KeyRule::migrate:
            return key_of_migrate(arguments);
        case KeyRule::stralgo:
            return behind_word(arguments, 1, "KEYS");
        case KeyRule::debug:
            return second_of(arguments, {"OBJECT", "SDSLEN", "LISTPACK", "ZIPLIST"});
        case KeyRule::memory:
            return second_of(arguments, {"USAGE"});
        case KeyRule::object:
            return second_of(arguments, {"ENCODING", "FREQ", "IDLETIME", "REFCOUNT"});
        case KeyRule::xgroup:
            return second_of(arguments,
                             {"CREATE", "CREATECONSUMER", "DELCONSUMER", "DESTROY", "SETID"});
        case KeyRule::xinfo:
            return second_of(arguments, {"CONSUMERS", "GROUPS", "STREAM"});
    }
    return std::nullopt;
}

}  // namespace redislive
