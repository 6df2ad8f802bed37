// Typed rows, transactions of a coroutine, blobs, backup, cancellation, readers beside the writer.

#include <array>
#include <future>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <boost/describe/class.hpp>
#include <boost/test/unit_test.hpp>

#include <cyclone/sqlite.hpp>
#include <cyclone/task.hpp>

#include "sqlite_fixture.hpp"

namespace sqlite_features {

using namespace cyclone;
using namespace std::chrono_literals;
using namespace cyclone::sqlite_tests;

namespace {

struct Player {
    std::string name;
    std::optional<int> score;
};
BOOST_DESCRIBE_STRUCT(Player, (), (name, score))

// Runs until it is stopped.
const std::string endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

}  // namespace

}  // namespace sqlite_features

BOOST_FIXTURE_TEST_SUITE(sqlite_features, Fixture)

BOOST_AUTO_TEST_CASE(rows_are_structs_tuples_or_single_values) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE player (id INTEGER PRIMARY KEY, score, name)"));
    await(db.run_operation("INSERT INTO player (name, score) VALUES ('Ada', 36), ('Bob', NULL)"));
    const auto players = await(db.query_as<Player>("SELECT * FROM player ORDER BY id"));
    BOOST_REQUIRE(players.size() == 2U);
    BOOST_TEST(players[0].name == "Ada");
    BOOST_TEST(players[0].score.value() == 36);
    BOOST_TEST(!players[1].score);
    const auto pairs = await(
        db.query_as<std::tuple<int, std::string>>("SELECT id, name FROM player WHERE id = ?", 2));
    BOOST_CHECK((pairs == std::vector<std::tuple<int, std::string>>{{2, "Bob"}}));
    BOOST_CHECK((await(db.query_as<int>("SELECT id FROM player")) == std::vector{1, 2}));
}

BOOST_AUTO_TEST_CASE(columns_that_do_not_fit_the_type_of_the_rows_are_an_error_that_says_which) {
    sqlite::Database db(path());
    BOOST_TEST(error_of(db.query_as<Player>("SELECT 'Ada' AS name")) ==
               "sqlite: there is no column score: SELECT 'Ada' AS name");
    BOOST_TEST(error_of(db.query_as<int>("SELECT 1, 2")) ==
               "sqlite: a row has 2 columns, but 1 were asked for: SELECT 1, 2");
    BOOST_TEST(
        error_of(db.query_as<Player>("SELECT 'Ada' AS name, 'x' AS score")) ==
        "sqlite: column score of `SELECT 'Ada' AS name, 'x' AS score` holds text of 1 bytes, "
        "not an integer that fits the type asked for");
}

BOOST_AUTO_TEST_CASE(a_transaction_of_a_coroutine_is_committed_when_it_ends) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    std::optional<Deferred<std::vector<int>>> other;
    const int sum = await(db.transaction([&](sqlite::OpenTransaction& t) -> Deferred<int> {
        co_await t.run_operation("INSERT INTO t VALUES (?)", 1);
        // Waits for the end of the transaction, of which it sees all.
        other.emplace(db.query_as<int>("SELECT a FROM t"));
        co_await task::defer_later(20ms);
        BOOST_TEST(!other->called());
        co_await t.run_operation("INSERT INTO t VALUES (?)", 2);
        const auto sums = co_await t.query_as<int>("SELECT sum(a) FROM t");
        co_return sums[0];
    }));
    BOOST_TEST(sum == 3);
    BOOST_CHECK((await(std::move(*other)) == std::vector{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_transaction_of_a_coroutine_that_fails_or_is_cancelled_is_rolled_back) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a UNIQUE)"));
    const auto failing = [](sqlite::OpenTransaction& t) -> Deferred<> {
        co_await t.run_operation("INSERT INTO t VALUES (1)");
        co_await t.run_operation("INSERT INTO t VALUES (1)");
    };
    BOOST_TEST(contains(error_of(db.transaction(failing)), "UNIQUE constraint failed"));
    BOOST_TEST(await(db.query_as<int>("SELECT a FROM t")).empty());
    auto cancelled = db.transaction([](sqlite::OpenTransaction& t) -> Deferred<> {
        co_await t.run_operation("INSERT INTO t VALUES (2)");
        co_await task::defer_later(1h);
    });
    await(task::defer_later(20ms));
    cancelled.cancel();
    BOOST_CHECK_THROW(await(std::move(cancelled)), CancelledError);
    BOOST_TEST(await(db.query_as<int>("SELECT a FROM t")).empty());
}

