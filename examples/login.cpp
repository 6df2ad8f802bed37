// A login page: signed cookies, and forms that no other site can send in the user's name.
//
//     ./login --port=8888                              prints: listening on http://127.0.0.1:8888/
//     curl -i http://127.0.0.1:8888/                   is a 302 to /login?next=%2F
//     curl -i -d name=ann http://127.0.0.1:8888/login  is a 403: the form's token is missing
//     open http://127.0.0.1:8888/ in a browser

#include <iostream>

#include <cyclone/escape.hpp>
#include <cyclone/options.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;

struct BaseHandler : web::RequestHandler {
    std::optional<std::string> get_current_user() override { return get_signed_cookie("user"); }
};

struct MainHandler : BaseHandler {
    void get() {
        if (authenticated()) {
            write("Hello, " + escape::xhtml_escape(*current_user()) +
                  " <form action=\"/logout\" method=\"post\">" + xsrf_form_html() +
                  "<button>Log out</button></form>");
        }
    }
};

struct LoginHandler : BaseHandler {
    void get() {
        write("<form method=\"post\">" + xsrf_form_html() +
              "Name <input name=\"name\"><button>Log in</button></form>");
    }
    void post() {
        set_signed_cookie("user", get_argument("name"),
                          {.expires_days = 30, .httponly = true, .samesite = "Lax"});
        redirect("/");
    }
};

struct LogoutHandler : BaseHandler {
    void post() {
        clear_cookie("user");
        redirect("/login");
    }
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");
const auto secret =
    options::define<std::string>("cookie-secret", "change me", "what cookies are signed with");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    const web::Application application(
        {web::url<MainHandler>("/"), web::url<LoginHandler>("/login"),
         web::url<LogoutHandler>("/logout")},
        {.cookie_secret = *secret, .xsrf_cookies = true, .login_url = "/login"});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
