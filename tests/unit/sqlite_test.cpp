#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cyclone/sqlite.hpp>
#include <cyclone/task.hpp>

#include "sqlite_fixture.hpp"

namespace sqlite_driver {

using namespace cyclone;
using namespace std::chrono_literals;
using namespace cyclone::sqlite_tests;

}  // namespace sqlite_driver

BOOST_FIXTURE_TEST_SUITE(sqlite_driver, Fixture)

BOOST_AUTO_TEST_CASE(what_is_inserted_is_queried_with_its_type) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a, b, c, d, e)"));
    const std::string zero("a\0b", 3);
    await(db.run_operation("INSERT INTO t VALUES (?, ?, ?, ?, ?)", 42, 1.5, zero,
                           sqlite::Blob{"\xff\x00"}, std::nullopt));
    const auto rows = await(db.run_query("SELECT * FROM t WHERE a = ?", std::int64_t{42}));
    BOOST_REQUIRE_EQUAL(rows.size(), 1u);
    const sqlite::Row& row = rows[0];
    BOOST_TEST(row.get<int>(0) == 42);
    BOOST_TEST(row.get<double>("b") == 1.5);
    BOOST_TEST(row.get<std::string>("c") == zero);
    BOOST_TEST((row.get<sqlite::Blob>(3) == sqlite::Blob{"\xff\x00"}));
    BOOST_TEST(!row.get<std::optional<int>>("e").has_value());
    auto [a, b, c] = rows[0].as<std::tuple<int, double, std::string>>();
    BOOST_TEST(a == 42);
    BOOST_TEST(b == 1.5);
    BOOST_TEST(c == zero);
}

BOOST_AUTO_TEST_CASE(a_column_that_holds_something_else_is_an_error_that_says_what) {
    sqlite::Database db(path());
    const auto rows = await(db.run_query("SELECT 'x' AS name, 300 AS size, NULL AS empty"));
    const auto message = [&](auto read) -> std::string {
        try {
            read();
        } catch (const sqlite::Error& error) {
            return error.what();
        }
        return "no error";
    };
    BOOST_TEST(
        message([&] { return rows[0].get<int>("name"); }) ==
        "sqlite: column name holds text of 1 bytes, not an integer that fits the type asked for");
    BOOST_TEST(
        message([&] { return rows[0].get<std::uint8_t>("size"); }) ==
        "sqlite: column size holds the integer 300, not an integer that fits the type asked for");
    BOOST_TEST(message([&] { return rows[0].get<std::string>("empty"); }) ==
               "sqlite: column empty holds NULL, not text or a blob");
    BOOST_TEST(message([&] { return rows[0].get<int>("other"); }) ==
               "sqlite: there is no column other in this row");
    BOOST_TEST(message([&] { return rows[0].get<int>(3); }) ==
               "sqlite: there is no column 3 in a row of 3");
}

