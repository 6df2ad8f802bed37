#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/options/logging_options.hpp>

namespace cyclone::options {

namespace detail {

CYCLONE_INLINE std::optional<log::Level> log_level(std::string_view name) {
    static constexpr std::string_view names[] = {"debug", "info", "warning", "error", "none"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (name == names[i]) {
            return static_cast<log::Level>(i);
        }
    }
    return std::nullopt;
}

/// Appends lines to a file, also after someone has moved it away to begin a new one.
class LogFile {
public:
    explicit LogFile(std::string path) : path_(std::move(path)) { open(); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() { close(); }

    bool is_open() const { return descriptor_ >= 0; }

    void write(std::string_view line) {
        struct stat there {};
        if (::stat(path_.c_str(), &there) != 0 || there.st_ino != inode_ ||
            there.st_dev != device_) {
            close();
            open();
        }
        // A log that can't be written has nobody to tell it to.
        while (is_open() && !line.empty()) {
            const ::ssize_t written = ::write(descriptor_, line.data(), line.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return;
            }
            line.remove_prefix(static_cast<std::size_t>(written));
        }
    }

private:
    void open() {
        descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        struct stat opened {};
        if (is_open() && ::fstat(descriptor_, &opened) == 0) {
            inode_ = opened.st_ino;
            device_ = opened.st_dev;
        }
    }
    void close() {
        if (is_open()) {
            ::close(descriptor_);
            descriptor_ = -1;
        }
    }

    std::string path_;
    int descriptor_ = -1;
    ::ino_t inode_ = 0;
    ::dev_t device_ = 0;
};

CYCLONE_INLINE void log_to_file(const std::string& path) {
    const auto file = std::make_shared<LogFile>(path);
    if (!file->is_open()) {
        throw Error("--log-file=" + path + ": it cannot be written: " + std::strerror(errno));
    }
    log::set_sink(
        [file](const log::Record& record) { file->write(log::format_line(record, false) + '\n'); });
}

}  // namespace detail

CYCLONE_INLINE void define_logging_options(OptionParser& parser) {
    const auto level = parser.define<std::string>(
        "logging", "info", "debug, info, warning, error or none",
        {.group = "Logging",
         .metavar = "LEVEL",
         .accept = [](const std::string& name) { return detail::log_level(name).has_value(); },
         .rule = "the level is one of debug, info, warning, error and none"});
    const auto file = parser.define<std::string>(
        "log-file", "", "append the log to this file instead of printing it on stderr",
        {.group = "Logging", .metavar = "PATH"});
    parser.define<std::string>("log-file-prefix", "", "",
                               {.metavar = "PATH",
                                .callback = [file](const std::string& path) { file.set(path); },
                                .hidden = true});
    parser.add_parse_callback([level, file] {
        log::set_level(detail::log_level(*level).value_or(log::Level::info));
        if (!file->empty()) {
            detail::log_to_file(*file);
        }
    });
}

}  // namespace cyclone::options
