#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/defer.hpp>
#include <cyclone/redis.hpp>
#include <redislive/api/util/server_address.hpp>
#include <redislive/collector/measured_time.hpp>
#include <redislive/collector/own_client.hpp>
#include <redislive/collector/second_assembly.hpp>
#include <redislive/collector/server_state.hpp>
#include <redislive/collector/store_writer.hpp>

namespace redislive {

/// Watches one server: MONITOR on one connection and an INFO every second on another, which begin
/// and end together. What comes of it goes to a StoreWriter. Held by shared pointers: what it has
/// begun holds it too.
class ServerWatch : public std::enable_shared_from_this<ServerWatch> {
public:
    ServerWatch(const ServerAddress& server, std::shared_ptr<StoreWriter> writer);

    /// Watches until it is cancelled; a server that is away is tried again and again. Does nothing
    /// while another process collects.
    static cyclone::Deferred<> run(std::shared_ptr<ServerWatch> self);
    /// To be called some times a second: hands over the seconds that are finished, and the status.
    void tick();
    /// Hands over all that is left, after run() has been cancelled.
    void finish();

    const std::string& server() const noexcept { return id_; }
    bool standing_by() const noexcept { return writer_->standing_by(); }
    ServerStatus status() const;
    /// How many commands were seen in all.
    std::int64_t commands() const noexcept { return seconds_.commands(); }
    /// What the last INFO said, in bytes.
    std::int64_t used_memory() const noexcept { return used_memory_; }

private:
    using Steady = std::chrono::steady_clock;

    static cyclone::Deferred<> session(std::shared_ptr<ServerWatch> self);
    static cyclone::Deferred<> follow(std::shared_ptr<ServerWatch> self,
                                      std::shared_ptr<cyclone::redis::Monitor> monitor);
    static cyclone::Deferred<> ask(std::shared_ptr<ServerWatch> self,
                                   cyclone::redis::Connection connection,
                                   std::shared_ptr<cyclone::redis::Monitor> monitor);
    static cyclone::Deferred<OwnClient> find_own_client(cyclone::redis::Connection connection,
                                                        std::string name);

    void take_lines(std::span<const std::string_view> lines);
    void take_info(std::string_view text, std::chrono::nanoseconds latency);
    void ended();
    std::chrono::milliseconds take_error(const std::exception_ptr& error);
    void write_status(std::int64_t now);

    std::string id_;
    cyclone::redis::ConnectionOptions options_;
    std::string address_;
    std::shared_ptr<StoreWriter> writer_;

    SecondAssembly seconds_;
    ServerState state_;
    MeasuredTime measured_;
    OwnClient own_;
    MonitorEvent event_;

    /// Null between two sessions.
    std::shared_ptr<cyclone::redis::Monitor> monitor_;
    std::optional<Steady::time_point> asked_at_;
    /// Why the session ends, where it was the connection of INFO that ended first.
    std::exception_ptr info_error_;
    std::int64_t last_sign_ = 0;
    std::int64_t status_written_ = 0;
    std::int64_t used_memory_ = 0;
    bool bad_line_told_ = false;
};

}  // namespace redislive
