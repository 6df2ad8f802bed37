#pragma once

/// Every definition of the Redis driver, for the one file of a program that compiles them: see
/// <cyclone/src.hpp>. Link with OpenSSL.

#include <cyclone/impl/separate_compilation.hpp>

#include <cyclone/impl/redis_blocking.ipp>
#include <cyclone/impl/redis_cache.ipp>
#include <cyclone/impl/redis_cached_replies.ipp>
#include <cyclone/impl/redis_cluster.ipp>
#include <cyclone/impl/redis_cluster_core.ipp>
#include <cyclone/impl/redis_cluster_map_loading.ipp>
#include <cyclone/impl/redis_command.ipp>
#include <cyclone/impl/redis_command_table.ipp>
#include <cyclone/impl/redis_command_words.ipp>
#include <cyclone/impl/redis_connection.ipp>
#include <cyclone/impl/redis_connection_core.ipp>
#include <cyclone/impl/redis_connection_deadlines.ipp>
#include <cyclone/impl/redis_handshake.ipp>
#include <cyclone/impl/redis_hash_ring.ipp>
#include <cyclone/impl/redis_joined_reply.ipp>
#include <cyclone/impl/redis_monitor.ipp>
#include <cyclone/impl/redis_monitor_lines.ipp>
#include <cyclone/impl/redis_options.ipp>
#include <cyclone/impl/redis_pipeline.ipp>
#include <cyclone/impl/redis_pool.ipp>
#include <cyclone/impl/redis_redirection.ipp>
#include <cyclone/impl/redis_reply.ipp>
#include <cyclone/impl/redis_reply_reader.ipp>
#include <cyclone/impl/redis_script.ipp>
#include <cyclone/impl/redis_sentinel.ipp>
#include <cyclone/impl/redis_sentinel_answers.ipp>
#include <cyclone/impl/redis_sentinel_core.ipp>
#include <cyclone/impl/redis_sharded_connection.ipp>
#include <cyclone/impl/redis_slot_map.ipp>
#include <cyclone/impl/redis_subscriber.ipp>
#include <cyclone/impl/redis_subscriptions.ipp>
#include <cyclone/impl/redis_transaction.ipp>
#include <cyclone/impl/redis_transport.ipp>
