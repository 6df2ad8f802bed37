#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/httpclient/url.hpp>

namespace cyclone::httpclient {

/// Keeps the cookies that servers set, and gives them back to those that may have them (RFC 6265).
///
/// It knows no list of public suffixes: a server of shop.example.co.uk may set a cookie for all of
/// co.uk. Use a jar for servers that you trust with each other's cookies. Kept in memory alone.
class CookieJar {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Of one cookie, name and value; a longer one is not kept.
    static constexpr std::size_t max_cookie_size = 4096;
    /// When there are more, those that were set first go.
    static constexpr std::size_t max_cookies = 3000;

    /// Takes in the value of a Set-Cookie field. One that may not be set there is dropped.
    void set(const Url& url, std::string_view set_cookie,
             Time now = std::chrono::system_clock::now());

    /// The value of the Cookie field for a request to `url`; empty for none.
    std::string get(const Url& url, Time now = std::chrono::system_clock::now());

    std::size_t size() const { return cookies_.size(); }
    void clear() { cookies_.clear(); }

private:
    struct Cookie {
        std::string name;
        std::string value;
        std::string domain;
        std::string path;
        Time expires;
        bool host_only;
        bool secure;
    };

    void remove_expired(Time now);

    /// In the order in which they were set first.
    std::vector<Cookie> cookies_;
};

}  // namespace cyclone::httpclient

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httpclient_cookie_jar.ipp>
#endif