BOOST_AUTO_TEST_CASE(an_error_has_the_words_of_sqlite_and_the_statement) {
    sqlite::Database db(path());
    BOOST_TEST(error_of(db.run_query("SELECT * FROM nowhere")) ==
               "sqlite: " + path() + ": no such table: nowhere: SELECT * FROM nowhere");
    await(db.run_operation("CREATE TABLE t (a UNIQUE)"));
    await(db.run_operation("INSERT INTO t VALUES (1)"));
    try {
        await(db.run_operation("INSERT INTO t VALUES (?)", 1));
        BOOST_FAIL("a duplicate was accepted");
    } catch (const sqlite::Error& error) {
        BOOST_TEST(error.code() == 2067);
        BOOST_TEST(error.statement() == "INSERT INTO t VALUES (?)");
        BOOST_TEST(contains(error.what(), "UNIQUE constraint failed: t.a"));
    }
    BOOST_TEST(contains(error_of(db.run_operation("INSERT INTO t VALUES (?)")),
                        "has 1 parameters, but 0 arguments were given"));
    BOOST_TEST(
        contains(error_of(db.run_operation("SELECT 1; SELECT 2")), "more than one statement"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_is_a_sentence_for_every_call) {
    const std::string nowhere = (directory / "no" / "such.sqlite").string();
    sqlite::Database missing(nowhere);
    const std::string expected = "sqlite: cannot open " + nowhere + ": there is no directory " +
                                 (directory / "no").string() + "; make it first";
    BOOST_TEST(error_of(missing.ready()) == expected);
    BOOST_TEST(error_of(missing.run_query("SELECT 1")) == expected);

    sqlite::Database folder(directory.string());
    BOOST_TEST(contains(error_of(folder.ready()), "it is a directory"));

    std::ofstream(path("text")) << "This is a letter, and no database at all. "
                                << std::string(4096, 'x');
    sqlite::Database text(path("text"));
    BOOST_TEST(contains(error_of(text.ready()), "it is not an SQLite database"));

    sqlite::Database absent(path("absent"), {.access = sqlite::Access::read_only});
    BOOST_TEST(contains(error_of(absent.ready()), "cannot open " + path("absent")));
    BOOST_TEST(!std::filesystem::exists(path("absent")));

    sqlite::Database under(path("text") + "/x");
    BOOST_TEST(contains(error_of(under.ready()), "is not a directory"));
}

BOOST_AUTO_TEST_CASE(an_interaction_is_committed_when_it_returns_and_rolled_back_when_it_throws) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    const auto id = await(db.run_interaction([](sqlite::Transaction& t) {
        t.execute("INSERT INTO t VALUES (?)", 1);
        t.execute("INSERT INTO t VALUES (?)", 2);
        return t.last_insert_rowid();
    }));
    BOOST_TEST(id == 2);
    BOOST_CHECK_THROW(await(db.run_interaction([](sqlite::Transaction& t) {
                          t.execute("INSERT INTO t VALUES (3)");
                          throw std::domain_error("changed my mind");
                      })),
                      std::domain_error);
    const auto rows = await(db.run_query("SELECT count(*) FROM t"));
    BOOST_TEST(rows[0].get<int>(0) == 2);
}

BOOST_AUTO_TEST_CASE(many_rows_are_one_transaction) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a UNIQUE, b)"));
    std::vector<std::tuple<int, std::string>> rows = {{1, "one"}, {2, "two"}, {1, "again"}};
    BOOST_TEST(
        contains(error_of(db.run_operation_many("INSERT INTO t VALUES (?, ?)", rows)), "UNIQUE"));
    BOOST_TEST(await(db.run_query("SELECT * FROM t")).empty());
    rows.pop_back();
    await(db.run_operation_many("INSERT INTO t VALUES (?, ?)", rows));
    BOOST_TEST(await(db.run_query("SELECT * FROM t")).size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_reactor_goes_on_while_a_statement_runs) {
    sqlite::Database db(path());
    await(db.ready());
    std::promise<void> go;
    auto slow =
        db.run_interaction([wait = go.get_future().share()](sqlite::Transaction&) { wait.wait(); });
    int turns = 0;
    auto tick = [&] { ++turns; };
    reactor.call_later(1ms, tick);
    await(task::defer_later(5ms));
    BOOST_TEST(turns == 1);
    BOOST_TEST(!slow.called());
    go.set_value();
    await(std::move(slow));
}

BOOST_AUTO_TEST_CASE(a_queued_call_that_is_cancelled_is_not_run) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    std::promise<void> go;
    auto first =
        db.run_interaction([wait = go.get_future().share()](sqlite::Transaction&) { wait.wait(); });
    auto cancelled = db.run_operation("INSERT INTO t VALUES (1)");
    auto kept = db.run_operation("INSERT INTO t VALUES (2)");
    cancelled.cancel();
    go.set_value();
    await(std::move(first));
    await(std::move(kept));
    BOOST_CHECK_THROW(await(std::move(cancelled)), CancelledError);
    const auto rows = await(db.run_query("SELECT a FROM t"));
    BOOST_REQUIRE_EQUAL(rows.size(), 1u);
    BOOST_TEST(rows[0].get<int>(0) == 2);
}

BOOST_AUTO_TEST_CASE(the_result_of_a_running_call_that_is_cancelled_is_dropped) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    std::promise<void> started;
    std::promise<void> go;
    auto call = db.run_interaction([&, wait = go.get_future().share()](sqlite::Transaction& t) {
        started.set_value();
        wait.wait();
        t.execute("INSERT INTO t VALUES (1)");
        return 7;
    });
    started.get_future().wait();
    call.cancel();
    go.set_value();
    BOOST_CHECK_THROW(await(std::move(call)), CancelledError);
    BOOST_TEST(await(db.run_query("SELECT * FROM t")).size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_call_more_than_may_wait_fails_at_once) {
    sqlite::Database db(path(), {.max_queued = 2});
    await(db.ready());
    std::promise<void> started;
    std::promise<void> go;
    auto running = db.run_interaction([&, wait = go.get_future().share()](sqlite::Transaction&) {
        started.set_value();
        wait.wait();
    });
    started.get_future().wait();
    auto second = db.run_query("SELECT 1");
    auto third = db.run_query("SELECT 1");
    BOOST_TEST(db.queued() == 2u);
    auto refused = db.run_query("SELECT 1");
    BOOST_TEST(refused.called());
    BOOST_TEST(contains(error_of(std::move(refused)), "2 calls are waiting already"));
    go.set_value();
    await(std::move(running));
    await(std::move(second));
    await(std::move(third));
}

