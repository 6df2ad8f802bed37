#pragma once

#include <algorithm>
#include <iterator>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/cluster/joined_reply.hpp>

namespace cyclone::redis {
namespace detail {

inline Reply joined_integers(std::vector<Reply> replies, auto join) {
    Reply result = std::move(replies.front());
    for (std::size_t i = 1; i < replies.size(); ++i) {
        Reply& next = replies[i];
        if (result.is_integer() && next.is_integer()) {
            result = Reply::integer(join(result.integer(), next.integer()));
        } else if (result.is_array() && next.is_array() &&
                   result.elements().size() == next.elements().size()) {
            for (std::size_t at = 0; at < next.elements().size(); ++at) {
                std::vector<Reply> both;
                both.push_back(std::move(result.elements()[at]));
                both.push_back(std::move(next.elements()[at]));
                result.elements()[at] = joined_integers(std::move(both), join);
            }
        }
    }
    return result;
}

}  // namespace detail

CYCLONE_INLINE Reply joined_reply(Join join, std::vector<Reply> replies) {
    const auto is_error = [](const Reply& reply) { return reply.is_error(); };
    const auto failed = std::find_if(replies.begin(), replies.end(), is_error);
    if (join == Join::one_succeeded) {
        const auto good = std::find_if_not(replies.begin(), replies.end(), is_error);
        return std::move(good != replies.end() ? *good : replies.front());
    }
    if (failed != replies.end()) {
        return std::move(*failed);
    }
    using Integer = std::int64_t;
    switch (join) {
        case Join::sum:
            return detail::joined_integers(std::move(replies),
                                           [](Integer a, Integer b) { return a + b; });
        case Join::min:
            return detail::joined_integers(std::move(replies),
                                           [](Integer a, Integer b) { return std::min(a, b); });
        case Join::logical_and:
            return detail::joined_integers(
                std::move(replies), [](Integer a, Integer b) { return Integer{a != 0 && b != 0}; });
        case Join::concatenated:
            if (std::all_of(replies.begin(), replies.end(),
                            [](const Reply& reply) { return reply.is_array(); })) {
                auto& all = replies.front().elements();
                for (std::size_t i = 1; i < replies.size(); ++i) {
                    auto& more = replies[i].elements();
                    std::move(more.begin(), more.end(), std::back_inserter(all));
                }
            }
            break;
        case Join::one_succeeded:
        case Join::all_succeeded:
        case Join::special:
            break;
    }
    return std::move(replies.front());
}

}  // namespace cyclone::redis
