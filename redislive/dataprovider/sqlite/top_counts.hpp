#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/packed_counts.hpp>
#include <redislive/dataprovider/sqlite/periods.hpp>

namespace redislive::sqlite_store {

/// The sums by id in [from, end); `column` is "commands" or "keys".
inline CountSums sums_in(Transaction& t, std::int64_t server, std::int64_t from, std::int64_t end,
                         std::string_view column) {
    CountSums sums;
    for_each_row(t, server, from, end, column, [&](const cyclone::sqlite::Statement& row) {
        sums.add(row.get<std::string_view>(0));
    });
    return sums;
}

/// The `limit` greatest names among `ids`, in descending order.
inline std::vector<NameCount> greatest_names(Transaction& t, const std::vector<IdCount>& ids,
                                             std::size_t limit) {
    std::vector<NameCount> names;
    // Many names with an equal count are met soon in the order of all names; few are looked up one
    // by one.
    constexpr std::size_t few = 1000;
    if (ids.size() <= few) {
        auto statement = t.prepare("SELECT bytes FROM name WHERE id = ?");
        for (const IdCount& entry : ids) {
            statement.bind(entry.id);
            if (statement.step()) {
                names.push_back({statement.get<std::string>(0), entry.count});
            }
        }
    } else {
        std::unordered_set<std::int64_t> wanted;
        for (const IdCount& entry : ids) {
            wanted.insert(entry.id);
        }
        auto statement = t.prepare("SELECT id, bytes FROM name ORDER BY bytes DESC");
        statement.bind();
        while (names.size() < limit && statement.step()) {
            if (wanted.contains(statement.get<std::int64_t>(0))) {
                names.push_back({statement.get<std::string>(1), ids.front().count});
            }
        }
    }
    std::ranges::sort(names, std::greater<>(), &NameCount::name);
    if (names.size() > limit) {
        names.resize(limit);
    }
    return names;
}

/// The `limit` largest of `sums`; of equal ones the greater name first.
inline std::vector<NameCount> top_counts(Transaction& t, const CountSums& sums, std::size_t limit) {
    std::vector<IdCount> entries = sums.entries();
    std::vector<NameCount> top;
    if (entries.empty()) {
        return top;
    }
    // What is above the last place is in by its count; those that share the last place's count are
    // in by name.
    const std::size_t last = std::min(limit, entries.size()) - 1;
    std::ranges::nth_element(entries, entries.begin() + static_cast<std::ptrdiff_t>(last),
                             std::greater<>(), &IdCount::count);
    const std::int64_t threshold = entries[last].count;
    const auto tied = std::ranges::partition(
        entries, [&](const IdCount& entry) { return entry.count > threshold; });
    const std::vector<IdCount> above(entries.begin(), tied.begin());
    std::vector<IdCount> equal;
    std::ranges::copy_if(tied, std::back_inserter(equal),
                         [&](const IdCount& entry) { return entry.count == threshold; });

    top = greatest_names(t, above, above.size());
    std::ranges::stable_sort(top, std::greater<>(), &NameCount::count);
    for (NameCount& entry : greatest_names(t, equal, limit - top.size())) {
        top.push_back(std::move(entry));
    }
    return top;
}

}  // namespace redislive::sqlite_store
