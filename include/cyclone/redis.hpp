#pragma once

/// Redis: connections, pools, transactions, caching, MONITOR and Pub/Sub. The module cyclone.redis.
/// Link with OpenSSL.

#include <cyclone/redis/cache.hpp>
#include <cyclone/redis/cluster.hpp>
#include <cyclone/redis/command_table.hpp>
#include <cyclone/redis/commands.hpp>
#include <cyclone/redis/connection.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/monitor.hpp>
#include <cyclone/redis/options.hpp>
#include <cyclone/redis/pool.hpp>
#include <cyclone/redis/reply.hpp>
#include <cyclone/redis/script.hpp>
#include <cyclone/redis/sentinel.hpp>
#include <cyclone/redis/sharded_connection.hpp>
#include <cyclone/redis/subscriber.hpp>
#include <cyclone/redis/transact.hpp>
#include <cyclone/redis/transaction.hpp>
