#include <redislive/api/util/trusted_host.hpp>

#include <algorithm>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace redislive {

namespace {

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        return host.substr(1, host.find(']') - 1);
    }
    return host.substr(0, host.find(':'));
}

bool is_localhost(std::string_view name) {
    constexpr std::string_view localhost = "localhost";
    const auto equal = [](char a, char b) { return (a | 0x20) == b; };
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    constexpr std::string_view subdomain = ".localhost";
    return std::ranges::equal(name, localhost, equal) ||
           (name.size() > subdomain.size() &&
            std::ranges::equal(name.substr(name.size() - localhost.size()), localhost, equal) &&
            name[name.size() - subdomain.size()] == '.');
}

}  // namespace

bool is_loopback_address(std::string_view address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(std::string(address), error);
    return error ? is_localhost(address) : parsed.is_loopback();
}

bool is_loopback_host(std::string_view host) { return is_loopback_address(without_port(host)); }

}  // namespace redislive
