// What tests/integration/tornado_exchange_test.py asks: signed cookies and form tokens, as its
// Tornado twin has them.
//
//     exchange-app --secret=x --xsrf-version=2
//     exchange-app --old-secret=x --new-secret=y --key-version=2

#include <iostream>

#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

boost::json::value to_json(const std::optional<std::string>& text) {
    return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

struct Sign : web::RequestHandler {
    void get() {
        set_signed_cookie(get_argument("name"), get_argument("value", "", web::Strip::no), {},
                          get_argument<int>("version"));
    }
};

struct Read : web::RequestHandler {
    void get() {
        const auto name = get_argument("name");
        const web::SignedValueLimits limits{.min_version = get_argument<int>("min_version", 1)};
        const auto key = get_signed_cookie_key_version(name);
        write({{"value", to_json(get_signed_cookie(name, limits))},
               {"key", key ? boost::json::value(*key) : boost::json::value(nullptr)}});
    }
};

struct Form : web::RequestHandler {
    void get() { write(xsrf_token()); }
    void post() { write("accepted"); }
};

const auto secret = options::define<std::string>("secret", "", "the one secret");
const auto old_secret = options::define<std::string>("old-secret", "", "that of key 1");
const auto new_secret = options::define<std::string>("new-secret", "", "that of key 2");
const auto key_version = options::define<std::optional<int>>("key-version", {}, "1 or 2");
const auto xsrf_version = options::define<int>("xsrf-version", 2, "1 or 2");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    web::Settings settings{
        .key_version = *key_version, .xsrf_cookies = true, .xsrf_cookie_version = *xsrf_version};
    if (secret->empty()) {
        settings.cookie_secret = web::CookieSecret{{1, *old_secret}, {2, *new_secret}};
    } else {
        settings.cookie_secret = *secret;
    }
    const web::Application application(
        {web::url<Sign>("/sign"), web::url<Read>("/read"), web::url<Form>("/form")}, settings);
    const auto listening = reactor::listen_tcp(0, application, "127.0.0.1");
    std::cout << "listening on " << listening.port() << std::endl;
    reactor::run();
}