BOOST_AUTO_TEST_CASE(a_transaction_that_is_cancelled_before_its_turn_holds_up_nobody) {
    sqlite::Database db(path());
    std::promise<void> go;
    auto first =
        db.run_interaction([wait = go.get_future().share()](sqlite::Transaction&) { wait.wait(); });
    bool begun = false;
    auto cancelled = db.transaction([&](sqlite::OpenTransaction&) -> Deferred<> {
        begun = true;
        return succeed();
    });
    cancelled.cancel();
    go.set_value();
    await(std::move(first));
    BOOST_CHECK_THROW(await(std::move(cancelled)), CancelledError);
    BOOST_TEST(!begun);
    BOOST_CHECK((await(db.query_as<int>("SELECT 1")) == std::vector{1}));
}

BOOST_AUTO_TEST_CASE(what_is_asked_of_a_transaction_that_has_ended_is_refused) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    std::optional<sqlite::OpenTransaction> kept;
    await(db.transaction([&](sqlite::OpenTransaction& t) -> Deferred<> {
        kept.emplace(t);
        return succeed();
    }));
    BOOST_TEST(error_of(kept->run_operation("INSERT INTO t VALUES (1)")) ==
               "sqlite: " + path() + ": the transaction has ended");
    BOOST_TEST(await(db.query_as<int>("SELECT a FROM t")).empty());
}

BOOST_AUTO_TEST_CASE(a_database_that_is_closed_rolls_back_the_transaction_that_is_open) {
    {
        sqlite::Database db(path());
        await(db.run_operation("CREATE TABLE t (a)"));
        auto open = db.transaction([](sqlite::OpenTransaction& t) -> Deferred<> {
            co_await t.run_operation("INSERT INTO t VALUES (1)");
            co_await task::defer_later(1h);
        });
        await(task::defer_later(20ms));
        auto later = db.run_operation("INSERT INTO t VALUES (2)");
        await(db.close());
        BOOST_TEST(await(std::move(later)) == 1);
    }
    sqlite::Database again(path());
    BOOST_CHECK((await(again.query_as<int>("SELECT a FROM t")) == std::vector{2}));
}

BOOST_AUTO_TEST_CASE(a_query_that_is_cancelled_while_it_runs_is_stopped_and_the_next_has_its_turn) {
    sqlite::Database db(path());
    await(db.ready());
    auto running = db.run_query(endless);
    await(task::defer_later(20ms));
    auto next = db.query_as<int>("SELECT 1");
    running.cancel();
    BOOST_CHECK_THROW(await(std::move(running)), CancelledError);
    BOOST_CHECK((await(std::move(next)) == std::vector{1}));
}

BOOST_AUTO_TEST_CASE(an_interaction_that_is_stopped_within_a_statement_is_rolled_back) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    auto running = db.run_interaction([](sqlite::Transaction& t) {
        t.execute("INSERT INTO t VALUES (1)");
        t.query(endless);
    });
    await(task::defer_later(20ms));
    running.cancel();
    BOOST_CHECK_THROW(await(std::move(running)), CancelledError);
    BOOST_TEST(await(db.query_as<int>("SELECT a FROM t")).empty());
}

