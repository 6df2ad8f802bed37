#pragma once

/// Every definition of the SQLite driver, for the one file of a program that compiles them: see
/// <cyclone/src.hpp>. Link with sqlite3.

#include <cyclone/impl/separate_compilation.hpp>

#include <cyclone/impl/sqlite_backup.ipp>
#include <cyclone/impl/sqlite_blob_handle.ipp>
#include <cyclone/impl/sqlite_connection.ipp>
#include <cyclone/impl/sqlite_database.ipp>
#include <cyclone/impl/sqlite_pool.ipp>
#include <cyclone/impl/sqlite_row.ipp>
#include <cyclone/impl/sqlite_statement.ipp>
#include <cyclone/impl/sqlite_worker.ipp>
#include <cyclone/impl/sqlite_worker_call.ipp>
