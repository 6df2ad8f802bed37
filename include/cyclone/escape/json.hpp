#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_ref.hpp>

namespace cyclone::escape {

/// JSON that may also stand in a <script> element: "</" is written "<\/". As
/// tornado.escape.json_encode.
///
/// Without spaces. Numbers are written in their shortest form, 0.1 and 1.0; what JSON has no number
/// for (NaN, infinity) as null. Bytes in a string that are no UTF-8 become U+FFFD.
std::string json_encode(const boost::json::value& value);
/// Without the copy that making a value of it would take.
template <class T>
requires std::same_as<T, boost::json::object> || std::same_as<T, boost::json::array> std::string
json_encode(const T& value);

/// Appends what json_encode() gives.
void append_json(std::string& text, const boost::json::value& value);
void append_json(std::string& text, const boost::json::object& object);
void append_json(std::string& text, const boost::json::array& array);
/// With the quotes around it.
void append_json_string(std::string& text, std::string_view string);

/// Throws std::invalid_argument when `text` is no JSON (RFC 8259), with a sentence that names line
/// and column. Nests 32 deep at most.
boost::json::value json_decode(std::string_view text);
/// For what comes from outside and is often wrong: sets `error` to that sentence, and gives null,
/// instead of throwing.
boost::json::value json_decode(std::string_view text, std::string& error);

template <class T>
requires std::same_as<T, boost::json::object> || std::same_as<T, boost::json::array> std::string
json_encode(const T& value) {
    std::string text;
    append_json(text, value);
    return text;
}

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_json.ipp>
#endif
