#pragma once

#include <functional>
#include <utility>

#include <cyclone/web/request_handler.hpp>

namespace cyclone::web {

/// Hands the request on to any callable, which answers it through the exchange, now or, holding it,
/// later. As tornado.web.FallbackHandler.
///
///     web::url<web::FallbackHandler>(R"(/old/.*)", [](http::ExchangePtr exchange) {
///         exchange->response.body = "from before";
///         exchange->finish();
///     })
class FallbackHandler : public RequestHandler {
public:
    using Fallback = std::function<void(http::ExchangePtr)>;

    /// `fallback` must outlive the handler, as what stands in a route does.
    void initialize(const Fallback& fallback) { fallback_ = &fallback; }
    void prepare() {
        set_auto_finish(false);
        exchange().response.headers.clear();
        (*fallback_)(hold());
        hand_over();
    }
    /// Whoever answers checks what has to be checked.
    void check_xsrf_cookie() override {}

private:
    const Fallback* fallback_ = nullptr;
};

}  // namespace cyclone::web
