#pragma once

#include <array>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command.hpp>
#include <cyclone/redis/subscriptions.hpp>

namespace cyclone::redis {

CYCLONE_INLINE void Subscriptions::add(Kind kind, std::string_view name, PendingReplyPtr waiter) {
    names(kind).emplace(name);
    request({kind, true, std::string(name), std::move(waiter)});
}

CYCLONE_INLINE void Subscriptions::remove(Kind kind, std::string_view name,
                                          PendingReplyPtr waiter) {
    if (const auto found = names(kind).find(name); found != names(kind).end()) {
        names(kind).erase(found);
    }
    request({kind, false, std::string(name), std::move(waiter)});
}

CYCLONE_INLINE void Subscriptions::request(Request request) {
    if (connected_) {
        const std::string_view channel = request.add ? "SUBSCRIBE" : "UNSUBSCRIBE";
        const std::string_view pattern = request.add ? "PSUBSCRIBE" : "PUNSUBSCRIBE";
        append_command(output_, request.kind == Kind::channel ? channel : pattern, request.name);
    }
    requests_.push_back(std::move(request));
}

CYCLONE_INLINE void Subscriptions::connected() {
    connected_ = true;
    reader_.reset();
    error_.clear();
    output_.clear();
    // All that is remembered first, then once more what someone waits for: to subscribe twice does
    // no harm.
    auto before = std::exchange(requests_, {});
    for (const Kind kind : {Kind::channel, Kind::pattern}) {
        for (const std::string& name : names(kind)) {
            request({kind, true, name, nullptr});
        }
    }
    for (Request& waiting : before) {
        if (waiting.waiter && !waiting.waiter->abandoned()) {
            request(std::move(waiting));
        }
    }
}

CYCLONE_INLINE void Subscriptions::lost() {
    connected_ = false;
    output_.clear();
}

CYCLONE_INLINE void Subscriptions::close(const std::exception_ptr& error) {
    lost();
    for (Request& waiting : std::exchange(requests_, {})) {
        if (waiting.waiter) {
            waiting.waiter->fail(error);
        }
    }
}

CYCLONE_INLINE bool Subscriptions::feed(std::string_view bytes, std::deque<Message>& messages) {
    reader_.feed(bytes);
    Reply reply;
    while (connected_) {
        switch (reader_.next(reply)) {
            case ReplyReader::Result::incomplete:
                return true;
            case ReplyReader::Result::protocol_error:
                error_ = "it sent something that is no Redis reply: " + reader_.error();
                return false;
            case ReplyReader::Result::reply:
                if (!take(std::move(reply), messages)) {
                    return false;
                }
        }
    }
    return true;
}

CYCLONE_INLINE bool Subscriptions::take(Reply&& reply, std::deque<Message>& messages) {
    if (reply.is_error()) {
        return confirm(std::move(reply));
    }
    // An array, or, where RESP3 is spoken, a push.
    if (reply.is_aggregate() && reply.elements().size() >= 3 && reply.elements()[0].is_text()) {
        auto& parts = reply.elements();
        const std::string& kind = parts[0].text();
        if (kind == "message" && parts[1].is_text() && parts[2].is_text()) {
            messages.push_back({std::move(parts[1]).text(), std::move(parts[2]).text(), {}});
            return true;
        }
        if (kind == "pmessage" && parts.size() == 4 && parts[1].is_text() && parts[2].is_text() &&
            parts[3].is_text()) {
            messages.push_back({std::move(parts[2]).text(), std::move(parts[3]).text(),
                                std::move(parts[1]).text()});
            return true;
        }
        if (kind.ends_with("subscribe")) {
            return confirm(std::move(reply));
        }
    }
    error_ = "it sent " + reply.describe() + ", which is no message";
    return false;
}

CYCLONE_INLINE bool Subscriptions::confirm(Reply&& reply) {
    if (requests_.empty()) {
        error_ = "it sent " + reply.describe() + " that nobody had asked for";
        return false;
    }
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    if (reply.is_error() && request.add) {
        names(request.kind).erase(request.name);
    }
    if (request.waiter) {
        request.waiter->deliver(std::move(reply));
    }
    return true;
}

}  // namespace cyclone::redis