BOOST_AUTO_TEST_CASE(destroying_a_database_finishes_the_writes_and_refuses_the_reads) {
    std::promise<void> go;
    std::optional<Deferred<std::vector<sqlite::Row>>> read;
    std::optional<Deferred<std::int64_t>> write;
    {
        sqlite::Database db(path());
        await(db.run_operation("CREATE TABLE t (a)"));
        db.run_interaction([wait = go.get_future().share()](sqlite::Transaction&) {
              wait.wait();
          }).detach();
        for (int i = 0; i < 50; ++i) {
            db.run_operation("INSERT INTO t VALUES (?)", i).detach();
        }
        write = db.run_operation("INSERT INTO t VALUES (50)");
        read = db.run_query("SELECT * FROM t");
        std::thread([&go] {
            std::this_thread::sleep_for(20ms);
            go.set_value();
        }).detach();
    }
    BOOST_CHECK_THROW(await(std::move(*read)), sqlite::ClosedError);
    BOOST_TEST(await(std::move(*write)) == 1);
    sqlite::Connection connection(path());
    BOOST_TEST(connection.query("SELECT count(*) FROM t")[0].get<int>(0) == 51);
}

BOOST_AUTO_TEST_CASE(close_fires_when_the_file_is_closed_and_later_calls_fail) {
    sqlite::Database db(path());
    await(db.run_operation("CREATE TABLE t (a)"));
    db.run_operation("INSERT INTO t VALUES (1)").detach();
    await(db.close());
    // The last connection removes the log when it closes.
    BOOST_TEST(!std::filesystem::exists(path() + "-wal"));
    BOOST_TEST(error_of(db.run_query("SELECT 1")) == "sqlite: " + path() + " is closed");
    await(db.close());
}

BOOST_AUTO_TEST_CASE(a_reactor_may_end_before_the_database_does) {
    std::promise<void> go;
    std::optional<sqlite::Database> db;
    {
        reactor::Reactor inner;
        db.emplace(path());
        db->run_interaction([wait = go.get_future().share()](sqlite::Transaction& t) {
              wait.wait();
              t.execute("CREATE TABLE t (a)");
          }).detach();
    }
    go.set_value();
    db.reset();
    sqlite::Connection connection(path());
    BOOST_TEST(connection.query("SELECT * FROM t").empty());
}

BOOST_AUTO_TEST_CASE(two_databases_share_a_file_without_waiting_for_each_other) {
    sqlite::Database writer(path());
    await(writer.run_operation("CREATE TABLE t (a)"));
    sqlite::Database reader(path(), {.access = sqlite::Access::read_only});
    std::promise<void> go;
    auto writing = writer.run_interaction([wait = go.get_future().share()](sqlite::Transaction& t) {
        t.execute("INSERT INTO t VALUES (1)");
        wait.wait();
    });
    BOOST_TEST(await(reader.run_query("SELECT * FROM t")).empty());
    go.set_value();
    await(std::move(writing));
    BOOST_TEST(await(reader.run_query("SELECT * FROM t")).size() == 1u);
    BOOST_TEST(contains(error_of(reader.run_operation("INSERT INTO t VALUES (2)")), "readonly"));
    const auto count = await(reader.run_snapshot(
        [](sqlite::Transaction& t) { return t.query("SELECT * FROM t").size(); }));
    BOOST_TEST(count == 1u);
}

BOOST_AUTO_TEST_CASE(prepared_statements_are_used_again_up_to_the_limit) {
    sqlite::Connection connection(path(), {.max_statements = 2});
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 4; ++i) {
            const std::string sql = "SELECT ? + " + std::to_string(i);
            BOOST_TEST(connection.query(sql, round)[0].get<int>(0) == round + i);
        }
    }
    auto outer = connection.prepare("SELECT 1 UNION SELECT 2");
    int pairs = 0;
    while (outer.step()) {
        auto inner = connection.prepare("SELECT 1 UNION SELECT 2");
        while (inner.step()) {
            ++pairs;
        }
    }
    BOOST_TEST(pairs == 4);
}

BOOST_AUTO_TEST_CASE(what_on_open_throws_every_call_fails_with) {
    sqlite::Database refused(path(), {.on_open = [](sqlite::Connection&) {
                                 throw sqlite::Error("this file is of another kind");
                             }});
    BOOST_TEST(error_of(refused.ready()) == "this file is of another kind");
    BOOST_TEST(error_of(refused.run_query("SELECT 1")) == "this file is of another kind");
    await(refused.close());
    sqlite::Database prepared(path(), {.on_open = [](sqlite::Connection& connection) {
                                  connection.execute("CREATE TABLE t (a)");
                              }});
    BOOST_TEST(await(prepared.run_query("SELECT * FROM t")).empty());
}

BOOST_AUTO_TEST_CASE(several_connections_may_open_a_new_file_at_the_same_moment) {
    const auto create = [](sqlite::Connection& connection) {
        sqlite::Transaction t(connection, sqlite::Transaction::Kind::immediate);
        t.execute("CREATE TABLE IF NOT EXISTS t (a)");
        t.commit();
    };
    for (int round = 0; round < 20; ++round) {
        const std::string file = path(("f" + std::to_string(round)).c_str());
        sqlite::Database one(file, {.on_open = create});
        sqlite::Database two(file, {.on_open = create});
        sqlite::Database three(file, {.on_open = create});
        await(one.ready());
        await(two.ready());
        await(three.ready());
    }
}

BOOST_AUTO_TEST_SUITE_END()
