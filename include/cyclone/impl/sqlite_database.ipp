#pragma once

#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/sqlite/backup.hpp>
#include <cyclone/sqlite/database.hpp>
#include <cyclone/threads.hpp>

namespace cyclone::sqlite {

CYCLONE_INLINE Database::Database(std::string path, Options options)
    : path_(std::move(path)),
      worker_(std::make_shared<detail::Worker>(path_, std::move(options))) {}

CYCLONE_INLINE Deferred<> Database::ready() {
    return call([](detail::Workplace&) {});
}

CYCLONE_INLINE Deferred<> Database::close() {
    worker_->close();
    return threads::defer_to_thread([worker = worker_] { worker->join(); });
}

namespace detail {

/// Backup that is ended where it is used, on the thread.
struct RunningBackup {
    explicit RunningBackup(std::shared_ptr<Worker> where) : worker(std::move(where)) {}
    RunningBackup(const RunningBackup&) = delete;
    RunningBackup& operator=(const RunningBackup&) = delete;
    ~RunningBackup() {
        worker->add_end([ended = backup](Workplace&) { ended->reset(); }, 0);
    }
    std::shared_ptr<Worker> worker;
    std::shared_ptr<std::optional<Backup>> backup = std::make_shared<std::optional<Backup>>();
};

inline Deferred<> back_up(std::shared_ptr<Worker> worker, std::string path, int pages,
                          std::function<void(int, int)> progress) {
    const RunningBackup running(worker);
    const auto backup = running.backup;
    for (bool done = false; !done;) {
        auto stepping = call_worker(worker, [backup, path, pages](Workplace& workplace) {
            if (!*backup) {
                backup->emplace(*workplace.connection, path);
            }
            const bool last = (*backup)->step(pages);
            return std::tuple(last, (*backup)->remaining(), (*backup)->pages());
        });
        const auto [last, left, all] = co_await stepping;
        done = last;
        if (progress) {
            progress(left, all);
        }
    }
}

}  // namespace detail

CYCLONE_INLINE Deferred<> Database::backup_to(std::string path, int pages,
                                              std::function<void(int, int)> progress) {
    return detail::back_up(worker_, std::move(path), pages, std::move(progress));
}

}  // namespace cyclone::sqlite
