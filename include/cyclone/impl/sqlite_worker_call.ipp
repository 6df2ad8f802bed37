#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/worker_call.hpp>

namespace cyclone::sqlite::detail {

CYCLONE_INLINE Statement prepared(Workplace& workplace, const std::string& sql,
                                  const std::vector<Value>& values) {
    Statement statement = workplace.connection->prepare(sql);
    if (workplace.closing && statement.read_only()) {
        throw ClosedError("sqlite: " + workplace.connection->path() +
                          " was closed before this was asked: " + sql);
    }
    std::vector<ValueView> views;
    views.reserve(values.size());
    for (const Value& value : values) {
        views.push_back(view_of(value));
    }
    statement.bind_views(views.data(), views.size());
    return statement;
}

}  // namespace cyclone::sqlite::detail
