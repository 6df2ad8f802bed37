#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cyclone::escape {

/// The parameters of linkify(), as Tornado has them.
struct LinkifyOptions {
    /// Long addresses are shortened for display; the whole one is then the link's title.
    bool shorten = false;
    /// Further attributes of each link, for example `rel="nofollow"`.
    std::string extra_params{};
    /// Instead of extra_params, where they depend on the address.
    std::function<std::string(std::string_view href)> extra_params_for{};
    /// False: www.example.org becomes a link to http://www.example.org.
    bool require_protocol = false;
    /// "javascript" in here would be a way in for strangers.
    std::vector<std::string> permitted_protocols{"http", "https"};
};

/// Makes HTML of plain text: escaped as by xhtml_escape(), with links where there are addresses. As
/// tornado.escape.linkify, in time proportional to the text.
std::string linkify(std::string_view text, const LinkifyOptions& options = {});

}  // namespace cyclone::escape

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/escape_linkify.ipp>
#endif
