#pragma once

#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

/// Answers every request with one status. As tornado.web.ErrorHandler.
class ErrorHandler : public RequestHandler {
public:
    void initialize(unsigned status_code) { status_code_ = status_code; }
    void prepare() { send_error(status_code_); }
    /// Nothing is changed that would have to be guarded.
    void check_xsrf_cookie() override {}

private:
    unsigned status_code_ = 500;
};

}  // namespace cyclone::web
