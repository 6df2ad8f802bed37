#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace cyclone::sqlite {

/// What everything that can go wrong with a database fails with. what() is a sentence with the
/// path, SQLite's own words and the statement.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, int code = 1, std::string statement = {})
        : std::runtime_error(message), code_(code), statement_(std::move(statement)) {}

    /// SQLite's extended result code, for example 2067 (SQLITE_CONSTRAINT_UNIQUE); 1 (SQLITE_ERROR)
    /// where the error is none of SQLite's.
    int code() const { return code_; }
    /// The SQL; empty when no statement was involved.
    const std::string& statement() const { return statement_; }

private:
    int code_;
    std::string statement_;
};

/// The database was closed before this was done, or its file could not be opened at all.
struct ClosedError : Error {
    using Error::Error;
};

}  // namespace cyclone::sqlite
