#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/escape/url.hpp>
#include <cyclone/httputil/url.hpp>
#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

/// Sends everything to another url, in which {0}, {1}, ... stand for what the pattern's groups
/// caught. The query of the request goes along. A group with a control character, which no header may have, is the
/// client's mistake: 400. Else as tornado.web.RedirectHandler.
///
///     web::url<web::RedirectHandler>(R"(/pictures/(.*))", "/photos/{0}")
class RedirectHandler : public RequestHandler {
public:
    void initialize(std::string_view url, bool permanent = true) {
        url_ = url;
        permanent_ = permanent;
    }

    void get(const PathArguments& groups) {
        std::string target;
        std::string_view rest = url_;
        while (!rest.empty()) {
            if (rest.starts_with("{{") || rest.starts_with("}}")) {
                target += rest.front();
                rest.remove_prefix(2);
                continue;
            }
            const std::size_t end = rest.find('}');
            const auto group = rest.starts_with('{') && end != std::string_view::npos
                                   ? FromText<std::size_t>::parse(rest.substr(1, end - 1))
                                   : std::nullopt;
            if (group && *group < groups.size()) {
                if (!httputil::HTTPHeaders::is_valid_value(groups[*group])) {
                    throw HTTPError(400, "control character in url");
                }
                target += groups[*group];
                rest.remove_prefix(end + 1);
            } else {
                target += rest.front();
                rest.remove_prefix(1);
            }
        }
        if (!request.query.empty()) {
            target = httputil::url_concat(target, query_arguments());
        }
        redirect(target, permanent_);
    }

private:
    std::string url_;
    bool permanent_ = true;
};

}  // namespace cyclone::web
