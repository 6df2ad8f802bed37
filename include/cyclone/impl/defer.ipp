#pragma once

#include <cstdio>

#include <cyclone/defer.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>

namespace cyclone::detail {

CYCLONE_INLINE void report_unhandled_error(const std::exception_ptr& error) noexcept {
    try {
        log::error("Unhandled error in Deferred: " + Failure(error).get_error_message());
    } catch (...) {
        std::fputs("cyclone: an unhandled error in a Deferred could not be logged\n", stderr);
    }
}

}  // namespace cyclone::detail
