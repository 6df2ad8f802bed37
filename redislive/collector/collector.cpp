#include <redislive/collector/collector.hpp>

#include <chrono>
#include <exception>
#include <utility>

#include <cyclone/log.hpp>
#include <redislive/collector/wall_clock.hpp>

namespace redislive {

namespace {

using namespace std::chrono_literals;
using cyclone::Deferred;

}  // namespace

Collector::Collector(const std::vector<ServerAddress>& servers, std::shared_ptr<DataProvider> store)
    : store_(std::move(store)),
      ticks_([this] {
          for (const auto& watch : watches_) {
              watch->tick();
          }
      }),
      expiry_([this] { return expire(); }) {
    for (const ServerAddress& server : servers) {
        writers_.push_back(std::make_shared<StoreWriter>(server.id(), store_));
        watches_.push_back(std::make_shared<ServerWatch>(server, writers_.back()));
    }
}

void Collector::start() {
    for (const auto& watch : watches_) {
        watching_.push_back(ServerWatch::run(watch));
    }
    for (const auto& writer : writers_) {
        writing_.push_back(StoreWriter::run(writer));
    }
    watching_.push_back(ticks_.start(250ms, false).add_callback([](auto) {}));
    first_expiry_ = cyclone::reactor::call_later(
        30s, [this] { watching_.push_back(expiry_.start(1h).add_callback([](auto) {})); });
}

Deferred<> Collector::stop() {
    constexpr auto patience = 5s;
    first_expiry_.cancel();
    watching_.clear();
    std::vector<Deferred<>> draining;
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        if (!watches_[i]->standing_by()) {
            watches_[i]->finish();
        }
        draining.push_back(writers_[i]->drained());
    }
    auto drained = cyclone::gather_results(std::move(draining)).add_timeout(patience);
    try {
        co_await drained;
    } catch (const cyclone::TimeoutError&) {
        cyclone::log::error("the store cannot be written; the last seconds are lost");
    }
    writing_.clear();
}

std::optional<ServerStatus> Collector::status(std::string_view server) const {
    for (const auto& watch : watches_) {
        if (watch->server() == server && !watch->standing_by()) {
            return watch->status();
        }
    }
    return std::nullopt;
}

Deferred<> Collector::expire() {
    std::string error;
    try {
        auto expiring = store_->expire(wall_clock() / 1'000'000);
        co_await expiring;
    } catch (const cyclone::CancelledError&) {
        throw;
    } catch (const std::exception& failure) {
        error = failure.what();
    }
    if (!error.empty()) {
        cyclone::log::error("what is too old could not be deleted from the store: " + error);
    }
}

}  // namespace redislive
