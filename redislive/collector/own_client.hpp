#pragma once

#include <string>
#include <string_view>

#include <redislive/collector/monitor_line.hpp>

namespace redislive {

/// Tells the collector's own commands from those of others in what MONITOR shows, so that they are
/// not counted.
class OwnClient {
public:
    /// Nothing is known: nothing is our own.
    OwnClient() = default;
    /// `line` is the answer to CLIENT INFO.
    static OwnClient from_client_info(std::string_view line);
    /// `list` is the answer to CLIENT LIST; `name` the one that CLIENT SETNAME gave us.
    static OwnClient from_client_list(std::string_view list, std::string_view name);

    /// An INFO is sent.
    void asked() { ++unseen_; }

    /// To be called once with each command, in their order.
    ///
    /// All clients of a Unix socket look alike: there, as many INFOs are taken for ours as were
    /// asked.
    bool is_own(const MonitorEvent& event);

    /// As MONITOR writes it; empty where it is not known.
    const std::string& address() const noexcept { return address_; }

private:
    std::string address_;
    bool shared_ = false;
    int unseen_ = 0;
};

}  // namespace redislive
