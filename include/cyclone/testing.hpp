#pragma once

/// Tests without a port: connections in memory. The module tornado.testing.

#include <cyclone/testing/expect_log.hpp>
#include <cyclone/testing/http_client.hpp>
#include <cyclone/testing/memory_connection.hpp>
#include <cyclone/testing/seed.hpp>
#include <cyclone/testing/virtual_time.hpp>
