#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <cyclone/http/file_range.hpp>
#include <cyclone/reactor/reactor_class.hpp>

namespace cyclone::web {

/// What stat() says of a regular file; a file that changes gets another one.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    explicit FileIdentity(const struct stat& status);
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// A file as it was when it was looked at.
struct StaticFile {
    FileIdentity identity;
    /// In hexadecimal digits: the SHA-512 of the contents, or for a large file what stat() says.
    std::string version;
    /// As Last-Modified has it.
    std::string last_modified;
    std::string_view content_type;
    /// Of a small file.
    std::shared_ptr<const std::string> content;
    /// Of any other.
    std::shared_ptr<const http::OpenFile> open_file;

    std::chrono::system_clock::time_point modified() const {
        return std::chrono::system_clock::time_point(
            std::chrono::duration_cast<std::chrono::system_clock::duration>(
                std::chrono::nanoseconds(identity.modified_ns)));
    }
};

/// The small static files of one reactor, kept in memory until stat() tells that they have changed.
class StaticFileCache {
public:
    explicit StaticFileCache(reactor::Reactor&) {}

    struct Root {
        /// Without . and .. and with a slash at the end.
        std::string absolute;
        /// The same without symbolic links.
        std::string real;
    };
    /// `path` as it was understood the first time.
    const Root& root(std::string_view path);

    enum class Refusal : std::uint8_t { none, absent, forbidden };
    struct Found {
        std::shared_ptr<const StaticFile> file;
        Refusal refusal = Refusal::none;
    };
    /// The file that `status` is of. `inside`: symbolic links may not lead out of this root; null:
    /// anywhere.
    Found open(const std::string& path, const struct stat& status, const Root* inside);

    /// The SHA-512 of a file's contents, whatever its size; nullopt when it cannot be read.
    std::optional<std::string> content_version(const std::string& path);

    /// A file that is not larger is kept.
    static constexpr std::uint64_t largest_kept = 64 * 1024;
    /// A file that is not larger gets a version by its contents.
    static constexpr std::uint64_t largest_hashed = 1024 * 1024;
    static constexpr std::size_t most_bytes = 32 * 1024 * 1024;
    static constexpr std::size_t most_files = 10'000;

private:
    struct Entry {
        std::string path;
        std::shared_ptr<const StaticFile> file;
        /// Of a large file, while somebody is sending it.
        std::weak_ptr<const http::OpenFile> open_file;
        /// Which root it was found to be inside of; null: nobody asked.
        const Root* inside;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;

    /// `known`: what the file was before, which spares reading it where it still is.
    static Found read(const std::string& path, const Root* inside, const StaticFile* known);
    void keep(const std::string& path, const StaticFile& file, const Root* inside);
    void drop(Entries::iterator entry);

    std::map<std::string, Root, std::less<>> roots_;
    /// Those used last are in front.
    Entries entries_;
    std::unordered_map<std::string_view, Entries::iterator> by_path_;
    std::size_t bytes_ = 0;

    struct Version {
        FileIdentity identity;
        std::string text;
    };
    std::unordered_map<std::string, Version> versions_;
};

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_static_file_cache.ipp>
#endif
