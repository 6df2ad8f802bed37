#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cyclone/defer/frame_allocator.hpp>
#include <cyclone/httputil/body_arguments.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

struct RequestHandler::Extras {
    std::optional<httputil::Arguments> arguments;
    std::optional<httputil::Arguments> query_arguments;
    std::optional<httputil::Form> form;
    std::optional<httputil::Cookies> cookies;

    struct NewCookie {
        std::string name;
        /// The value of its Set-Cookie.
        std::string text;
    };
    std::vector<NewCookie> new_cookies;
    std::vector<std::unique_ptr<OutputTransform>> transforms;

    bool user_is_known = false;
    std::optional<std::string> user;

    /// What the cookie has, or will have.
    std::optional<XsrfToken> xsrf;
    /// Whether the request had it.
    bool xsrf_cookie_came = false;
    std::string xsrf_text;

    static void* operator new(std::size_t size) {
        return cyclone::detail::FrameAllocator::allocate(size);
    }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        cyclone::detail::FrameAllocator::deallocate(pointer, size);
    }
};

}  // namespace cyclone::web
