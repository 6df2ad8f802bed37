#pragma once

#include <span>
#include <string_view>

#include <boost/container/small_vector.hpp>

namespace cyclone::redis {

/// The words of one encoded command: its name and its arguments, where they lie. No allocation for
/// up to 16 of them.
using CommandWords = boost::container::small_vector<std::string_view, 16>;

/// Takes apart what append_command() made. Of several commands, the first.
CommandWords words_of(std::string_view encoded);

/// The keys among the words of a command, in order; none where the command is not known. Keys that
/// a script names by itself are not seen, nor those in the patterns of SORT.
CommandWords keys_of(std::span<const std::string_view> words);

/// Whether the command may run twice instead of once: it changes nothing, or sets what it sets to
/// the same again, and answers the same. So GET and SET may, INCR, LPUSH and SET ... NX may not.
/// What is not known may not.
bool is_repeatable(std::span<const std::string_view> words);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_command_words.ipp>
#endif
