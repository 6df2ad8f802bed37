#pragma once

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <cyclone/escape/hex.hpp>
#include <cyclone/httputil/content_type.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/digest.hpp>
#include <cyclone/web/static_file_cache.hpp>

namespace cyclone::web {

namespace detail {

inline std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Empty when there is none.
inline std::string real_path(const std::string& path) {
    char resolved[PATH_MAX];
    return ::realpath(path.c_str(), resolved) == nullptr ? std::string() : std::string(resolved);
}

/// Reads up to `size` bytes from where the file stands; less at its end.
inline std::string read_up_to(int descriptor, std::size_t size) {
    std::string text(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t read = ::read(descriptor, text.data() + filled, size - filled);
        if (read < 0 && errno == EINTR) {
            continue;
        }
        if (read <= 0) {
            break;
        }
        filled += static_cast<std::size_t>(read);
    }
    text.resize(filled);
    return text;
}

inline std::string sha512_of(std::string_view content) {
    static thread_local Digest sha512("SHA512");
    sha512.update(content);
    return sha512.finish();
}

inline std::string hexadecimal(std::uint64_t number) {
    char text[17];
    const int size =
        std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(number));
    return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace detail

CYCLONE_INLINE FileIdentity::FileIdentity(const struct stat& status)
    : device(static_cast<std::uint64_t>(status.st_dev)),
      inode(static_cast<std::uint64_t>(status.st_ino)),
      size(static_cast<std::uint64_t>(status.st_size)),
#if defined(__APPLE__)
      modified_ns(detail::nanoseconds(status.st_mtimespec)),
      changed_ns(detail::nanoseconds(status.st_ctimespec)) {
#else
      modified_ns(detail::nanoseconds(status.st_mtim)),
      changed_ns(detail::nanoseconds(status.st_ctim)) {
#endif
}

CYCLONE_INLINE const StaticFileCache::Root& StaticFileCache::root(std::string_view path) {
    auto found = roots_.find(path);
    if (found == roots_.end()) {
        found = roots_.emplace(path, Root{}).first;
        Root& root = found->second;
        root.absolute = std::filesystem::absolute(path).lexically_normal().string();
        if (!root.absolute.ends_with('/')) {
            root.absolute += '/';
        }
    }
    Root& root = found->second;
    if (root.real.empty()) {
        // The folder may come later.
        root.real = detail::real_path(root.absolute);
        if (!root.real.empty() && !root.real.ends_with('/')) {
            root.real += '/';
        }
    }
    return root;
}

CYCLONE_INLINE StaticFileCache::Found StaticFileCache::read(const std::string& path,
                                                            const Root* inside,
                                                            const StaticFile* known) {
    const std::string real = detail::real_path(path);
    if (real.empty()) {
        return {nullptr, errno == EACCES ? Refusal::forbidden : Refusal::absent};
    }
    if (inside != nullptr && (inside->real.empty() || !real.starts_with(inside->real))) {
        return {nullptr, Refusal::forbidden};
    }
    // Non-blocking, for it may have become a pipe in the meantime.
    const int descriptor = ::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) {
        return {nullptr, errno == ENOENT ? Refusal::absent : Refusal::forbidden};
    }
    auto opened = std::make_shared<const http::OpenFile>(descriptor);
    struct stat now;
    if (::fstat(descriptor, &now) != 0 || !S_ISREG(now.st_mode)) {
        return {nullptr, Refusal::forbidden};
    }
    if (known != nullptr && known->identity == FileIdentity(now)) {
        auto again = std::make_shared<StaticFile>(*known);
        again->open_file = std::move(opened);
        return {std::move(again), Refusal::none};
    }
    auto file = std::make_shared<StaticFile>(StaticFile{FileIdentity(now), {}, {}, {}, {}, {}});
    file->last_modified = httputil::format_timestamp(file->modified());
    // As Tornado: the charset of a page is for its own <meta> to say.
    const std::string_view content_type = httputil::guess_content_type(path);
    file->content_type = content_type.substr(0, content_type.find(';'));
    const auto size = static_cast<std::size_t>(file->identity.size);
    if (size <= largest_hashed) {
        std::string content = detail::read_up_to(descriptor, size);
        file->version = detail::sha512_of(content);
        if (size <= largest_kept) {
            file->identity.size = content.size();
            file->content = std::make_shared<const std::string>(std::move(content));
            return {std::move(file), Refusal::none};
        }
    } else {
        file->version = detail::hexadecimal(file->identity.size) + "-" +
                        detail::hexadecimal(static_cast<std::uint64_t>(file->identity.modified_ns));
    }
    file->open_file = std::move(opened);
    return {std::move(file), Refusal::none};
}

CYCLONE_INLINE StaticFileCache::Found StaticFileCache::open(const std::string& path,
                                                            const struct stat& status,
                                                            const Root* inside) {
    std::shared_ptr<const StaticFile> known;
    if (const auto place = by_path_.find(path); place != by_path_.end()) {
        const auto entry = place->second;
        const bool allowed = inside == nullptr || inside == entry->inside;
        if (allowed && entry->file->identity == FileIdentity(status)) {
            entries_.splice(entries_.begin(), entries_, entry);
            if (entry->file->content) {
                return {entry->file, Refusal::none};
            }
            if (auto open_file = entry->open_file.lock()) {
                auto file = std::make_shared<StaticFile>(*entry->file);
                file->open_file = std::move(open_file);
                return {std::move(file), Refusal::none};
            }
            known = entry->file;
        }
    }
    Found found = read(path, inside, known.get());
    if (found.file) {
        keep(path, *found.file, inside);
    }
    return found;
}

CYCLONE_INLINE void StaticFileCache::keep(const std::string& path, const StaticFile& file,
                                          const Root* inside) {
    if (const auto old = by_path_.find(path); old != by_path_.end()) {
        drop(old->second);
    }
    // A file that was changed just now may change again within the clock's resolution, and nobody
    // could tell.
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto settled = now - std::chrono::milliseconds(100);
    if (std::chrono::nanoseconds(file.identity.changed_ns) > settled) {
        return;
    }
    const std::size_t bytes = path.size() + sizeof(StaticFile) + sizeof(Entry) +
                              (file.content ? file.content->size() : 0);
    auto kept = std::make_shared<StaticFile>(file);
    kept->open_file.reset();
    entries_.push_front({path, std::move(kept), file.open_file, inside, bytes});
    by_path_.emplace(entries_.front().path, entries_.begin());
    bytes_ += bytes;
    while (bytes_ > most_bytes || entries_.size() > most_files) {
        drop(std::prev(entries_.end()));
    }
}

CYCLONE_INLINE void StaticFileCache::drop(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_path_.erase(entry->path);
    entries_.erase(entry);
}

CYCLONE_INLINE std::optional<std::string> StaticFileCache::content_version(
    const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return std::nullopt;
    }
    const FileIdentity identity(status);
    const auto known = versions_.find(path);
    if (known != versions_.end() && known->second.identity == identity) {
        return known->second.text;
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return std::nullopt;
    }
    const http::OpenFile file(descriptor);
    detail::Digest sha512("SHA512");
    for (;;) {
        const std::string piece = detail::read_up_to(descriptor, 64 * 1024);
        if (piece.empty()) {
            break;
        }
        sha512.update(piece);
    }
    std::string text = sha512.finish();
    versions_.insert_or_assign(path, Version{identity, text});
    return text;
}

}  // namespace cyclone::web
