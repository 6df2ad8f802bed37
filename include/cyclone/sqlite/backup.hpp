#pragma once

#include <memory>
#include <string>

#include <cyclone/sqlite/connection.hpp>

struct sqlite3_backup;

namespace cyclone::sqlite {

/// A copy of an open database into another file, which it replaces, some pages at a time. Used by
/// the thread of its Connection, which it must not outlive.
class Backup {
public:
    /// Throws Error when the file cannot be opened or written.
    Backup(Connection& from, const std::string& path);
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;
    /// Leaves the file as it was when it is not done.
    ~Backup();

    /// Copies `pages` more; true when that were the last. Waits, as a statement does, for a lock.
    bool step(int pages);
    /// Pages that are left, and all; known after step().
    int remaining() const;
    int pages() const;

private:
    Connection to_;
    sqlite3_backup* handle_;
};

}  // namespace cyclone::sqlite

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/sqlite_backup.ipp>
#endif
