#include <redislive/api/util/rows.hpp>

#include <boost/json/value.hpp>

#include <cyclone/escape/utf8.hpp>
#include <redislive/api/util/display_name.hpp>
#include <redislive/api/util/timeutils.hpp>

namespace redislive {

namespace json = boost::json;

namespace {

json::value to_json(std::int64_t epoch, RowTime time) {
    if (time == RowTime::epoch) {
        return epoch;
    }
    json::array fields;
    for (const int field : local_fields(epoch)) {
        fields.push_back(field);
    }
    return fields;
}

}  // namespace

json::array to_rows(const std::vector<CommandStat>& stats, RowTime time) {
    json::array rows;
    rows.reserve(stats.size());
    for (const CommandStat& stat : stats) {
        rows.push_back(json::array{to_json(stat.epoch, time), stat.count});
    }
    return rows;
}

json::array to_rows(const std::vector<MemorySample>& samples, RowTime time) {
    json::array rows;
    rows.reserve(samples.size());
    for (const MemorySample& sample : samples) {
        rows.push_back(json::array{to_json(sample.epoch, time), sample.peak, sample.used});
    }
    return rows;
}

json::array to_rows(const std::vector<NameCount>& counts, RowName name) {
    json::array rows;
    rows.reserve(counts.size());
    for (const NameCount& entry : counts) {
        const bool as_it_is = name == RowName::safe ? is_displayable(entry.name)
                                                    : cyclone::escape::is_valid_utf8(entry.name);
        json::array row{as_it_is ? entry.name : display_name(entry.name), entry.count};
        if (name == RowName::safe && !as_it_is) {
            row.push_back(true);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

json::array to_rows(const std::vector<Gap>& gaps) {
    json::array rows;
    rows.reserve(gaps.size());
    for (const Gap& gap : gaps) {
        rows.push_back(json::array{gap.from, gap.to});
    }
    return rows;
}

}  // namespace redislive
