#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cyclone/reactor.hpp>
#include <cyclone/task.hpp>
#include <redislive/collector/store_writer.hpp>
#include <tests/unit/captured_log.hpp>

namespace redislive_store_writer {

using namespace redislive;
using namespace std::chrono_literals;
using cyclone::Deferred;

namespace {

/// A store that is away as often as a test wants, and writes down what it is told.
class FakeStore final : public DataProvider {
public:
    int failures = 0;
    std::optional<std::int64_t> last_second{};
    std::vector<std::string> written{};

    /// Who has the claim; nobody when empty.
    std::string holder{};

    Deferred<std::string> claim(std::string, std::string collector, std::int64_t,
                                std::string instead_of) override {
        if (holder.empty() || holder == instead_of) {
            holder = collector;
        }
        return cyclone::succeed(holder);
    }
    Deferred<> ready() override { return cyclone::succeed(); }
    Deferred<> close() override { return cyclone::succeed(); }
    Deferred<> save_second(std::string, SecondRecord record) override {
        return write("second " + std::to_string(record.epoch) + " " + std::to_string(record.total));
    }
    Deferred<> save_status(std::string, ServerStatus status) override {
        return write("status " + status.state);
    }
    Deferred<> save_gap(std::string, std::int64_t from, std::int64_t to) override {
        return write("gap " + std::to_string(from) + " " + std::to_string(to));
    }
    Deferred<RecordSpan> get_record_span(std::string) override {
        if (failures > 0) {
            --failures;
            throw std::runtime_error("the store is away");
        }
        return cyclone::succeed(RecordSpan{last_second, last_second});
    }

    Deferred<std::optional<boost::json::object>> get_info(std::string) override { throw unused(); }
    Deferred<std::vector<MemorySample>> get_memory_info(std::string, std::int64_t, std::int64_t,
                                                        std::optional<std::size_t>) override {
        throw unused();
    }
    Deferred<std::vector<CommandStat>> get_command_stats(std::string, std::int64_t, std::int64_t,
                                                         Granularity) override {
        throw unused();
    }
    Deferred<std::vector<NameCount>> get_top_commands_stats(std::string, std::int64_t,
                                                            std::int64_t) override {
        throw unused();
    }
    Deferred<std::vector<NameCount>> get_top_keys_stats(std::string, std::int64_t,
                                                        std::int64_t) override {
        throw unused();
    }
    Deferred<Totals> get_totals(std::string, std::int64_t, std::int64_t) override {
        throw unused();
    }
    Deferred<std::optional<ServerStatus>> get_status(std::string) override { throw unused(); }
    Deferred<std::vector<Gap>> get_gaps(std::string, std::int64_t, std::int64_t) override {
        throw unused();
    }
    Deferred<StoreInfo> get_store_info() override { throw unused(); }
    Deferred<> expire(std::int64_t) override { throw unused(); }

private:
    static std::logic_error unused() { return std::logic_error("not used here"); }

    Deferred<> write(std::string what) {
        auto turning = cyclone::task::defer_later(0ms);
        co_await turning;
        if (failures > 0) {
            --failures;
            throw std::runtime_error("the store is away");
        }
        written.push_back(std::move(what));
    }
};

struct Fixture {
    cyclone::reactor::Reactor reactor;
    std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
    std::shared_ptr<StoreWriter> writer =
        std::make_shared<StoreWriter>("h:1", store, PendingSeconds::Limits{.seconds = 3});

