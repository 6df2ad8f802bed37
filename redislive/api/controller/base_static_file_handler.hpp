#pragma once

#include <optional>
#include <string>

#include <cyclone/web.hpp>

namespace redislive {

/// The page and what it loads. Without ETags, as the original; Last-Modified does.
struct BaseStaticFileHandler : cyclone::web::StaticFileHandler {
    std::optional<std::string> compute_etag() override { return std::nullopt; }

    void set_default_headers() override {
        set_header("Content-Security-Policy",
                   "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
                   "frame-ancestors 'none'");
        set_header("X-Content-Type-Options", "nosniff");
        set_header("Referrer-Policy", "no-referrer");
    }
};

}  // namespace redislive
