#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include <cyclone/httputil/accept_encoding.hpp>
#include <cyclone/httputil/etag.hpp>
#include <cyclone/httputil/http_date.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/web/random_bytes.hpp>
#include <cyclone/web/static_file_handler.hpp>

namespace cyclone::web {

namespace detail {

inline StaticFileCache& static_file_cache() {
    return reactor::current().component<StaticFileCache>();
}

/// `path` below `root`, which is normal and ends with a slash, without . and .. and a slash at the
/// end. What begins with a slash is elsewhere.
inline std::string joined_path(std::string_view root, std::string_view path) {
    std::string joined;
    joined.reserve(root.size() + path.size() + 1);
    joined = path.starts_with('/') ? "" : root.substr(0, root.size() - 1);
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(segment.size() + 1, path.size()));
        if (segment == "..") {
            joined.resize(joined.empty() ? 0 : joined.rfind('/'));
        } else if (!segment.empty() && segment != ".") {
            joined.append("/").append(segment);
        }
    }
    return joined.empty() ? "/" : joined;
}

}  // namespace detail

CYCLONE_INLINE std::string StaticFileHandler::get_absolute_path(std::string_view root,
                                                                std::string_view path) {
    return detail::joined_path(root, path);
}

CYCLONE_INLINE bool StaticFileHandler::look_at(const std::string& path) {
    if (looked_at_ == path) {
        return true;
    }
    looked_at_.clear();
    if (::stat(path.c_str(), &status_) != 0) {
        return false;
    }
    looked_at_ = path;
    return true;
}

CYCLONE_INLINE std::optional<std::string> StaticFileHandler::validate_absolute_path(
    std::string_view root, std::string path) {
    // The root itself has a slash at its end.
    if (!path.starts_with(root) && path != root.substr(0, root.size() - 1)) {
        log::write(log::Level::warning, log::Channel::general,
                   "403 " + request_summary() + ": " + path_ + " is not in the folder");
        send_error(403);
        return std::nullopt;
    }
    bool there = look_at(path);
    if (there && S_ISDIR(status_.st_mode) && settings_->default_filename) {
        if (!request.path.ends_with('/')) {
            if (request.path.starts_with("//")) {
                // A redirection to this would lead to another host.
                send_error(403);
            } else {
                std::string target(request.path);
                target += '/';
                if (!request.query.empty()) {
                    target.append("?").append(request.query);
                }
                redirect(target, true);
            }
            return std::nullopt;
        }
        path.append("/").append(*settings_->default_filename);
        there = look_at(path);
    }
    if (!there) {
        send_error(404);
        return std::nullopt;
    }
    if (!S_ISREG(status_.st_mode)) {
        send_error(403);
        return std::nullopt;
    }
    return path;
}

CYCLONE_INLINE bool StaticFileHandler::open(const std::string& absolute_path) {
    StaticFileCache::Found found;
    if (look_at(absolute_path)) {
        found = cache_->open(absolute_path, status_,
                             settings_->follow_symlinks_outside ? nullptr : root_);
    } else {
        found.refusal = StaticFileCache::Refusal::absent;
    }
    file_ = std::move(found.file);
    if (!file_) {
        send_error(found.refusal == StaticFileCache::Refusal::forbidden ? 403 : 404);
        return false;
    }
    return true;
}

CYCLONE_INLINE std::string StaticFileHandler::choose_precompressed(
    const std::string& absolute_path) {
    struct Coding {
        std::string_view name;
        std::string_view extension;
    };
    constexpr std::array<Coding, 2> codings{{{"br", ".br"}, {"gzip", ".gz"}}};
    std::vector<std::string_view> offered;
    for (const Coding& coding : codings) {
        if (look_at(absolute_path + std::string(coding.extension)) && S_ISREG(status_.st_mode)) {
            offered.push_back(coding.name);
        }
    }
    const auto chosen = httputil::choose_encoding(request.headers.find("Accept-Encoding"), offered);
    for (const Coding& coding : codings) {
        if (chosen && *chosen == coding.name) {
            encoding_ = coding.name;
            return absolute_path + std::string(coding.extension);
        }
    }
    return absolute_path;
}

