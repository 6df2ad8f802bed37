#pragma once

#include <string_view>

#include <boost/json/object.hpp>

namespace redislive {

/// The text of INFO as one flat object, as redis-py parses it.
///
/// Numbers are numbers; a value with both `,` and `=` is an object (`db0`, `slave0`,
/// `cmdstat_get`); `module` lines are collected in the array `modules`, lines without a `:` in
/// `__raw__`; all else is text. What redis-py gives up on stays text: a list with an item that has
/// no `=`, a number of more than 64 bits. Bytes that are not UTF-8 become U+FFFD.
boost::json::object parse_info_text(std::string_view text);

/// What /api/info answers: `info` with `databases`, `total_keys`, `uptime` and
/// `total_commands_processed_human`.
///
/// Numbers below 1000 stay numbers, larger ones become text, `1.2K`. Databases stand in the order
/// of their names as text; without a key in any there is one `db0` of `"keys": "0"`, `"expires":
/// "0"`. What an INFO lacks is not added; an empty one stays empty. As the original.
boost::json::object present_info(boost::json::object info);

}  // namespace redislive
