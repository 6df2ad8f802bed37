#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/pool.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Pool::Pool(const std::string& path, std::size_t readers, const Options& options)
    : writer_(path, options) {
    if (readers == 0 || !options.wal || options.access == Access::read_only) {
        throw std::invalid_argument(
            "sqlite: " + path + ": a Pool needs a reader, write-ahead logging and a file to write");
    }
    Options reading = options;
    // Not read_only, which could not open a file that is yet to be made.
    reading.on_open = [](Connection& connection) { connection.query("PRAGMA query_only=ON"); };
    reading.wal = false;
    for (std::size_t i = 0; i < readers; ++i) {
        readers_.emplace_back(path, reading);
    }
}

CYCLONE_INLINE Database& Pool::reader() {
    // Those that have nothing to do take turns.
    turn_ = (turn_ + 1) % readers_.size();
    Database* best = &readers_[turn_];
    for (Database& each : readers_) {
        if (each.pending() < best->pending()) {
            best = &each;
        }
    }
    return *best;
}

CYCLONE_INLINE Deferred<> Pool::close() {
    std::vector<Deferred<>> all;
    for (Database& each : readers_) {
        all.push_back(each.close());
    }
    all.push_back(writer_.close());
    auto closing = gather_results(std::move(all));
    co_await closing;
}

}  // namespace cyclone::sqlite
