#pragma once

#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/database.hpp>
#include <cyclone/threads.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Database::Database(std::string path, Options options)
    : path_(std::move(path)),
      worker_(std::make_shared<detail::Worker>(path_, std::move(options))) {}

CYCLONE_INLINE Deferred<> Database::ready() {
    return call([](detail::Workplace&) {});
}

CYCLONE_INLINE Deferred<> Database::close() {
    worker_->close();
    return threads::defer_to_thread([worker = worker_] { worker->join(); });
}

CYCLONE_INLINE void Database::bind(Statement& statement, const std::vector<Value>& values) {
    std::vector<ValueView> views;
    views.reserve(values.size());
    for (const Value& value : values) {
        views.push_back(detail::view_of(value));
    }
    statement.bind_views(views.data(), views.size());
}

}  // namespace cyclone::sqlite
