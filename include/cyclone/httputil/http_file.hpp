#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cyclone::httputil {

/// A file that came with a form. As tornado.httputil.HTTPFile.
struct HTTPFile {
    /// As the client says it: no path to be trusted.
    std::string filename;
    /// "application/unknown" where the client says nothing.
    std::string content_type;
    std::string body;
};

/// The files of a form by the name of their field, which may have several.
using Files = std::map<std::string, std::vector<HTTPFile>, std::less<>>;

}  // namespace cyclone::httputil
