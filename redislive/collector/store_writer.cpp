#include <redislive/collector/store_writer.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/task/defer_later.hpp>
#include <redislive/collector/wall_clock.hpp>

namespace redislive {

namespace {

using namespace std::chrono_literals;
using cyclone::Deferred;

constexpr cyclone::redis::BackoffOptions delays{
    .initial = 100ms, .longest = 1s, .factor = 2.0, .jitter = 0.2};

}  // namespace

StoreWriter::StoreWriter(std::string server, std::shared_ptr<DataProvider> store,
                         PendingSeconds::Limits limits, std::string name)
    : server_(std::move(server)),
      store_(std::move(store)),
      name_(std::move(name)),
      seconds_(limits),
      backoff_(delays, std::random_device()()) {}

void StoreWriter::on_recorded_until(std::function<void(std::int64_t)> observer) {
    on_recorded_until_ = std::move(observer);
}

void StoreWriter::add(SecondRecord record) {
    seconds_.add(std::move(record));
    for (const Gap& gap : seconds_.take_dropped()) {
        if (dropped_ == 0) {
            cyclone::log::warning(server_ +
                                  ": more is waiting for the store than is kept; the oldest "
                                  "seconds are dropped");
        }
        dropped_ += gap.to - gap.from;
        add_gap(gap);
    }
    wake();
}

void StoreWriter::add_gap(Gap gap) {
    // Dropped seconds come one by one; a gap that grows comes again and again.
    if (!gaps_.empty() && gap.from >= gaps_.back().from && gap.from <= gaps_.back().to) {
        gaps_.back().to = std::max(gaps_.back().to, gap.to);
    } else {
        gaps_.push_back(gap);
    }
    wake();
}

void StoreWriter::set_status(ServerStatus status) {
    status_ = std::move(status);
    wake();
}

Deferred<> StoreWriter::run(std::shared_ptr<StoreWriter> self) {
    for (;;) {
        if (self->standing_by_) {
            auto standing = cyclone::task::defer_later(2s);
            co_await standing;
        } else if (self->idle()) {
            auto waiting = self->wait();
            co_await waiting;
            continue;
        }
        std::string error;
        self->writing_ = true;
        try {
            auto writing = self->write_next();
            co_await writing;
        } catch (const cyclone::CancelledError&) {
            throw;
        } catch (const std::exception& failure) {
            error = failure.what();
        }
        self->writing_ = false;
        if (error.empty()) {
            self->succeeded();
            continue;
        }
        self->failed(error);
        auto pausing = cyclone::task::defer_later(self->backoff_.next());
        co_await pausing;
    }
}

Deferred<> StoreWriter::drained() {
    if (idle() || standing_by_) {
        return cyclone::succeed();
    }
    draining_.emplace_back();
    return draining_.back().get_deferred();
}

Deferred<> StoreWriter::claimed() {
    if (claimed_at_) {
        return cyclone::succeed();
    }
    claiming_.emplace_back();
    return claiming_.back().get_deferred();
}

bool StoreWriter::idle() const {
    return begun_ && !writing_ && seconds_.empty() && gaps_.empty() && !status_;
}

void StoreWriter::wake() {
    if (waiting_) {
        cyclone::Promise<> promise = *std::exchange(waiting_, std::nullopt);
        promise.callback();
    }
}

Deferred<> StoreWriter::wait() {
    waiting_.emplace([this] { waiting_.reset(); });
    return waiting_->get_deferred();
}

Deferred<> StoreWriter::write_next() {
    if (must_claim()) {
        return claim();
    }
    if (!begun_) {
        return read_beginning();
    }
    if (status_) {
        return write_status();
    }
    return gaps_.empty() ? write_second() : write_gap();
}

bool StoreWriter::must_claim() const {
    // Often enough, and with some time left for what is written then.
    constexpr auto renewal = std::chrono::seconds(DataProvider::claim_lasts) / 3;
    return standing_by_ || !claimed_at_ ||
           std::chrono::steady_clock::now() - *claimed_at_ > renewal;
}

Deferred<> StoreWriter::claim() {
    const auto asked_at = std::chrono::steady_clock::now();
    const std::int64_t now = wall_clock() / 1'000'000;
    auto asking = store_->claim(server_, name_, now, "");
    std::string holder = co_await asking;
    if (holder != name_ && is_gone(holder)) {
        auto insisting = store_->claim(server_, name_, now, holder);
        holder = co_await insisting;
    }
    if (holder != name_) {
        stand_by(holder);
        co_return;
    }
    claimed_at_ = asked_at;
    if (std::exchange(standing_by_, false)) {
        cyclone::log::info(server_ + ": this process collects now");
    }
    fire(claiming_);
}

void StoreWriter::stand_by(std::string_view holder) {
    if (!std::exchange(standing_by_, true)) {
        cyclone::log::warning(server_ + ": " + std::string(short_name(holder)) +
                              " collects for this server into the same store; this process waits "
                              "until it ends");
    }
    claimed_at_.reset();
    begun_ = false;
    status_.reset();
    gaps_.clear();
    seconds_.clear();
    fire(draining_);
}

Deferred<> StoreWriter::read_beginning() {
    auto asked = store_->get_record_span(server_);
    const RecordSpan span = co_await asked;
    begun_ = true;
    if (span.last && on_recorded_until_) {
        on_recorded_until_(*span.last + 1);
    }
}

Deferred<> StoreWriter::write_status() {
    auto saving = store_->save_status(server_, *std::exchange(status_, std::nullopt));
    co_await saving;
}

Deferred<> StoreWriter::write_gap() {
    const Gap gap = gaps_.front();
    auto saving = store_->save_gap(server_, gap.from, gap.to);
    co_await saving;
    // It may have grown meanwhile.
    if (gaps_.front() == gap) {
        gaps_.erase(gaps_.begin());
    }
}

Deferred<> StoreWriter::write_second() {
    auto record = seconds_.start();
    std::exception_ptr error;
    try {
        auto saving = store_->save_second(server_, *std::move(record));
        co_await saving;
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        seconds_.failed();
        std::rethrow_exception(error);
    }
    seconds_.stored();
}

void StoreWriter::succeeded() {
    backoff_.reset();
    if (std::exchange(in_trouble_, false)) {
        std::string message = server_ + ": the store is written again; " +
                              std::to_string(seconds_.size()) + " seconds were kept for it";
        if (const std::int64_t dropped = std::exchange(dropped_, 0); dropped != 0) {
            message += ", " + std::to_string(dropped) + " were dropped";
        }
        cyclone::log::info(message);
    }
    if (idle()) {
        fire(draining_);
    }
}

void StoreWriter::fire(std::vector<cyclone::Promise<>>& promises) {
    for (auto& promise : std::exchange(promises, {})) {
        if (!promise.called()) {
            promise.callback();
        }
    }
}

void StoreWriter::failed(const std::string& error) {
    if (!std::exchange(in_trouble_, true)) {
        cyclone::log::error(server_ +
                            ": the store cannot be written; what is measured is kept until it "
                            "can: " +
                            error);
    }
}

}  // namespace redislive
