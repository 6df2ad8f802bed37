#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <redislive/collector/pending_seconds.hpp>

BOOST_AUTO_TEST_SUITE(redislive_pending_seconds)

using namespace redislive;

namespace {

SecondRecord record_of(std::int64_t epoch, std::vector<NameCount> keys = {}) {
    SecondRecord record;
    record.epoch = epoch;
    for (const NameCount& entry : keys) {
        record.total += entry.count;
    }
    if (record.total != 0) {
        record.commands = {{"GET", record.total}};
    }
    record.keys = std::move(keys);
    return record;
}

std::vector<std::int64_t> take_epochs(PendingSeconds& pending) {
    std::vector<std::int64_t> epochs;
    while (const auto record = pending.start()) {
        epochs.push_back(record->epoch);
        pending.stored();
    }
    return epochs;
}

}  // namespace

BOOST_AUTO_TEST_CASE(seconds_are_stored_oldest_first_and_each_once) {
    PendingSeconds pending;
    for (const std::int64_t epoch : {12, 10, 11}) {
        pending.add(record_of(epoch));
    }
    BOOST_TEST((take_epochs(pending) == std::vector<std::int64_t>{10, 11, 12}));
    BOOST_TEST(pending.empty());
}

BOOST_AUTO_TEST_CASE(what_comes_late_is_added_to_its_second) {
    PendingSeconds pending;
    pending.add(record_of(10, {{"a", 1}, {"c", 2}}));
    pending.add(record_of(11));
    SecondRecord late = record_of(10, {{"b", 5}, {"c", 3}});
    late.used_memory = 7;
    pending.add(std::move(late));
    const auto record = pending.start();
    BOOST_REQUIRE(record);
    BOOST_TEST(record->total == 11);
    BOOST_TEST((record->keys == std::vector<NameCount>{{"a", 1}, {"b", 5}, {"c", 5}}));
    BOOST_TEST((record->commands == std::vector<NameCount>{{"GET", 11}}));
    BOOST_TEST(record->used_memory.value() == 7);
}

BOOST_AUTO_TEST_CASE(a_second_that_is_being_stored_stays_as_it_is) {
    PendingSeconds pending;
    pending.add(record_of(10, {{"a", 1}}));
    BOOST_TEST(pending.start()->total == 1);
    BOOST_CHECK_THROW(pending.start(), std::logic_error);
    pending.add(record_of(10, {{"a", 2}}));
    pending.add(record_of(9));
    pending.stored();
    BOOST_TEST(pending.size() == 2);
    BOOST_TEST(pending.start()->epoch == 9);
    pending.stored();
    BOOST_TEST(pending.start()->total == 2);
}

BOOST_AUTO_TEST_CASE(a_second_that_could_not_be_stored_is_tried_again) {
    PendingSeconds pending;
    pending.add(record_of(10, {{"a", 1}}));
    pending.start();
    pending.failed();
    pending.add(record_of(10, {{"a", 1}}));
    BOOST_TEST(pending.start()->total == 2);
}

BOOST_AUTO_TEST_CASE(beyond_the_limit_the_oldest_are_dropped_and_become_gaps) {
    PendingSeconds pending({.seconds = 3});
    for (const std::int64_t epoch : {10, 11, 13, 14, 15, 16}) {
        pending.add(record_of(epoch));
    }
    BOOST_TEST((pending.take_dropped() == std::vector<Gap>{{10, 12}, {13, 14}}));
    BOOST_TEST(pending.take_dropped().empty());
    BOOST_TEST((take_epochs(pending) == std::vector<std::int64_t>{14, 15, 16}));
}

BOOST_AUTO_TEST_CASE(names_count_by_their_bytes_and_the_newest_second_is_always_kept) {
    PendingSeconds pending({.seconds = 100, .bytes = 5000});
    for (const std::int64_t epoch : {10, 11, 12}) {
        pending.add(record_of(epoch, {{std::string(2000, 'x'), 1}}));
    }
    BOOST_TEST((pending.take_dropped() == std::vector<Gap>{{10, 11}}));
    pending.add(record_of(13, {{std::string(20000, 'x'), 1}}));
    BOOST_TEST((pending.take_dropped() == std::vector<Gap>{{11, 13}}));
    BOOST_TEST((take_epochs(pending) == std::vector<std::int64_t>{13}));
}

BOOST_AUTO_TEST_CASE(what_is_being_stored_is_not_dropped) {
    PendingSeconds pending({.seconds = 2});
    pending.add(record_of(10));
    pending.start();
    for (const std::int64_t epoch : {11, 12, 13}) {
        pending.add(record_of(epoch));
    }
    BOOST_TEST((pending.take_dropped() == std::vector<Gap>{{11, 13}}));
    pending.stored();
    BOOST_TEST((take_epochs(pending) == std::vector<std::int64_t>{13}));
}

BOOST_AUTO_TEST_CASE(what_another_stores_is_forgotten_and_no_gap) {
    PendingSeconds pending({.seconds = 2});
    for (const std::int64_t epoch : {10, 11, 12}) {
        pending.add(record_of(epoch));
    }
    pending.clear();
    BOOST_TEST(pending.take_dropped().empty());
    pending.add(record_of(13));
    BOOST_TEST((take_epochs(pending) == std::vector<std::int64_t>{13}));
}

BOOST_AUTO_TEST_CASE(only_the_newest_info_is_kept) {
    PendingSeconds pending;
    for (const std::int64_t epoch : {10, 11}) {
        SecondRecord record = record_of(epoch);
        record.info = boost::json::object{{"epoch", epoch}};
        pending.add(std::move(record));
    }
    BOOST_TEST(!pending.start()->info.has_value());
    pending.stored();
    BOOST_TEST(pending.start()->info.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
