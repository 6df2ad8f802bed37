#pragma once

#include <charconv>
#include <limits>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/reactor/endpoint.hpp>

namespace cyclone::reactor {

CYCLONE_INLINE EndpointWords split_endpoint(std::string_view description) {
    EndpointWords words;
    bool first = true;
    std::string word;
    std::optional<std::string> name;
    const auto finish = [&] {
        if (std::exchange(first, false)) {
            words.kind = std::move(word);
        } else if (name) {
            words.named[*name] = std::move(word);
        } else {
            words.positional.push_back(std::move(word));
        }
        word.clear();
        name.reset();
    };
    for (std::size_t i = 0; i < description.size(); ++i) {
        const char c = description[i];
        if (c == '\\' && i + 1 < description.size()) {
            word += description[++i];
        } else if (c == ':') {
            finish();
        } else if (c == '=' && !name && !first) {
            name = std::exchange(word, {});
        } else {
            word += c;
        }
    }
    finish();
    return words;
}

namespace detail {

/// Takes the words of a description away one by one, so that what is left over can be named.
class EndpointReader {
public:
    explicit EndpointReader(std::string_view description)
        : description_(description), words_(split_endpoint(description)) {}

    const std::string& kind() const { return words_.kind; }

    [[noreturn]] void refuse(const std::string& why) const {
        throw EndpointError("endpoint \"" + description_ + "\": " + why);
    }

    /// The next word without a name, or the one that is called `name`.
    std::optional<std::string> take(const std::string& name) {
        if (auto found = words_.named.extract(name)) {
            return std::move(found.mapped());
        }
        if (next_ < words_.positional.size()) {
            return words_.positional[next_++];
        }
        return std::nullopt;
    }
    std::optional<std::string> take_named(const std::string& name) {
        if (auto found = words_.named.extract(name)) {
            return std::move(found.mapped());
        }
        return std::nullopt;
    }

    std::uint16_t take_port() {
        const auto text = take("port");
        if (!text) {
            refuse("there is no port");
        }
        return static_cast<std::uint16_t>(
            number(*text, std::numeric_limits<std::uint16_t>::max(), "a port"));
    }
    /// Under its names here and in Twisted.
    void take_certificate(auto& endpoint) {
        for (const char* name : {"certificate", "certKey"}) {
            endpoint.certificate = take_named(name).value_or(endpoint.certificate);
        }
        for (const char* name : {"key", "privateKey"}) {
            endpoint.private_key = take_named(name).value_or(endpoint.private_key);
        }
    }
    int number(const std::string& text, int most, const std::string& what) const {
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > most) {
            refuse("\"" + text + "\" is not " + what + ", which is a number from 0 to " +
                   std::to_string(most));
        }
        return value;
    }

    void finish() const {
        if (next_ < words_.positional.size()) {
            refuse("\"" + words_.positional[next_] + "\" is one word too many");
        }
        if (!words_.named.empty()) {
            refuse("there is no \"" + words_.named.begin()->first + "\" for " + words_.kind);
        }
    }

private:
    std::string description_;
    EndpointWords words_;
    std::size_t next_ = 0;
};

CYCLONE_INLINE std::shared_ptr<TlsContext> make_tls(const ServerEndpoint& endpoint) {
    if (tls_maker() == nullptr) {
        throw EndpointError(
            "an ssl endpoint needs TLS in the program: include <cyclone/reactor/ssl_endpoint.hpp> "
            "in one of its files, and link ssl and crypto");
    }
    return tls_maker()(endpoint);
}

}  // namespace detail

CYCLONE_INLINE ServerEndpoint server_from_string(std::string_view description) {
    detail::EndpointReader reader(description);
    ServerEndpoint endpoint;
    if (reader.kind() == "unix") {
        endpoint.kind = ServerEndpoint::Kind::unix_socket;
        endpoint.path = reader.take("address").value_or("");
        if (endpoint.path.empty()) {
            reader.refuse("there is no path");
        }
    } else if (reader.kind() == "tcp" || reader.kind() == "ssl") {
        endpoint.port = reader.take_port();
        endpoint.interface = reader.take_named("interface").value_or("");
    } else {
        reader.refuse("\"" + reader.kind() + "\" is none of tcp, ssl and unix");
    }
    if (reader.kind() == "ssl") {
        endpoint.kind = ServerEndpoint::Kind::ssl;
        reader.take_certificate(endpoint);
        if (endpoint.certificate.empty()) {
            reader.refuse("there is no certificate (certificate=FILE, in PEM)");
        }
    }
    if (const auto backlog = reader.take_named("backlog")) {
        endpoint.options.backlog =
            reader.number(*backlog, std::numeric_limits<int>::max(), "a backlog");
    }
    reader.finish();
    return endpoint;
}

CYCLONE_INLINE ClientEndpoint client_from_string(std::string_view description) {
    detail::EndpointReader reader(description);
    ClientEndpoint endpoint;
    if (reader.kind() == "unix") {
        endpoint.kind = ClientEndpoint::Kind::unix_socket;
        endpoint.path = reader.take("path").value_or("");
        if (endpoint.path.empty()) {
            reader.refuse("there is no path");
        }
    } else if (reader.kind() == "tcp" || reader.kind() == "ssl") {
        endpoint.kind =
            reader.kind() == "ssl" ? ClientEndpoint::Kind::ssl : ClientEndpoint::Kind::tcp;
        endpoint.host = reader.take("host").value_or("");
        if (endpoint.host.empty()) {
            reader.refuse("there is no host");
        }
        endpoint.port = reader.take_port();
    } else {
        reader.refuse("\"" + reader.kind() + "\" is none of tcp, ssl and unix");
    }
    if (endpoint.kind == ClientEndpoint::Kind::ssl) {
        endpoint.authorities = reader.take_named("authorities").value_or("");
        endpoint.server_name = reader.take_named("server_name").value_or("");
        reader.take_certificate(endpoint);
    }
    if (const auto timeout = reader.take_named("timeout")) {
        endpoint.timeout = std::chrono::seconds(
            reader.number(*timeout, std::numeric_limits<int>::max(), "a timeout in seconds"));
    }
    reader.finish();
    return endpoint;
}

}  // namespace cyclone::reactor
