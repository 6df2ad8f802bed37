#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <redislive/dataprovider/data_provider.hpp>

namespace redislive::redis_store {

inline std::string status_to_json(const ServerStatus& status) {
    boost::json::object object = {
        {"state", status.state}, {"since", status.since}, {"updated_at", status.updated_at}};
    if (status.reason) {
        object["reason"] = *status.reason;
    }
    if (status.retry_at) {
        object["retry_at"] = *status.retry_at;
    }
    if (status.latency_ms) {
        object["latency_ms"] = *status.latency_ms;
    }
    return boost::json::serialize(object);
}

/// Throws boost::system::system_error when the text is no JSON object with the fields of a status.
inline ServerStatus status_from_json(std::string_view text) {
    const boost::json::value value =
        boost::json::parse(boost::json::string_view(text.data(), text.size()));
    const boost::json::object& object = value.as_object();
    ServerStatus status;
    status.state = boost::json::value_to<std::string>(object.at("state"));
    status.since = object.at("since").to_number<std::int64_t>();
    status.updated_at = object.at("updated_at").to_number<std::int64_t>();
    if (const auto* reason = object.if_contains("reason")) {
        status.reason = boost::json::value_to<std::string>(*reason);
    }
    if (const auto* retry_at = object.if_contains("retry_at")) {
        status.retry_at = retry_at->to_number<std::int64_t>();
    }
    if (const auto* latency = object.if_contains("latency_ms")) {
        status.latency_ms = latency->to_number<double>();
    }
    return status;
}

}  // namespace redislive::redis_store
