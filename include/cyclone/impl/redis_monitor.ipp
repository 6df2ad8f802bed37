#pragma once

#include <random>
#include <stdexcept>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/monitor.hpp>
#include <cyclone/redis/monitor_lines.hpp>
#include <cyclone/redis/transport.hpp>
#include <cyclone/task/defer_later.hpp>

namespace cyclone::redis {

class Monitor::Stream {
public:
    using Lines = std::span<const std::string_view>;

    Stream(ConnectionOptions options, std::size_t max_line)
        : options_(std::move(options)),
          lines_(max_line),
          backoff_(options_.backoff, std::random_device()()) {}

    static Deferred<Lines> next(std::shared_ptr<Stream> self) {
        const Busy busy(*self);
        const std::uint64_t stops = self->stops_;
        std::exception_ptr error;
        try {
            if (!self->transport_) {
                auto starting = start(self);
                co_await starting;
                if (stops != self->stops_) {
                    throw detail::NoConnection("disconnect() was called");
                }
                co_return Lines{};
            }
            if (!self->waiting_.empty()) {
                co_return std::exchange(self->waiting_, {});
            }
            for (;;) {
                auto reading = self->read();
                const Lines lines = co_await reading;
                if (!lines.empty()) {
                    co_return lines;
                }
            }
        } catch (const CancelledError&) {
            throw;
        } catch (...) {
            error = std::current_exception();
        }
        self->failed_ = stops == self->stops_;
        self->close();
        if (!self->failed_) {
            error = std::make_exception_ptr(detail::NoConnection("disconnect() was called"));
        }
        self->fail(error);
    }

    void disconnect() {
        ++stops_;
        close();
    }

    void close() {
        waiting_ = {};
        if (auto transport = std::exchange(transport_, nullptr)) {
            transport->close();
        }
    }

    bool busy_ = false;
    std::shared_ptr<detail::Transport> transport_;
    MonitorLines& lines() { return lines_; }

private:
    struct Busy {
        explicit Busy(Stream& stream) : busy(stream.busy_) { busy = true; }
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;
        ~Busy() { busy = false; }
        bool& busy;
    };

    static Deferred<> start(std::shared_ptr<Stream> self) {
        if (std::exchange(self->failed_, false)) {
            auto pausing = task::defer_later(self->backoff_.next());
            co_await pausing;
        }
        self->lines_.reset();
        auto connecting = detail::establish(self->options_);
        auto transport = co_await connecting;
        auto beginning = begin(self, transport).add_timeout(self->options_.connect_timeout);
        bool begun = false;
        try {
            co_await beginning;
            begun = true;
        } catch (const cyclone::TimeoutError&) {
        }
        if (!begun) {
            throw detail::NoConnection("it did not answer within " +
                                       detail::in_words(self->options_.connect_timeout));
        }
        self->transport_ = std::move(transport);
        self->backoff_.reset();
    }

    static Deferred<> begin(std::shared_ptr<Stream> self,
                            std::shared_ptr<detail::Transport> transport) {
        std::string command;
        append_command(command, "MONITOR");
        auto writing = detail::write_all(transport, std::move(command));
        co_await writing;
        Lines lines;
        while (lines.empty()) {
            const std::span<char> space = self->lines_.prepare();
            auto reading = transport->read_some(space);
            const std::size_t size = co_await reading;
            lines = self->lines_.scan(size);
            self->require_lines();
        }
        // The first says +OK; what the server has done since may have come with it.
        self->waiting_ = lines.subspan(1);
    }

    Deferred<Lines> read() {
        // Large, because it is the number of reads, not that of lines, that costs; and because what
        // is not read is kept by the watched server.
        constexpr std::size_t wanted = 128 * 1024;
        const auto transport = transport_;
        const std::span<char> space = lines_.prepare(wanted);
        auto reading = transport->read_some(space);
        const std::size_t size = co_await reading;
        const Lines lines = lines_.scan(size);
        require_lines();
        co_return lines;
    }

    void require_lines() const {
        if (!lines_.error().empty()) {
            detail::NoConnection refused(lines_.error());
            refused.refusal = std::make_exception_ptr(ResponseError("MONITOR", lines_.error()));
            throw refused;
        }
    }

    [[noreturn]] void fail(const std::exception_ptr& error) const {
        try {
            std::rethrow_exception(error);
        } catch (const detail::NoConnection& failure) {
            if (failure.refusal) {
                std::rethrow_exception(failure.refusal);
            }
        } catch (...) {
        }
        throw ConnectionLost(
            "redis: " + options_.address() + ": MONITOR: " + detail::reason_of(error), false);
    }

    ConnectionOptions options_;
    MonitorLines lines_;
    Backoff backoff_;
    Lines waiting_;
    std::uint64_t stops_ = 0;
    bool failed_ = false;
};

CYCLONE_INLINE Monitor::Monitor(ConnectionOptions options, std::size_t max_line)
    : stream_(std::make_shared<Stream>(std::move(options), max_line)) {}

CYCLONE_INLINE Monitor::Monitor(Monitor&&) noexcept = default;
CYCLONE_INLINE Monitor& Monitor::operator=(Monitor&& other) noexcept {
    if (this != &other) {
        disconnect();
        stream_ = std::move(other.stream_);
    }
    return *this;
}
CYCLONE_INLINE Monitor::~Monitor() { disconnect(); }

CYCLONE_INLINE Deferred<std::span<const std::string_view>> Monitor::next() {
    if (stream_->busy_) {
        throw std::logic_error("Monitor::next() was called before the one before had fired");
    }
    return Stream::next(stream_);
}

CYCLONE_INLINE bool Monitor::connected() const { return stream_->transport_ != nullptr; }
CYCLONE_INLINE std::uint64_t Monitor::cut() const { return stream_->lines().cut(); }
CYCLONE_INLINE void Monitor::disconnect() {
    if (stream_) {
        stream_->disconnect();
    }
}

}  // namespace cyclone::redis
