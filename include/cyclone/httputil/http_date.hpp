#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cyclone::httputil {

/// `Sun, 27 Jan 2013 18:43:20 GMT`, the form that HTTP wants dates in (RFC 9110 5.6.7). As
/// tornado.httputil.format_timestamp. What is left over of a second is dropped.
std::string format_timestamp(std::chrono::system_clock::time_point time);

/// Reads a date in each of the three forms of RFC 9110 5.6.7; nullopt when it is in none of them.
///
/// The form with a year of two digits means the latest such year that is not over 50 years after
/// `now`. Whether the day of the week fits the date is not looked at.
std::optional<std::chrono::sys_seconds> parse_http_date(
    std::string_view text,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_http_date.ipp>
#endif
