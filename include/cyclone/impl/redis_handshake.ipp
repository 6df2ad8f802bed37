#pragma once

#include <algorithm>
#include <array>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/command.hpp>
#include <cyclone/redis/handshake.hpp>

namespace cyclone::redis {

CYCLONE_INLINE Handshake::Handshake(const ConnectionOptions& options) : role_(options.role) {
    const auto add = [this](std::string_view name, const auto&... args) {
        append_command(request_, name, args...);
        commands_.emplace_back(name);
    };
    if (options.protocol == Protocol::resp3) {
        if (options.username.empty() && options.password.empty()) {
            add("HELLO", 3);
        } else {
            add("HELLO", 3, "AUTH", options.username.empty() ? "default" : options.username,
                options.password);
        }
    } else if (!options.username.empty()) {
        add("AUTH", options.username, options.password);
    } else if (!options.password.empty()) {
        add("AUTH", options.password);
    }
    if (options.db != 0) {
        add("SELECT", options.db);
    }
    if (!options.client_name.empty()) {
        add("CLIENT", "SETNAME", options.client_name);
    }
    if (!options.tracking.empty()) {
        append_command(request_, "CLIENT", "TRACKING", options.tracking);
        commands_.emplace_back("CLIENT TRACKING");
    }
    if (options.read_from_replica) {
        add("READONLY");
    }
    if (role_ != Role::any) {
        add("ROLE");
    }
    add("PING");
}

CYCLONE_INLINE Handshake::State Handshake::feed(std::string_view bytes) {
    reader_.feed(bytes);
    Reply reply;
    while (answered_ < commands_.size()) {
        switch (reader_.next(reply)) {
            case ReplyReader::Result::incomplete:
                return State::waiting;
            case ReplyReader::Result::protocol_error:
                error_ = "what answers there is no Redis: " + reader_.error();
                return State::unavailable;
            case ReplyReader::Result::reply:
                break;
        }
        if (reply.is_push()) {
            continue;
        }
        const State state = judge(commands_[answered_], reply);
        if (state != State::ready) {
            failed_command_ = commands_[answered_];
            if (error_.empty()) {
                error_ = reply.is_error() ? reply.text() : "it answered " + reply.describe();
            }
            return state;
        }
        ++answered_;
    }
    return State::ready;
}

CYCLONE_INLINE Handshake::State Handshake::judge(std::string_view command, const Reply& reply) {
    if (command == "ROLE" && reply.is_array()) {
        return judge_role(reply);
    }
    if (command == "HELLO" && reply.is_map()) {
        return State::ready;
    }
    if (!reply.is_error()) {
        return reply.type() == Reply::Type::status ? State::ready : State::unavailable;
    }
    const std::string_view words = reply.text();
    const std::string_view code = words.substr(0, words.find(' '));
    // A name is a convenience: servers before 2.6.9, and users who may not, go without. READONLY is
    // refused where there is no cluster, and nothing forbids to read then.
    if ((command == "CLIENT" || command == "READONLY") && code != "NOAUTH") {
        return State::ready;
    }
    // A user who may not PING is logged in all the same.
    if (command == "PING" && code == "NOPERM") {
        return State::ready;
    }
    static constexpr std::array<std::string_view, 4> passing{"LOADING", "MASTERDOWN", "BUSY",
                                                             "TRYAGAIN"};
    if (std::find(passing.begin(), passing.end(), code) != passing.end() ||
        words.starts_with("ERR max number of clients")) {
        return State::unavailable;
    }
    return State::refused;
}

CYCLONE_INLINE Handshake::State Handshake::judge_role(const Reply& reply) {
    const auto& parts = reply.elements();
    const std::string_view wanted = role_ == Role::master ? "master" : "slave";
    if (!parts.empty() && parts[0].is_text() && parts[0].text() == wanted) {
        return State::ready;
    }
    error_ = role_ == Role::master ? "it is not a master" : "it is not a replica";
    return State::unavailable;
}

}  // namespace cyclone::redis
