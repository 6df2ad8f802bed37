#pragma once

#include <array>

#include <cyclone/impl/config.hpp>
#include <cyclone/web/digest.hpp>
#include <cyclone/web/etag_of.hpp>

namespace cyclone::web::detail {

CYCLONE_INLINE std::string etag_of(std::string_view body) {
    // Comparing costs a hundredth of what a digest does.
    constexpr std::size_t longest_remembered = 1024;
    struct Remembered {
        std::string body;
        std::string etag;
    };
    static thread_local Digest sha1("SHA1");
    static thread_local std::array<Remembered, 8> remembered;
    Remembered& place = remembered[body.size() % remembered.size()];
    if (!place.etag.empty() && place.body == body) {
        return place.etag;
    }
    sha1.update(body);
    std::string etag = '"' + sha1.finish() + '"';
    if (body.size() <= longest_remembered) {
        place.body = body;
        place.etag = etag;
    }
    return etag;
}

}  // namespace cyclone::web::detail
