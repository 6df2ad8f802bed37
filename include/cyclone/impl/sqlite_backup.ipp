#pragma once

#include <sqlite3.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/backup.hpp>
#include <cyclone/sqlite/error.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Backup::Backup(Connection& from, const std::string& path)
    : to_(path, {.wal = false}),
      handle_(sqlite3_backup_init(to_.handle_, "main", from.handle_, "main")) {
    if (handle_ == nullptr) {
        to_.fail("backup");
    }
}

CYCLONE_INLINE Backup::~Backup() { sqlite3_backup_finish(handle_); }

CYCLONE_INLINE bool Backup::step(int pages) {
    const int result = sqlite3_backup_step(handle_, pages);
    if (result != SQLITE_OK && result != SQLITE_DONE) {
        throw Error("sqlite: backup to " + to_.path() + ": " + sqlite3_errstr(result), result);
    }
    return result == SQLITE_DONE;
}

CYCLONE_INLINE int Backup::remaining() const { return sqlite3_backup_remaining(handle_); }
CYCLONE_INLINE int Backup::pages() const { return sqlite3_backup_pagecount(handle_); }

}  // namespace cyclone::sqlite