CYCLONE_INLINE void StaticFileHandler::get(std::string path) {
    path_ = std::move(path);
    if (path_.find('\0') != std::string::npos) {
        send_error(404);
        return;
    }
    cache_ = &detail::static_file_cache();
    root_ = &cache_->root(settings_->path);
    const std::string& root = root_->absolute;
    const auto absolute_path = validate_absolute_path(root, get_absolute_path(root, path_));
    if (!absolute_path || finished() || !open(*absolute_path)) {
        return;
    }
    content_type_ = file_->content_type;
    if (settings_->precompressed) {
        const std::string precompressed = choose_precompressed(*absolute_path);
        if (!encoding_.empty() && !open(precompressed)) {
            return;
        }
    }
    set_headers();
    if (fails_precondition()) {
        set_status(412);
        finish();
        return;
    }
    if (should_return_304()) {
        set_status(304);
        finish();
        return;
    }
    httputil::ResolvedRanges wanted;
    if (ranges_apply()) {
        wanted = httputil::resolve_range(request.headers.get("Range"), file_->identity.size);
    }
    if (wanted.outcome == httputil::RangeOutcome::unsatisfiable) {
        set_status(416);
        set_header("Content-Type", "text/plain");
        set_header("Content-Range", httputil::format_unsatisfied_range(file_->identity.size));
        finish();
        return;
    }
    send(wanted.ranges);
}

CYCLONE_INLINE void StaticFileHandler::set_headers() {
    set_header("Accept-Ranges", "bytes");
    set_etag_header();
    set_header("Last-Modified", file_->last_modified);
    const std::string type = encoding_.empty() ? get_content_type() : std::string(content_type_);
    set_header("Content-Type", type);
    if (settings_->precompressed) {
        set_header("Vary", "Accept-Encoding");
        if (!encoding_.empty()) {
            set_header("Content-Encoding", encoding_);
        }
    }
    const auto cache_time = get_cache_time(path_, file_->modified(), type);
    if (cache_time.count() > 0) {
        set_header("Expires", std::chrono::system_clock::now() + cache_time);
        set_header("Cache-Control", "max-age=" + std::to_string(cache_time.count()));
    }
    set_extra_headers(path_);
}

CYCLONE_INLINE std::chrono::seconds StaticFileHandler::get_cache_time(
    std::string_view, std::chrono::system_clock::time_point, std::string_view) {
    const bool versioned = !request.query.empty() && query_arguments().contains("v");
    return versioned ? std::chrono::hours(24 * 365 * 10) : std::chrono::seconds(0);
}

CYCLONE_INLINE std::optional<std::string> StaticFileHandler::compute_etag() {
    return file_ ? std::optional('"' + file_->version + '"') : std::nullopt;
}

// RFC 9110 13.2.2, its first two steps.
CYCLONE_INLINE bool StaticFileHandler::fails_precondition() const {
    if (const auto match = request.headers.get("If-Match")) {
        const auto etag = exchange().response.headers.find("Etag");
        return !etag || !httputil::etag_matches(*match, *etag, httputil::EtagComparison::strong);
    }
    const auto since = request.headers.find("If-Unmodified-Since");
    const auto date = since ? httputil::parse_http_date(*since) : std::nullopt;
    return date && std::chrono::floor<std::chrono::seconds>(file_->modified()) > *date;
}

CYCLONE_INLINE bool StaticFileHandler::should_return_304() {
    if (request.headers.contains("If-None-Match")) {
        return check_etag_header();
    }
    const auto since = request.headers.find("If-Modified-Since");
    const auto date = since ? httputil::parse_http_date(*since) : std::nullopt;
    return date && std::chrono::floor<std::chrono::seconds>(file_->modified()) <= *date;
}

