#include <redislive/collector/own_client.hpp>

#include <algorithm>

namespace redislive {

namespace {

/// The value of a field in `id=3 addr=127.0.0.1:50000 name=x`.
std::string_view field(std::string_view line, std::string_view name) {
    for (std::size_t at = line.find(name); at != std::string_view::npos;
         at = line.find(name, at + 1)) {
        const std::size_t value = at + name.size();
        if ((at == 0 || line[at - 1] == ' ') && value < line.size() && line[value] == '=') {
            return line.substr(value + 1, line.find_first_of(" \r\n", value) - value - 1);
        }
    }
    return {};
}

}  // namespace

OwnClient OwnClient::from_client_info(std::string_view line) {
    OwnClient client;
    std::string_view address = field(line, "addr");
    constexpr std::string_view no_port = ":0";
    if (address.starts_with('/') && address.ends_with(no_port)) {
        address.remove_suffix(no_port.size());
        client.shared_ = true;
        client.address_ = "unix:";
    }
    client.address_ += address;
    return client;
}

OwnClient OwnClient::from_client_list(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::string_view line = list.substr(0, list.find('\n'));
        if (field(line, "name") == name) {
            return from_client_info(line);
        }
        list.remove_prefix(std::min(line.size() + 1, list.size()));
    }
    return {};
}

bool OwnClient::is_own(const MonitorEvent& event) {
    if (event.client != address_ || address_.empty()) {
        return false;
    }
    if (!shared_) {
        return true;
    }
    if (unseen_ == 0 || event.command != "INFO" || !event.arguments.empty()) {
        return false;
    }
    --unseen_;
    return true;
}

}  // namespace redislive
