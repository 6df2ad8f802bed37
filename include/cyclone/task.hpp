#pragma once

/// Calls in time: LoopingCall, Cooperator, defer_later, react, Clock. The module
/// twisted.internet.task.

#include <cyclone/task/clock.hpp>
#include <cyclone/task/cooperator.hpp>
#include <cyclone/task/defer_later.hpp>
#include <cyclone/task/looping_call.hpp>
#include <cyclone/task/react.hpp>

#include <cyclone/reactor.hpp>
