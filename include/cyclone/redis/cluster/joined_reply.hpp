#pragma once

#include <vector>

#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Makes one reply of those that several nodes gave to the same command, at least one.
///
/// An error among them is the reply, where all have to succeed, and otherwise when all have failed.
Reply joined_reply(Join join, std::vector<Reply> replies);

}  // namespace cyclone::redis

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_joined_reply.ipp>
#endif
