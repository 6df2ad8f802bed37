#pragma once

/// Deferred: results that come later, in coroutines and in chains of callbacks. The module
/// twisted.internet.defer.

#include <cyclone/defer/chain.hpp>
#include <cyclone/defer/combine.hpp>
#include <cyclone/defer/debugging.hpp>
#include <cyclone/defer/deferred.hpp>
#include <cyclone/defer/deferred_list.hpp>
#include <cyclone/defer/failure.hpp>
#include <cyclone/defer/primitives.hpp>
#include <cyclone/defer/promise.hpp>
#include <cyclone/defer/race.hpp>
#include <cyclone/defer/task_group.hpp>
#include <cyclone/defer/use_deferred.hpp>

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/defer.ipp>
#endif
