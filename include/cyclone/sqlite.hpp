#pragma once

/// SQLite, never on the reactor's thread. The module cyclone.sqlite. Link with sqlite3.

#include <cyclone/sqlite/backup.hpp>
#include <cyclone/sqlite/blob_handle.hpp>
#include <cyclone/sqlite/connection.hpp>
#include <cyclone/sqlite/database.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/sqlite/options.hpp>
#include <cyclone/sqlite/open_transaction.hpp>
#include <cyclone/sqlite/pool.hpp>
#include <cyclone/sqlite/row.hpp>
#include <cyclone/sqlite/row_reader.hpp>
#include <cyclone/sqlite/statement.hpp>
#include <cyclone/sqlite/value.hpp>