BOOST_AUTO_TEST_CASE(a_blob_is_read_and_written_in_pieces) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (id INTEGER PRIMARY KEY, a)"));
    await(db.run_operation("INSERT INTO t VALUES (7, zeroblob(10))"));
    await(db.run_interaction([](sqlite::Transaction& t) {
        auto blob = t.open_blob("t", "a", 7, true);
        blob.write("hello", 2);
    }));
    const auto [piece, size, beyond] = await(db.run_snapshot([](sqlite::Transaction& t) {
        const auto blob = t.open_blob("t", "a", 7);
        std::array<char, 4> buffer{};
        blob.read(buffer, 3);
        std::string error = "no error";
        try {
            blob.read(buffer, 7);
        } catch (const sqlite::Error& refused) {
            error = refused.what();
        }
        return std::tuple(std::string(buffer.data(), buffer.size()), blob.size(), error);
    }));
    BOOST_TEST(piece == "ello");
    BOOST_TEST(size == 10U);
    BOOST_TEST(contains(beyond, "t.a: 4 bytes from 7 on, of 10"));
    BOOST_TEST(contains(
        error_of(db.run_snapshot([](sqlite::Transaction& t) { (void)t.open_blob("t", "a", 8); })),
        "no such rowid: 8"));
}

BOOST_AUTO_TEST_CASE(a_backup_is_a_whole_copy_and_lets_others_have_their_turn) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    await(
        db.run_operation("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                         "LIMIT 20000) INSERT INTO t SELECT i FROM n"));
    int steps = 0;
    int last_left = -1;
    auto backing_up = db.backup_to(path("copy.sqlite"), 5, [&](int left, int all) {
        ++steps;
        last_left = left;
        BOOST_TEST(left <= all);
    });
    const auto between = await(db.query_as<int>("SELECT count(*) FROM t"));
    BOOST_TEST(!backing_up.called());
    await(std::move(backing_up));
    BOOST_TEST(between[0] == 20000);
    BOOST_TEST(steps > 5);
    BOOST_TEST(last_left == 0);
    sqlite::Database copy(path("copy.sqlite"));
    BOOST_CHECK((await(copy.query_as<int>("SELECT sum(a) FROM t")) == std::vector{200010000}));
}

BOOST_AUTO_TEST_CASE(a_backup_that_cannot_be_written_or_is_cancelled_leaves_the_database_usable) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    await(db.run_operation("INSERT INTO t VALUES (zeroblob(1000000))"));
    BOOST_TEST(contains(error_of(db.backup_to(path("nowhere/copy.sqlite"))), "cannot open"));
    auto cancelled = db.backup_to(path("copy.sqlite"), 1);
    await(db.ready());
    cancelled.cancel();
    BOOST_CHECK_THROW(await(std::move(cancelled)), CancelledError);
    BOOST_TEST(await(db.run_operation("INSERT INTO t VALUES (1)")) == 1);
}

BOOST_AUTO_TEST_CASE(readers_of_a_pool_read_at_the_same_time_as_another_and_as_the_writer) {
    sqlite::Pool db(path(), 2);
    await(db.run_operation("CREATE TABLE t (a)"));
    await(db.run_operation("INSERT INTO t VALUES (1)"));
    std::promise<void> go;
    const auto wait = go.get_future().share();
    auto writing = db.run_interaction([wait](sqlite::Transaction&) { wait.wait(); });
    auto reading = db.run_snapshot([wait](sqlite::Transaction&) { wait.wait(); });
    await(task::defer_later(10ms));
    BOOST_CHECK((await(db.query_as<int>("SELECT a FROM t")) == std::vector{1}));
    BOOST_TEST(!writing.called());
    BOOST_TEST(!reading.called());
    go.set_value();
    await(std::move(writing));
    await(std::move(reading));
    BOOST_TEST(
        contains(error_of(db.run_query("INSERT INTO t VALUES (2) RETURNING a")), "readonly"));
    await(db.close());
}

BOOST_AUTO_TEST_CASE(a_pool_without_readers_is_refused) {
    BOOST_CHECK_THROW(sqlite::Pool(path(), 0), std::invalid_argument);
    BOOST_CHECK_THROW(sqlite::Pool(path(), 1, {.wal = false}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
