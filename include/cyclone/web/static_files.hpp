#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cyclone/web/route.hpp>
#include <cyclone/web/settings.hpp>
#include <cyclone/web/static_file_handler.hpp>

namespace cyclone::web {

/// A class of handlers for the setting static_path. Made by static_handler().
struct StaticFiles {
    std::function<std::vector<Route>(const Settings&)> routes;
    std::function<std::string(const Settings&, std::string_view path)> make_static_url;
};

/// For the setting static_handler_class: H derives from StaticFileHandler, and may have a
/// make_static_url() of its own. `settings`: all but the path, which is the setting static_path.
template <class H>
std::shared_ptr<const StaticFiles> static_handler(StaticFileSettings settings = {}) {
    auto routes = [settings](const Settings& application) {
        StaticFileSettings files = settings;
        files.path = application.static_path;
        std::string prefix;
        for (const char c : application.static_url_prefix) {
            // A class of one is a literal, whatever it means elsewhere.
            prefix += c == '\\' || c == '^' ? std::string("\\") + c : "[" + std::string(1, c) + "]";
        }
        return std::vector<Route>{url<H>(prefix + "(.*)", files),
                                  url<H>(R"(/(favicon\.ico))", files),
                                  url<H>(R"(/(robots\.txt))", files)};
    };
    auto make_static_url = [](const Settings& application, std::string_view path) {
        return H::make_static_url(application, path);
    };
    return std::make_shared<const StaticFiles>(
        StaticFiles{std::move(routes), std::move(make_static_url)});
}

}  // namespace cyclone::web
