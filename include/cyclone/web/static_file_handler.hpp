#pragma once

#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <cyclone/httputil/range.hpp>
#include <cyclone/web/request_handler.hpp>
#include <cyclone/web/static_file_cache.hpp>

namespace cyclone::web {

/// What a StaticFileHandler is told by its route.
struct StaticFileSettings {
    /// The folder; relative to the working directory of the program's start.
    std::string path{};
    /// Served for a folder; without one, a folder is a 403.
    std::optional<std::string> default_filename{};
    /// Sends `file.br` or `file.gz` instead of `file` to those who take it.
    bool precompressed = false;
    /// Whether a symbolic link may lead out of the folder; else that is a 403.
    bool follow_symlinks_outside = false;
};

/// Serves the files of a folder; the pattern's one group is the file's path within. As
/// tornado.web.StaticFileHandler.
///
///     web::url<web::StaticFileHandler>("/(.*)", {.path = "www", .default_filename = "index.html"})
///
/// With Etag, Last-Modified and what follows from them, single and several ranges, and a cache time
/// of ten years for a url with a version (see static_url()). Small files are kept in memory, and
/// stat() says when they have changed; large ones go out by sendfile.
class StaticFileHandler : public RequestHandler {
public:
    /// `settings` must outlive the handler, as what stands in a route does.
    void initialize(const StaticFileSettings& settings) { settings_ = &settings; }
    void get(std::string path);

    /// The url of a file in the setting static_path, with its version where `include_version`.
    static std::string make_static_url(const Settings& settings, std::string_view path,
                                       bool include_version = true);
    /// The version of a file in the setting static_path: the digest of its contents; nullopt when
    /// there is none.
    static std::optional<std::string> get_version(const Settings& settings, std::string_view path);

    std::optional<std::string> compute_etag() override;
    /// A file changes nothing.
    void check_xsrf_cookie() override {}

protected:
    /// Sets headers that a file has beside the usual ones.
    virtual void set_extra_headers(std::string_view path) { static_cast<void>(path); }
    /// How long browsers may keep the file without asking; 0: they ask.
    virtual std::chrono::seconds get_cache_time(std::string_view path,
                                                std::chrono::system_clock::time_point modified,
                                                std::string_view mime_type);
    virtual std::string get_content_type() { return std::string(file_->content_type); }
    /// Where a path of a url is below `root`, without . and ..
    virtual std::string get_absolute_path(std::string_view root, std::string_view path);
    /// The file to be sent; nullopt when this has answered: 403 for what is outside of `root` or no
    /// file, 404 for what is not there, a redirection for a folder without its slash.
    virtual std::optional<std::string> validate_absolute_path(std::string_view root,
                                                              std::string absolute_path);
    /// Whether the client has the file already.
    virtual bool should_return_304();

    /// The path within the folder, as get() got it.
    const std::string& path() const { return path_; }

private:
    bool look_at(const std::string& path);
    bool open(const std::string& absolute_path);
    std::string choose_precompressed(const std::string& absolute_path);
    void set_headers();
    bool fails_precondition() const;
    bool ranges_apply() const;
    void send(std::span<const httputil::ByteRange> ranges);
    void send_piece(const httputil::ByteRange& range);
    void send_parts(std::span<const httputil::ByteRange> ranges);

    const StaticFileSettings* settings_ = nullptr;
    StaticFileCache* cache_ = nullptr;
    const StaticFileCache::Root* root_ = nullptr;
    std::string path_;
    std::shared_ptr<const StaticFile> file_;
    /// "br" or "gzip" where that is what is sent.
    std::string_view encoding_;
    std::string_view content_type_;
    /// What stat() has said of looked_at_.
    std::string looked_at_;
    struct stat status_ = {};
};

}  // namespace cyclone::web
