// What a query costs through sqlite::Database, above sqlite3's own call on the same thread.
//
// A trivial query (one row by its key), one after the other and with 16 waiting: the way to the
// worker thread and back is what is added. CPU is that of both threads. Each figure is the median
// of rounds in which the competitors take turns. --json prints rows instead of the table. Exits
// with 1 when a goal is missed.

#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/reactor.hpp>
#include <cyclone/sqlite.hpp>

namespace {

using namespace cyclone;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 9;
constexpr int queries = 20000;
constexpr const char* sql = "SELECT name FROM player WHERE id = ?";

struct Cost {
    std::vector<double> wall_us{};
    std::vector<double> cpu_us{};
};

double cpu_us() {
    ::rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const ::timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

template <class F>
void measure(Cost& cost, F run) {
    const double cpu = cpu_us();
    const auto start = Clock::now();
    run();
    const std::chrono::duration<double, std::micro> wall = Clock::now() - start;
    cost.wall_us.push_back(wall.count() / queries);
    cost.cpu_us.push_back((cpu_us() - cpu) / queries);
}

double median(std::vector<double> figures) {
    std::sort(figures.begin(), figures.end());
    return figures[figures.size() / 2];
}

void run_plain(sqlite3_stmt* statement) {
    for (int i = 0; i < queries; ++i) {
        sqlite3_bind_int64(statement, 1, i % 1000);
        if (sqlite3_step(statement) != SQLITE_ROW) {
            std::abort();
        }
        const std::string name(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)),
                               static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
        sqlite3_reset(statement);
    }
}

Deferred<> worker(sqlite::Database& db, int& left) {
    while (left > 0) {
        const int id = left-- % 1000;
        const auto names = co_await db.query_as<std::string>(sql, id);
        if (names.size() != 1) {
            std::abort();
        }
    }
}

Deferred<> run_ours(sqlite::Database& db, int depth) {
    int left = queries;
    std::vector<Deferred<>> workers;
    for (int i = 0; i < depth; ++i) {
        workers.push_back(worker(db, left));
    }
    for (auto& each : workers) {
        co_await each;
    }
}

bool as_json = false;
bool all_met = true;
int rows = 0;

void row(const char* name, double ours, double plain, double most) {
    const bool met = ours - plain <= most;
    all_met = all_met && met;
    if (as_json) {
        std::printf(
            "%s\n {\"group\": \"sqlite\", \"name\": \"%s\", \"unit\": \"us/query\", \"ours\": "
            "%.4g, "
            "\"peers\": {\"sqlite3\": %.4g}, \"goal\": \"<= sqlite3 + %g us\", \"met\": %s}",
            rows++ == 0 ? "[" : ",", name, ours, plain, most, met ? "true" : "false");
        return;
    }
    std::printf("%-44s %8.2f us  sqlite3 %6.2f us  <= sqlite3 + %g us: %s\n", name, ours, plain,
                most, met ? "met" : "NOT MET");
}

}  // namespace

int main(int argc, char** argv) {
    as_json = argc > 1 && std::string_view(argv[1]) == "--json";
    std::string folder = std::filesystem::temp_directory_path() / "cyclone-sqlite-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        return 2;
    }
    const std::string path = folder + "/bench.sqlite";
    {
        reactor::Reactor reactor;
        sqlite::Database db(path);
        reactor.run_until(
            db.run_operation("CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT)"));
        reactor.run_until(db.run_operation(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 1000) "
            "INSERT INTO player SELECT i, 'player ' || i FROM n"));
        sqlite3* plain = nullptr;
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_open_v2(path.c_str(), &plain, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                            nullptr) != SQLITE_OK ||
            sqlite3_prepare_v3(plain, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
                SQLITE_OK) {
            std::fprintf(stderr, "sqlite-bench: %s\n", sqlite3_errmsg(plain));
            return 2;
        }
        Cost one, sixteen, own;
        for (int i = 0; i < rounds; ++i) {
            measure(own, [&] { run_plain(statement); });
            measure(one, [&] { reactor.run_until(run_ours(db, 1)); });
            measure(sixteen, [&] { reactor.run_until(run_ours(db, 16)); });
        }
        sqlite3_finalize(statement);
        sqlite3_close(plain);
        row("a trivial query, CPU", median(one.cpu_us), median(own.cpu_us), 15);
        row("a trivial query of 16 at a time, CPU", median(sixteen.cpu_us), median(own.cpu_us), 15);
        row("a trivial query of 16 at a time, time", median(sixteen.wall_us), median(own.wall_us),
            15);
        row("a trivial query, one after the other, time", median(one.wall_us), median(own.wall_us),
            15);
    }
    std::filesystem::remove_all(folder);
    if (as_json) {
        std::printf("\n]\n");
    }
    return all_met ? 0 : 1;
}
