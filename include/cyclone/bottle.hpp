#pragma once

/// Functions instead of handler classes, for the small service. The module cyclone.bottle.

#include <cyclone/bottle/app.hpp>
#include <cyclone/bottle/function_call.hpp>
#include <cyclone/bottle/function_factory.hpp>
#include <cyclone/bottle/path_pattern.hpp>
