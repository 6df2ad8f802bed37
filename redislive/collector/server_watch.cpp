#include <redislive/collector/server_watch.hpp>

#include <cstdio>
#include <random>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/task/defer_later.hpp>
#include <redislive/collector/info_text.hpp>
#include <redislive/collector/microseconds.hpp>
#include <redislive/collector/wall_clock.hpp>

namespace redislive {

namespace {

using namespace std::chrono_literals;
using cyclone::Deferred;
namespace redis = cyclone::redis;

/// An INFO that is not answered for so long makes the server a lost one, though not yet the
/// connection.
constexpr std::chrono::seconds patience = 3s;

std::string random_name() {
    std::random_device random;
    char name[32];
    std::snprintf(name, sizeof name, "redislive-%08x%08x", random(), random());
    return name;
}

redis::ConnectionOptions session_options(redis::ConnectionOptions options) {
    options.client_name = random_name();
    options.connect_timeout = 5s;
    // Whoever stops a server for some time finds its MONITOR going on, with nothing missed.
    options.command_timeout = 60s;
    return options;
}

/// INFOs are sent in the middle of our seconds, so that each second has one.
std::chrono::microseconds until_next_info(std::int64_t now) {
    return std::chrono::microseconds(microseconds_per_second -
                                     (now + microseconds_per_second / 2) % microseconds_per_second);
}

bool will_pass(std::string_view code) {
    return code == "LOADING" || code == "BUSY" || code == "MASTERDOWN" || code == "TRYAGAIN";
}

}  // namespace

ServerWatch::ServerWatch(const ServerAddress& server, std::shared_ptr<StoreWriter> writer)
    : id_(server.id()),
      options_(session_options(server.connection)),
      address_(options_.address()),
      writer_(std::move(writer)),
      state_(wall_clock()) {}

Deferred<> ServerWatch::run(std::shared_ptr<ServerWatch> self) {
    self->writer_->on_recorded_until([weak = self->weak_from_this()](std::int64_t end) {
        const auto watch = weak.lock();
        const auto gap = watch ? watch->measured_.recorded_until(end) : std::nullopt;
        if (gap) {
            watch->writer_->add_gap(*gap);
        }
    });
    for (;;) {
        if (self->standing_by()) {
            self->measured_ = MeasuredTime();
        }
        auto claiming = self->writer_->claimed();
        co_await claiming;
        std::exception_ptr error;
        try {
            auto watching = session(self);
            co_await watching;
        } catch (const cyclone::CancelledError&) {
            throw;
        } catch (...) {
            error = std::current_exception();
        }
        self->ended();
        if (self->standing_by()) {
            continue;
        }
        const auto delay = self->take_error(error);
        self->write_status(wall_clock());
        auto pausing = cyclone::task::defer_later(delay);
        co_await pausing;
    }
}

Deferred<> ServerWatch::session(std::shared_ptr<ServerWatch> self) {
    redis::Connection connection(self->options_);
    auto connecting = connection.ready();
    co_await connecting;
    auto finding = find_own_client(connection, self->options_.client_name);
    self->own_ = co_await finding;

    // Second, so that it does not show how the first one begins.
    const auto monitor = std::make_shared<redis::Monitor>(self->options_);
    auto beginning = monitor->next();
    co_await beginning;
    const std::int64_t now = wall_clock();
    self->last_sign_ = now;
    if (const auto gap = self->measured_.began(self->seconds_.server_time(now))) {
        self->writer_->add_gap(*gap);
    }

    self->info_error_ = nullptr;
    self->monitor_ = monitor;
    auto asking = ask(self, connection, monitor);
    std::exception_ptr error;
    try {
        auto following = follow(self, monitor);
        co_await following;
    } catch (...) {
        error = std::current_exception();
    }
    asking.cancel();
    std::move(asking).detach();
    std::rethrow_exception(self->info_error_ ? self->info_error_ : error);
}

Deferred<> ServerWatch::follow(std::shared_ptr<ServerWatch> self,
                               std::shared_ptr<redis::Monitor> monitor) {
    for (;;) {
        auto reading = monitor->next();
        const auto lines = co_await reading;
        self->take_lines(lines);
    }
}

Deferred<> ServerWatch::ask(std::shared_ptr<ServerWatch> self, redis::Connection connection,
                            std::shared_ptr<redis::Monitor> monitor) {
    std::exception_ptr error;
    while (!error) {
        const auto sent = Steady::now();
        self->asked_at_ = sent;
        self->own_.asked();
        std::string passing;
        try {
            auto asking = connection.info();
            const std::string text = co_await asking;
            self->take_info(text, Steady::now() - sent);
        } catch (const cyclone::CancelledError&) {
            co_return;
        } catch (const redis::ResponseError& refusal) {
            if (will_pass(refusal.code())) {
                passing = refusal.response;
            } else {
                error = std::current_exception();
            }
        } catch (...) {
            error = std::current_exception();
        }
        self->asked_at_.reset();
        if (!passing.empty()) {
            self->state_.busy(wall_clock(), passing);
        }
        // After an error: what the server had sent before it ended is still to be read.
        auto pausing = cyclone::task::defer_later(error ? std::chrono::microseconds(2s)
                                                        : until_next_info(wall_clock()));
        bool cancelled = false;
        try {
            co_await pausing;
        } catch (const cyclone::CancelledError&) {
            cancelled = true;
        }
        if (cancelled) {
            co_return;
        }
    }
    self->info_error_ = error;
    monitor->disconnect();
}

Deferred<OwnClient> ServerWatch::find_own_client(redis::Connection connection, std::string name) {
    // CLIENT INFO is of Redis 6.2.
    try {
        auto asking = connection.command<std::string>("CLIENT", "INFO");
        const std::string line = co_await asking;
        co_return OwnClient::from_client_info(line);
    } catch (const redis::ResponseError&) {
    }
    try {
        auto asking = connection.client_list();
        const std::string list = co_await asking;
        co_return OwnClient::from_client_list(list, name);
    } catch (const redis::ResponseError&) {
    }
    co_return OwnClient();
}

void ServerWatch::take_lines(std::span<const std::string_view> lines) {
    for (const std::string_view line : lines) {
        const MonitorLineError error = parse_monitor_line(line, event_);
        const bool cut = error == MonitorLineError::unfinished && !event_.command.empty();
        if (error != MonitorLineError::none && !cut) {
            if (!std::exchange(bad_line_told_, true)) {
                cyclone::log::warning(id_ + ": a line of its MONITOR cannot be read (" +
                                      std::string(describe(error)) +
                                      "); this one and others like it are not counted: " +
                                      std::string(line.substr(0, 200)));
            }
            continue;
        }
        if (!own_.is_own(event_)) {
            seconds_.add_event(event_);
        }
    }
    last_sign_ = wall_clock();
    seconds_.end_of_batch(last_sign_);
}

void ServerWatch::take_info(std::string_view text, std::chrono::nanoseconds latency) {
    const std::int64_t now = wall_clock();
    last_sign_ = now;
    boost::json::object info = parse_info_text(text);
    const auto is_set = [&](std::string_view name) {
        const auto* const value = info.if_contains(name);
        return value != nullptr && value->is_int64() && value->get_int64() != 0;
    };
    state_.answered(now, latency, is_set("loading"));
    if (const auto* const used = info.if_contains("used_memory"); used && used->is_int64()) {
        used_memory_ = used->get_int64();
    }
    seconds_.add_info(std::move(info), now);
}

void ServerWatch::ended() {
    monitor_.reset();
    asked_at_.reset();
    const std::int64_t now = wall_clock();
    // A server that has said nothing for longer than a second may have been away since.
    const std::int64_t end = now - last_sign_ > 2 * microseconds_per_second ? last_sign_ : now;
    measured_.ended(seconds_.server_time(end));
}

std::chrono::milliseconds ServerWatch::take_error(const std::exception_ptr& error) {
    const std::int64_t now = wall_clock();
    try {
        std::rethrow_exception(error);
    } catch (const redis::ResponseError& refusal) {
        return will_pass(refusal.code()) ? state_.not_ready(now, refusal.response)
                                         : state_.refused(now, refusal.response);
    } catch (const std::exception& failure) {
        std::string words = server_words(failure.what(), address_);
        const std::string code = words.substr(0, words.find(' '));
        return will_pass(code) ? state_.not_ready(now, std::move(words))
                               : state_.lost(now, std::move(words));
    }
}

void ServerWatch::tick() {
    if (standing_by()) {
        if (monitor_) {
            monitor_->disconnect();
        }
        return;
    }
    const std::int64_t now = wall_clock();
    if (asked_at_ && Steady::now() - *asked_at_ > patience) {
        state_.silent(now, patience);
    }
    for (SecondRecord& record : seconds_.take_finished(now)) {
        writer_->add(std::move(record));
    }
    if (const std::int64_t left_out = seconds_.take_left_out(); left_out != 0) {
        cyclone::log::warning(id_ + ": " + std::to_string(left_out) +
                              " commands are in the totals only, because their second has more "
                              "different names than are kept");
    }
    write_status(now);
}

void ServerWatch::write_status(std::int64_t now) {
    constexpr std::int64_t heartbeat = 2 * microseconds_per_second;
    const bool changed = state_.take_changed();
    if (!changed && now >= status_written_ && now - status_written_ < heartbeat) {
        return;
    }
    status_written_ = now;
    const ServerStatus status = this->status();
    if (changed) {
        const std::string line =
            id_ + ": " + status.state + (status.reason ? ": " + *status.reason : "");
        status.state == "ok" || status.state == "waiting" ? cyclone::log::info(line)
                                                          : cyclone::log::warning(line);
    }
    writer_->set_status(status);
    if (const auto gap = measured_.growing(seconds_.server_time(now))) {
        writer_->add_gap(*gap);
    }
}

ServerStatus ServerWatch::status() const {
    ServerStatus status = state_.status();
    status.updated_at = wall_clock() / microseconds_per_second;
    return status;
}

void ServerWatch::finish() {
    for (SecondRecord& record : seconds_.take_all()) {
        writer_->add(std::move(record));
    }
    const std::int64_t now = seconds_.server_time(wall_clock());
    measured_.ended(now);
    // The second that has begun is measured in part.
    writer_->add_gap({now / microseconds_per_second, now / microseconds_per_second + 1});
}

}  // namespace redislive
