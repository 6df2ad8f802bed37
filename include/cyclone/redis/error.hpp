#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cyclone::redis {

/// What everything that can go wrong with Redis is derived from. what() is a sentence.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The connection ended before the reply was there, or was not there in the first place.
struct ConnectionLost : Error {
    ConnectionLost(std::string_view message, bool may_have_run_)
        : Error(std::string(message)), may_have_run(may_have_run_) {}

    /// False when it is certain that the server has not executed the command. True when the command
    /// had been written: whether it ran is then not known, and it is never sent a second time.
    bool may_have_run;
};

/// The server answered with an error. As redis.ResponseError.
struct ResponseError : Error {
    /// `response` is what the server said, for example "WRONGTYPE Operation against a key holding
    /// ...".
    ResponseError(std::string_view command, std::string_view response_)
        : Error("redis: " + std::string(command) + ": " + std::string(response_)),
          response(response_) {}

    /// The first word of the response: "ERR", "WRONGTYPE", "NOAUTH", "LOADING", ...
    std::string_view code() const {
        return std::string_view(response).substr(0, response.find(' '));
    }

    std::string response;
};

/// A reply cannot be converted into the type that was asked for.
struct TypeError : Error {
    using Error::Error;
};

/// A command got no reply within ConnectionOptions::command_timeout.
struct TimeoutError : Error {
    TimeoutError(std::string_view message, bool may_have_run_)
        : Error(std::string(message)), may_have_run(may_have_run_) {}

    /// False when the command was never written (and now never will be).
    bool may_have_run;
};

/// What came from the other side is not the Redis protocol.
struct ProtocolError : Error {
    using Error::Error;
};

/// The keys of one command are in several slots of a cluster, which cannot execute it then: nothing
/// was sent.
struct CrossSlotError : Error {
    CrossSlotError(std::string_view command, std::string_view one, unsigned slot_of_one,
                   std::string_view other, unsigned slot_of_other)
        : Error(
              "redis: " + std::string(command) + ": the keys \"" + std::string(one) + "\" (slot " +
              std::to_string(slot_of_one) + ") and \"" + std::string(other) + "\" (slot " +
              std::to_string(slot_of_other) +
              ") are in different slots (CROSSSLOT), and a cluster takes only keys of one slot in "
              "one command; give them a part in braces in common, as in {user:1}:name, or use "
              "one command for each") {}
};

/// A watched key was changed before commit(): nothing of the transaction was executed. As
/// redis.WatchError.
struct WatchError : Error {
    WatchError()
        : Error(
              "redis: EXEC: a watched key was changed by someone else, so that nothing of the "
              "transaction was executed; read it again and try again") {}
};

}  // namespace cyclone::redis