CYCLONE_INLINE bool StaticFileHandler::ranges_apply() const {
    // RFC 9110 14.2: for GET alone.
    if (request.method != "GET" || !request.headers.contains("Range")) {
        return false;
    }
    const auto condition = request.headers.find("If-Range");
    if (!condition) {
        return true;
    }
    if (condition->find('"') != std::string_view::npos) {
        const auto etag = exchange().response.headers.find("Etag");
        return etag && httputil::etag_matches(*condition, *etag, httputil::EtagComparison::strong);
    }
    const auto date = httputil::parse_http_date(*condition);
    return date && std::chrono::floor<std::chrono::seconds>(file_->modified()) == *date;
}

CYCLONE_INLINE void StaticFileHandler::send(std::span<const httputil::ByteRange> ranges) {
    const std::uint64_t size = file_->identity.size;
    const bool all = ranges.empty() || (ranges.size() == 1 && ranges[0].length() == size);
    if (!all) {
        set_status(206);
    }
    if (ranges.size() > 1) {
        send_parts(ranges);
    } else {
        const httputil::ByteRange range = all ? httputil::ByteRange{0, size - 1} : ranges[0];
        if (!all) {
            set_header("Content-Range", httputil::format_content_range(range, size));
        }
        if (!file_->content) {
            set_header("Content-Length", all ? size : range.length());
        }
        if (request.method != "HEAD" || file_->content) {
            send_piece(range);
        }
    }
    finish();
}

CYCLONE_INLINE void StaticFileHandler::send_piece(const httputil::ByteRange& range) {
    if (file_->content) {
        // Of an empty file, the last byte is in front of the first.
        write(std::string_view(*file_->content)
                  .substr(static_cast<std::size_t>(range.first),
                          static_cast<std::size_t>(range.last - range.first + 1)));
    } else {
        send_file({file_->open_file, range.first, range.length()});
    }
}

CYCLONE_INLINE void StaticFileHandler::send_parts(std::span<const httputil::ByteRange> ranges) {
    const std::uint64_t size = file_->identity.size;
    const std::string type(exchange().response.headers.find("Content-Type").value_or(""));
    const std::string boundary = escape::hex_encode(detail::random_bytes(16));
    const auto head = [&](const httputil::ByteRange& range) {
        return "\r\n--" + boundary + "\r\nContent-Type: " + type +
               "\r\nContent-Range: " + httputil::format_content_range(range, size) + "\r\n\r\n";
    };
    const std::string end = "\r\n--" + boundary + "--\r\n";
    std::uint64_t length = end.size();
    for (const httputil::ByteRange& range : ranges) {
        length += head(range).size() + range.length();
    }
    set_header("Content-Type", "multipart/byteranges; boundary=" + boundary);
    set_header("Content-Length", length);
    for (const httputil::ByteRange& range : ranges) {
        write(head(range));
        send_piece(range);
    }
    write(end);
}

CYCLONE_INLINE std::string StaticFileHandler::make_static_url(const Settings& settings,
                                                              std::string_view path,
                                                              bool include_version) {
    std::string url = settings.static_url_prefix + std::string(path);
    if (include_version) {
        if (const auto version = get_version(settings, path)) {
            url += "?v=" + *version;
        }
    }
    return url;
}

CYCLONE_INLINE std::optional<std::string> StaticFileHandler::get_version(const Settings& settings,
                                                                         std::string_view path) {
    StaticFileCache& cache = detail::static_file_cache();
    const std::string absolute_path =
        detail::joined_path(cache.root(settings.static_path).absolute, path);
    auto version = cache.content_version(absolute_path);
    if (!version) {
        log::write(log::Level::error, log::Channel::general,
                   "the static file " + absolute_path + " cannot be read");
    }
    return version;
}

}  // namespace cyclone::web
