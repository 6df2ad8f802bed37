#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/core/demangle.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone {

namespace detail {

CYCLONE_INLINE void report_unhandled_error(const std::exception_ptr& error) noexcept {
    try {
        const Failure failure(error);
        log::error("Unhandled error in Deferred: " + (defer::get_debugging()
                                                          ? failure.get_traceback()
                                                          : failure.get_error_message()));
    } catch (...) {
        std::fputs("cyclone: an unhandled error in a Deferred could not be logged\n", stderr);
    }
}

/// An error that is kept, so that no other one takes its address, and where it has been.
struct TracedError {
    std::exception_ptr error;
    std::vector<std::source_location> places;
};

[[gnu::visibility("default")]] CYCLONE_INLINE std::deque<TracedError>& traced_errors() {
    static thread_local std::deque<TracedError> errors;
    return errors;
}

CYCLONE_INLINE void note_awaiting(const std::exception_ptr& error,
                                  const std::source_location& where) {
    constexpr std::size_t errors_kept = 32;
    constexpr std::size_t places_kept = 64;
    // The callbacks of a chain are awaited by the framework's own coroutines, which say nothing to
    // the reader.
    if (std::string_view(where.function_name()).find("cyclone::detail::") !=
        std::string_view::npos) {
        return;
    }
    auto& errors = traced_errors();
    auto known = std::ranges::find(errors, error, &TracedError::error);
    if (known == errors.end()) {
        if (errors.size() == errors_kept) {
            errors.pop_front();
        }
        errors.push_back({error, {}});
        known = std::prev(errors.end());
    }
    if (known->places.size() < places_kept) {
        known->places.push_back(where);
    }
}

/// g++ names the function that it makes of a coroutine: "void f(f(int)::_Z1fi.Frame*)" for "f".
CYCLONE_INLINE std::string readable_function(std::string_view name) {
    constexpr std::string_view frame = ".Frame*)";
    if (!name.ends_with(frame)) {
        return std::string(name);
    }
    std::size_t open = name.size() - 1;
    for (int depth = 1; depth > 0 && open > 0;) {
        --open;
        depth += name[open] == ')' ? 1 : name[open] == '(' ? -1 : 0;
    }
    name = name.substr(0, open);
    if (name.starts_with("void ")) {
        name.remove_prefix(std::strlen("void "));
    }
    return std::string(name) + "()";
}

CYCLONE_INLINE std::string awaiting_trace(const std::exception_ptr& error) {
    const auto& errors = traced_errors();
    const auto known = std::ranges::find(errors, error, &TracedError::error);
    std::string trace;
    if (known != errors.end()) {
        for (const std::source_location& place : known->places) {
            trace += "\n  awaited in " + readable_function(place.function_name()) + " (" +
                     place.file_name() + ":" + std::to_string(place.line()) + ")";
        }
    }
    return trace;
}

}  // namespace detail

CYCLONE_INLINE std::string Failure::get_traceback() const {
    std::string text;
    try {
        std::rethrow_exception(exception_);
    } catch (const std::exception& error) {
        text = boost::core::demangle(typeid(error).name()) + ": " + error.what();
    } catch (...) {
        text = get_error_message();
    }
    return text + detail::awaiting_trace(exception_);
}

}  // namespace cyclone