    void add(std::int64_t epoch, std::int64_t total) {
        SecondRecord record;
        record.epoch = epoch;
        record.total = total;
        writer->add(std::move(record));
    }
    std::vector<std::string> run() {
        auto running = StoreWriter::run(writer);
        reactor.run_until(writer->drained().add_timeout(10s));
        return store->written;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

}  // namespace redislive_store_writer

BOOST_FIXTURE_TEST_SUITE(redislive_store_writer, Fixture)

BOOST_AUTO_TEST_CASE(status_and_gaps_are_written_before_the_seconds) {
    add(10, 1);
    add(11, 2);
    writer->add_gap({5, 7});
    writer->set_status({.state = "waiting"});
    writer->set_status({.state = "ok"});
    BOOST_TEST((run() == Lines{"status ok", "gap 5 7", "second 10 1", "second 11 2"}));
}

BOOST_AUTO_TEST_CASE(what_could_not_be_written_is_written_later_and_once) {
    const CapturedLog log;
    store->failures = 3;
    add(10, 1);
    add(11, 2);
    BOOST_TEST((run() == Lines{"second 10 1", "second 11 2"}));
    BOOST_TEST(log.text().find("the store is away") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_dropped_while_the_store_is_away_becomes_a_gap) {
    const CapturedLog log;
    for (const std::int64_t epoch : {10, 11, 12, 13, 14}) {
        add(epoch, 1);
    }
    BOOST_TEST((run() == Lines{"gap 10 12", "second 12 1", "second 13 1", "second 14 1"}));
    BOOST_TEST(log.text().find("dropped") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_tells_once_up_to_where_the_store_has_something) {
    std::vector<std::int64_t> told;
    writer->on_recorded_until([&](std::int64_t end) { told.push_back(end); });
    store->last_second = 41;
    add(50, 1);
    run();
    add(51, 1);
    run();
    BOOST_TEST((told == std::vector<std::int64_t>{42}));
}

BOOST_AUTO_TEST_CASE(while_another_collector_has_the_claim_nothing_is_written) {
    const CapturedLog log;
    std::vector<std::int64_t> told;
    writer->on_recorded_until([&](std::int64_t end) { told.push_back(end); });
    store->holder = "elsewhere:77 some-boot/pid 1";
    writer->set_status({.state = "ok"});
    add(10, 1);
    auto running = StoreWriter::run(writer);
    reactor.run_until(writer->drained());
    auto claimed = writer->claimed();
    BOOST_TEST(writer->standing_by());
    BOOST_TEST(!claimed.called());
    BOOST_TEST(log.text().find("elsewhere:77 collects for this server") != std::string::npos);
    BOOST_TEST(log.text().find("some-boot") == std::string::npos);

    store->holder.clear();
    store->last_second = 41;
    reactor.run_until(std::move(claimed).add_timeout(10s));
    BOOST_TEST(!writer->standing_by());
    add(50, 2);
    reactor.run_until(writer->drained());
    BOOST_TEST((store->written == Lines{"second 50 2"}));
    BOOST_TEST((told == std::vector<std::int64_t>{42}));
}

BOOST_AUTO_TEST_CASE(the_claim_of_a_process_that_is_gone_is_void) {
    std::string gone = collector_name();
    gone.replace(gone.rfind(' ') + 1, std::string::npos, "1");
    store->holder = gone;
    add(10, 1);
    BOOST_TEST((run() == Lines{"second 10 1"}));
    BOOST_TEST(store->holder == collector_name());
}

BOOST_AUTO_TEST_CASE(a_process_is_gone_when_it_is_of_this_machine_and_there_no_more) {
    const std::string own = collector_name();
    BOOST_TEST(!is_gone(own));
    BOOST_TEST(is_gone(own.substr(0, own.rfind(' ') + 1) + "1"));
    BOOST_TEST(!is_gone("host:1 another-boot/pid:[1] 1"));
    BOOST_TEST(!is_gone("an odd name"));
    BOOST_TEST(short_name(own).ends_with(":" + std::to_string(::getpid())));
}

BOOST_AUTO_TEST_CASE(it_may_be_cancelled_while_it_waits_and_while_it_writes) {
    auto idle = StoreWriter::run(writer);
    reactor.run_until(writer->drained());
    idle.cancel();
    BOOST_TEST(idle.called());
    std::move(idle)
        .add_errback([](const cyclone::Failure& f) { f.trap<cyclone::CancelledError>(); })
        .detach();
    add(10, 1);
    auto writing = StoreWriter::run(writer);
    writing.cancel();
    BOOST_TEST(writing.called());
    std::move(writing)
        .add_errback([](const cyclone::Failure& f) { f.trap<cyclone::CancelledError>(); })
        .detach();
}

BOOST_AUTO_TEST_SUITE_END()
