#pragma once

#include <functional>
#include <memory>
#include <string>

#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/http_server_request.hpp>

namespace cyclone::web {

/// Changes an answer on its way out: made for each request. As tornado.web.OutputTransform.
class OutputTransform {
public:
    virtual ~OutputTransform() = default;

    /// Before the head is sent: may change status and headers, and `chunk`, with which the body
    /// begins. `finishing`: and ends.
    virtual void transform_first_chunk(unsigned& status, httputil::HTTPHeaders& headers,
                                       std::string& chunk, bool finishing) = 0;
    /// Each further piece of the body.
    virtual void transform_chunk(std::string& chunk, bool finishing) = 0;
};

/// Null where the request needs none.
using OutputTransformFactory =
    std::function<std::unique_ptr<OutputTransform>(const httputil::HTTPServerRequest&)>;

}  // namespace cyclone::web
