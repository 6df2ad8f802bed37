#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <cyclone/sqlite.hpp>
#include <redislive/dataprovider/data_provider.hpp>
#include <redislive/dataprovider/packed_counts.hpp>

namespace redislive::sqlite_store {

/// The ids of commands and keys, for the one connection that writes. Used on its thread.
class NameIds {
public:
    /// Gives the counts with ids instead of names; new names are added. `day` (of UTC) is noted as
    /// their last use.
    std::vector<IdCount> to_ids(cyclone::sqlite::Transaction& t,
                                const std::vector<NameCount>& counts, std::int64_t day) {
        std::vector<IdCount> ids;
        ids.reserve(counts.size());
        std::unordered_map<std::int64_t, std::size_t> places;
        for (const NameCount& entry : counts) {
            if (entry.count <= 0) {
                continue;
            }
            const std::int64_t id = id_of(t, entry.name, day);
            const auto [place, is_new] = places.emplace(id, ids.size());
            if (is_new) {
                ids.push_back({id, entry.count});
            } else {
                ids[place->second].count += entry.count;
            }
        }
        return ids;
    }

    /// After a rollback: what was learnt since the transaction began may not be in the file.
    void forget() { known_.clear(); }

private:
    struct Known {
        std::int64_t id;
        std::int64_t day;
    };

    std::int64_t id_of(cyclone::sqlite::Transaction& t, const std::string& name, std::int64_t day) {
        const auto found = known_.find(name);
        if (found != known_.end() && found->second.day >= day) {
            return found->second.id;
        }
        // A name that expire() has deleted in the meantime comes back under a new id.
        auto statement = t.prepare(
            "INSERT INTO name (bytes, last_day) VALUES (?, ?) "
            "ON CONFLICT (bytes) DO UPDATE SET last_day = max(last_day, excluded.last_day) "
            "RETURNING id");
        statement.bind(cyclone::sqlite::BlobView{name}, day);
        statement.step();
        const auto id = statement.get<std::int64_t>(0);
        while (statement.step()) {
        }
        if (known_.size() >= most_known) {
            known_.clear();
        }
        known_.insert_or_assign(name, Known{id, day});
        return id;
    }

    static constexpr std::size_t most_known = 200'000;
    std::unordered_map<std::string, Known> known_;
};

}  // namespace redislive::sqlite_store
