#pragma once

#include <optional>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include <cyclone/defer.hpp>

/// The message of the error of a Deferred that must have fired; "no error" for a value.
template <class T>
std::string error_of(cyclone::Deferred<T> deferred) {
    std::string message = "not fired";
    auto watched = std::move(deferred).add_both([&message](cyclone::Outcome<T> outcome) {
        message = outcome ? "no error" : outcome.failure().get_error_message();
    });
    return message;
}

/// The value of a Deferred that must have fired with one.
template <class T>
T value_of(cyclone::Deferred<T> deferred) {
    std::optional<T> value;
    auto watched =
        std::move(deferred).add_callback([&value](T result) { value.emplace(std::move(result)); });
    BOOST_REQUIRE(watched.called());
    BOOST_REQUIRE(value.has_value());
    return std::move(*value);
}
