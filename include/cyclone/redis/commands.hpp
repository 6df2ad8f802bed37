#pragma once

#include <cyclone/redis/commands/bits.hpp>
#include <cyclone/redis/commands/blocking.hpp>
#include <cyclone/redis/commands/clients.hpp>
#include <cyclone/redis/commands/geo.hpp>
#include <cyclone/redis/commands/hashes.hpp>
#include <cyclone/redis/commands/keys.hpp>
#include <cyclone/redis/commands/lists.hpp>
#include <cyclone/redis/commands/publishing.hpp>
#include <cyclone/redis/commands/scanning.hpp>
#include <cyclone/redis/commands/scripting.hpp>
#include <cyclone/redis/commands/server.hpp>
#include <cyclone/redis/commands/sets.hpp>
#include <cyclone/redis/commands/sorted_sets.hpp>
#include <cyclone/redis/commands/streams.hpp>
#include <cyclone/redis/commands/strings.hpp>

namespace cyclone::redis {

/// The typed methods that Connection, ConnectionPool and Transaction share.
///
/// Each is one call of Derived::command<T>(name, arguments...), which does everything else, and
/// gives a Result<T>: a Deferred<T> on a connection, nothing in a transaction. One that waits on
/// the server calls Derived::blocking<T>(time, name, arguments...) instead.
///
/// What changes the mode of a connection has its own way: Subscriber, Monitor, multi(), watch(),
/// ConnectionOptions. Left to command() are those that Redis has replaced by others (GEORADIUS and
/// its sisters, SUBSTR, SLAVEOF); CLUSTER, COMMAND but COUNT, DEBUG, FAILOVER, LOLWUT, MIGRATE,
/// MODULE, REPLCONF, SHUTDOWN and all HELP; ACL DRYRUN, GENPASS, LOAD, LOG and SAVE; CLIENT
/// CACHING, GETREDIR, NO-EVICT, REPLY, TRACKING and TRACKINGINFO; FUNCTION KILL and STATS; LATENCY
/// DOCTOR, GRAPH and HISTOGRAM; MEMORY DOCTOR and MALLOC-STATS; SCRIPT DEBUG.
template <class Derived, template <class> class Result>
class Commands : public KeyCommands<Derived, Result>,
                 public StringCommands<Derived, Result>,
                 public HashCommands<Derived, Result>,
                 public ListCommands<Derived, Result>,
                 public SetCommands<Derived, Result>,
                 public SortedSetCommands<Derived, Result>,
                 public BitCommands<Derived, Result>,
                 public GeoCommands<Derived, Result>,
                 public StreamCommands<Derived, Result>,
                 public ScanCommands<Derived, Result>,
                 public BlockingCommands<Derived, Result>,
                 public ScriptingCommands<Derived, Result>,
                 public PublishingCommands<Derived, Result>,
                 public ClientCommands<Derived, Result>,
                 public ServerCommands<Derived, Result> {};

}  // namespace cyclone::redis
