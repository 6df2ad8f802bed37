#pragma once

/// Server-Sent Events. The module cyclone.sse.

#include <cyclone/sse/event.hpp>
#include <cyclone/sse/sse_handler.hpp>
