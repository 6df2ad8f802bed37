#include <redislive/api/util/server_address.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace redislive {

using cyclone::redis::ConnectionOptions;

namespace {

constexpr std::string_view scheme_end = "://";

bool has_scheme(std::string_view text) {
    return text.find(scheme_end) != std::string_view::npos || text.starts_with("unix:");
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
    return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// Whether a user or a password would be cut at a character that ends it in a URL, and its rest be
/// taken, and shown, as something else.
bool has_bare_separator(std::string_view url) {
    const std::size_t at = url.rfind('@');
    if (at == std::string_view::npos || url.starts_with("unix:")) {
        return false;
    }
    const std::size_t scheme = url.find(scheme_end);
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + scheme_end.size();
    return begin < at &&
           url.substr(begin, at - begin).find_first_of("/?#") != std::string_view::npos;
}

/// What is left of a password behind a comma, or a password where none is expected.
bool has_bare_password(std::string_view item) {
    return item.find('@') != std::string_view::npos && !has_scheme(item);
}

/// An @ in the path of a socket is no end of a password there: an absolute path has none before it.
std::string with_plain_path(std::string_view url) {
    const std::size_t path = url.starts_with("unix://") ? 7 : url.starts_with("unix:") ? 5 : 0;
    std::string result(url);
    if (path == 0 || !url.substr(path).starts_with('/')) {
        return result;
    }
    const std::size_t end = std::min(result.find('?'), result.size());
    for (std::size_t at = result.rfind('@', end); at != std::string::npos && at >= path;
         at = result.rfind('@', at)) {
        result.replace(at, 1, "%40");
    }
    return result;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> items;
    for (;;) {
        const std::size_t comma = text.find(',');
        items.push_back(trimmed(text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return items;
        }
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

std::string ServerAddress::id() const {
    return connection.unix_path.empty() ? connection.address() : connection.unix_path;
}

Parsed<ConnectionOptions> parse_redis_address(std::string_view text) {
    using Result = Parsed<ConnectionOptions>;
    text = trimmed(text);
    if (text.empty()) {
        return Result::failure("\"\": an address is missing, such as 127.0.0.1:6379");
    }
    if (has_bare_separator(text)) {
        return Result::failure("..." + std::string(text.substr(text.rfind('@'))) +
                               ": a / ? # in a user or a password is written %2F %3F %23");
    }
    try {
        return cyclone::redis::parse_url(with_plain_path(text));
    } catch (const std::invalid_argument& error) {
        std::string_view sentence = error.what();
        constexpr std::string_view module = "redis: ";
        if (sentence.starts_with(module)) {
            sentence.remove_prefix(module.size());
        }
        return Result::failure(std::string(sentence));
    }
}

Parsed<std::vector<ServerAddress>> parse_server_list(std::string_view text) {
    using Result = Parsed<std::vector<ServerAddress>>;
    const std::vector<std::string_view> items = split(text);
    if (std::any_of(items.begin(), items.end(), has_bare_password)) {
        return Result::failure(
            "...: an address with a user or a password begins with redis:// or rediss://, and a "
            "comma in them is written %2C");
    }
    std::vector<ServerAddress> servers;
    for (const std::string_view item : items) {
        auto connection = parse_redis_address(item);
        if (!connection) {
            return Result::failure(connection.error());
        }
        servers.push_back({*std::move(connection)});
    }
    if (std::string error = find_duplicate(servers); !error.empty()) {
        return Result::failure(std::move(error));
    }
    return servers;
}

std::string find_duplicate(const std::vector<ServerAddress>& servers) {
    std::set<std::string> ids;
    for (const ServerAddress& server : servers) {
        if (!ids.insert(server.id()).second) {
            return server.id() + ": this server is in the list twice";
        }
    }
    return {};
}

}  // namespace redislive
