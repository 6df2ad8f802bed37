#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cyclone/defer.hpp>
#include <cyclone/http/exchange.hpp>
#include <cyclone/http/upgraded_stream.hpp>
#include <cyclone/httputil/arguments.hpp>
#include <cyclone/httputil/cookie.hpp>
#include <cyclone/httputil/http_file.hpp>
#include <cyclone/web/cookie_attributes.hpp>
#include <cyclone/web/from_text.hpp>
#include <cyclone/web/handler_factory.hpp>
#include <cyclone/web/http_error.hpp>
#include <cyclone/web/output_transform.hpp>
#include <cyclone/web/path_arguments.hpp>
#include <cyclone/web/settings.hpp>
#include <cyclone/web/signed_value.hpp>
#include <cyclone/web/xsrf_token.hpp>

namespace cyclone::web {

struct ApplicationCore;

namespace detail {

/// An argument of reverse_url() before it is percent-encoded.
template <class T>
std::string url_text(const T& argument) {
    if constexpr (std::convertible_to<const T&, std::string_view>) {
        return std::string(std::string_view(argument));
    } else {
        return std::to_string(argument);
    }
}

}  // namespace detail

/// Whether white space around an argument is taken away.
enum class Strip : bool { no, yes };

/// Answers one request: the base of all handlers. As tornado.web.RequestHandler.
///
/// A handler is a struct with one or more of get, head, post, del, patch, put and options, whose
/// parameters are the groups of its route's pattern, converted; a group that cannot be converted is
/// a 404. Each returns void, Deferred<> or asio::awaitable<void>; when it has ended, the response
/// is finished. HEAD is answered by get() where there is no head(). What a class has none of these
/// for is a 405, or answered by any() where it has that: RequestHandler.default() in Cyclone.
///
/// Further members that are found on the class, and need not be there:
///
///     void initialize(arguments...);               // gets what stands behind the pattern
///     void prepare();                              // before the method; finish() there ends it
///     void data_received(std::string_view chunk);  // takes the body as it arrives
///
/// The handler, its request and the bytes that it points into live until the method's Deferred has
/// fired, also when the client is gone. It is used on its reactor's thread alone. What is thrown is
/// answered: HTTPError with its status, anything else with 500.
class RequestHandler {
public:
    RequestHandler(const RequestHandler&) = delete;
    RequestHandler& operator=(const RequestHandler&) = delete;
    virtual ~RequestHandler();

    const httputil::HTTPServerRequest& request;
    const Settings& settings() const;

    // -- what came with the request

    /// The argument's last value, from the body or else the query, as UTF-8 and without control
    /// characters. A 400 when there is none.
    std::string get_argument(std::string_view name, Strip strip = Strip::yes) const;
    std::string get_argument(std::string_view name, std::string_view otherwise,
                             Strip strip = Strip::yes) const;
    std::optional<std::string> get_argument(std::string_view name, std::nullopt_t,
                                            Strip strip = Strip::yes) const;
    std::vector<std::string> get_arguments(std::string_view name, Strip strip = Strip::yes) const;
    /// The same as a T: a 400 when it cannot be one. See FromText.
    template <class T>
    T get_argument(std::string_view name) const {
        return required<T>(name, get_argument(name, std::nullopt));
    }
    template <class T>
    T get_argument(std::string_view name, std::type_identity_t<T> otherwise) const {
        auto value = converted<T>(name, get_argument(name, std::nullopt));
        return value ? std::move(*value) : std::move(otherwise);
    }
    template <class T>
    std::optional<T> get_argument(std::string_view name, std::nullopt_t) const {
        return converted<T>(name, get_argument(name, std::nullopt));
    }

    /// The same from the query alone.
    std::string get_query_argument(std::string_view name, Strip strip = Strip::yes) const;
    std::string get_query_argument(std::string_view name, std::string_view otherwise,
                                   Strip strip = Strip::yes) const;
    std::optional<std::string> get_query_argument(std::string_view name, std::nullopt_t,
                                                  Strip strip = Strip::yes) const;
    std::vector<std::string> get_query_arguments(std::string_view name,
                                                 Strip strip = Strip::yes) const;
    template <class T>
    T get_query_argument(std::string_view name) const {
        return required<T>(name, get_query_argument(name, std::nullopt));
    }
    template <class T>
    T get_query_argument(std::string_view name, std::type_identity_t<T> otherwise) const {
        auto value = converted<T>(name, get_query_argument(name, std::nullopt));
        return value ? std::move(*value) : std::move(otherwise);
    }

    /// The same from a form in the body alone.
    std::string get_body_argument(std::string_view name, Strip strip = Strip::yes) const;
    std::string get_body_argument(std::string_view name, std::string_view otherwise,
                                  Strip strip = Strip::yes) const;
    std::optional<std::string> get_body_argument(std::string_view name, std::nullopt_t,
                                                 Strip strip = Strip::yes) const;
    std::vector<std::string> get_body_arguments(std::string_view name,
                                                Strip strip = Strip::yes) const;
    template <class T>
    T get_body_argument(std::string_view name) const {
        return required<T>(name, get_body_argument(name, std::nullopt));
    }
    template <class T>
    T get_body_argument(std::string_view name, std::type_identity_t<T> otherwise) const {
        auto value = converted<T>(name, get_body_argument(name, std::nullopt));
        return value ? std::move(*value) : std::move(otherwise);
    }

    /// All of them, as bytes: request.arguments, request.query_arguments and request.body_arguments
    /// in Tornado.
    const httputil::Arguments& arguments() const;
    const httputil::Arguments& query_arguments() const;
    const httputil::Arguments& body_arguments() const;
    /// The files of a form.
    const httputil::Files& files() const;

    /// The cookies of the request, not those that are being set.
    const httputil::Cookies& cookies() const;
    std::optional<std::string> get_cookie(std::string_view name) const;
    std::string get_cookie(std::string_view name, std::string_view otherwise) const;

    /// What the groups of the pattern caught, as bytes: for prepare() and data_received(), which do
    /// not get them as parameters.
    const PathArguments& path_args() const;

    // -- the response's head

    /// From 100 to 999, else std::invalid_argument. `reason` replaces the usual one; one that
    /// cannot be sent, or could be markup, becomes "Unknown".
    void set_status(unsigned status, std::string_view reason = {});
    unsigned get_status() const { return exchange_.response.status; }

    /// Throws std::invalid_argument for a control character.
    void set_header(std::string_view name, std::string_view value);
    void add_header(std::string_view name, std::string_view value);
    template <std::integral T>
    void set_header(std::string_view name, T value) {
        set_header(name, std::string_view(std::to_string(value)));
    }
    void set_header(std::string_view name, std::chrono::system_clock::time_point time);
    void clear_header(std::string_view name);
    /// Forgets headers, body and status that were set; not cookies.
    void clear();

    /// Replaces one of that name that was set before. Throws std::invalid_argument; see
    /// format_set_cookie().
    void set_cookie(std::string_view name, std::string_view value,
                    const CookieAttributes& attributes = {});
    /// `attributes`: path and domain as the cookie was set with.
    void clear_cookie(std::string_view name, CookieAttributes attributes = {});
    /// Clears each cookie of the request.
    void clear_all_cookies(const CookieAttributes& attributes = {});

    /// For 30 days, unless `attributes` say otherwise. Needs the setting cookie_secret. Anybody can
    /// read the value; none can change it. As set_signed_cookie, formerly set_secure_cookie.
    void set_signed_cookie(std::string_view name, std::string_view value,
                           CookieAttributes attributes = {.expires_days = 30},
                           int version = default_signed_value_version);
    /// The value of a cookie that we signed; nullopt for any other.
    std::optional<std::string> get_signed_cookie(std::string_view name,
                                                 const SignedValueLimits& limits = {}) const;
    std::optional<int> get_signed_cookie_key_version(std::string_view name) const;
    std::string create_signed_value(std::string_view name, std::string_view value,
                                    int version = default_signed_value_version) const;

    // -- the response's body

    /// Appends to what is sent next. Throws std::logic_error after finish().
    void write(std::string_view chunk);
    /// As JSON, with its content type.
    void write(const boost::json::object& chunk);
    /// The value must be an object; throws std::invalid_argument.
    template <std::same_as<boost::json::value> V>
    void write(const V& chunk) {
        write_value(chunk);
    }
    template <std::same_as<boost::json::array> A>
    void write(const A&) {
        static_assert(
            !std::same_as<A, A>,
            "write() takes no JSON array, for old browsers let other sites read one: write an "
            "object with the array in it");
    }

    /// Sends what was written; fires when it has been handed to the system, at once where the
    /// client is gone.
    Deferred<> flush();
    /// Ends the response. Throws std::logic_error the second time.
    void finish();
    void finish(std::string_view chunk) {
        write(chunk);
        finish();
    }
    void finish(const boost::json::object& chunk) {
        write(chunk);
        finish();
    }
    bool finished() const { return finished_; }

    /// Finishes with a 302, 301 where `permanent`, or with `status`, from 300 to 399. Throws
    /// std::logic_error when the head has been sent.
    void redirect(std::string_view url, bool permanent = false, unsigned status = 0);
    /// Finishes with write_error(). When the head has been sent, the connection is cut instead.
    void send_error(unsigned status = 500, const std::exception_ptr& error = nullptr,
                    std::string_view reason = {});

    // -- users

    /// What get_current_user() gave, which is called once.
    const std::optional<std::string>& current_user();
    void set_current_user(std::optional<std::string> user);
    /// False when nobody is logged in: the answer is then a redirection to the login page (GET and
    /// HEAD) or a 403.
    ///
    ///     void get() { if (!authenticated()) return; ... }
    [[nodiscard]] bool authenticated();
    /// False when the path ends with a slash: the answer is then a redirection to the same without
    /// (GET and HEAD), or a 404.
    [[nodiscard]] bool removeslash();
    /// False when the path does not end with a slash: the answer is then a redirection to the same
    /// with one (GET and HEAD), or a 404.
    [[nodiscard]] bool addslash();

    /// For forms of this user, in the argument _xsrf or the header X-XSRFToken. Sets the cookie
    /// where it is not there.
    const std::string& xsrf_token();
    std::string xsrf_form_html();

    // -- urls

    /// The path of a named route. Throws std::invalid_argument where there is none.
    template <class... A>
    std::string reverse_url(std::string_view name, const A&... arguments) const {
        const std::vector<std::string> texts{detail::url_text(arguments)...};
        return reverse_named_url(name, texts);
    }
    /// The url of a file in the setting static_path, with its version.
    std::string static_url(std::string_view path, bool include_host = false) const;
    /// Throws std::logic_error where the setting is not made: cookie_secret, default_host,
    /// login_url or static_path. Of the others each has a value; they are std::invalid_argument.
    void require_setting(std::string_view name, std::string_view feature = "this feature") const;

    // -- conditional requests

    void set_etag_header();
    /// Whether If-None-Match has the response's Etag.
    bool check_etag_header() const;

    // -- how long it lives

    /// Keeps the handler and its request for a callback that comes after the method has ended:
    ///
    ///     set_auto_finish(false);
    ///     reactor::call_later(1s, [this, hold = hold()] { finish("late"); });
    http::ExchangePtr hold() const { return http::ExchangePtr(exchange_); }
    /// False: the response is finished by finish() alone.
    void set_auto_finish(bool finishes) { auto_finish_ = finishes; }
    /// When the client goes, what the method waits for is cancelled, and CancelledError comes out
    /// there.
    void cancel_on_connection_close() { cancel_on_close_ = true; }
    /// For this request alone, in prepare() of a handler that has data_received().
    void set_max_body_size(std::size_t bytes) { exchange_.set_max_body_size(bytes); }

    // -- hooks

    /// After the response has been sent: to clean up, for statistics. As RequestHandler.on_finish.
    virtual void on_finish() {}
    /// The client is gone before the response was finished, or the rest of a body that
    /// data_received() takes has been refused, for its size or its chunks.
    virtual void on_connection_close() {}
    /// The server stops before the response is finished, and waits a while for it: a response
    /// without an end is to be finished now.
    virtual void on_server_stop() {}
    /// Sets headers that all answers have, errors too.
    virtual void set_default_headers() {}
    /// Writes the body of an error page. `error` is null when there was no exception.
    virtual void write_error(unsigned status, const std::exception_ptr& error);
    virtual void log_exception(const std::exception_ptr& error);
    /// Who is logged in; nobody for nullopt and "".
    virtual std::optional<std::string> get_current_user() { return std::nullopt; }
    virtual std::string get_login_url();
    /// The Etag of a response that is sent at once, of what has been written; nullopt for none.
    virtual std::optional<std::string> compute_etag();
    /// Makes text of the bytes of an argument or a group; a 400 where they are no UTF-8.
    virtual std::string decode_argument(std::string_view value,
                                        std::string_view name = "url") const;
    /// Throws HTTPError(403) unless the request brings the token of its cookie.
    virtual void check_xsrf_cookie();

    /// "GET /path (127.0.0.1)"
    std::string request_summary() const;

    /// Says to RequestHandler's constructor whose handler is being made.
    class Birth {
    public:
        Birth(http::Exchange& exchange, const ApplicationCore& application)
            : exchange_(exchange),
              application_(application),
              previous_(std::exchange(current(), this)) {}
        Birth(const Birth&) = delete;
        Birth& operator=(const Birth&) = delete;
        ~Birth() { current() = previous_; }

    private:
        friend class RequestHandler;
        static const Birth*& current() {
            static constinit thread_local const Birth* birth = nullptr;
            return birth;
        }
        http::Exchange& exchange_;
        const ApplicationCore& application_;
        const Birth* previous_;
    };

    /// Answers 405 and says which methods there are.
    void refuse_method(std::span<const MethodShape> methods);

protected:
    /// Throws std::logic_error where no request is being answered: handlers are made by routes.
    RequestHandler() : RequestHandler(Birth::current()) {}

    http::Exchange& exchange() const { return exchange_; }
    const ApplicationCore& application() const { return application_; }
    /// Sends what was written and, behind it, part of a file, past the output transforms.
    /// Content-Length must be set.
    void send_file(http::FileRange file);
    /// The response is somebody else's from now on, who goes on with exchange(); it is not logged
    /// here.
    void hand_over();
    /// Whether cancel_on_connection_close() was called.
    bool cancels_on_connection_close() const { return cancel_on_close_; }
    /// Gives the connection away with a 101; null where the request asks for no upgrade or the
    /// client is gone.
    std::shared_ptr<http::UpgradedStream> detach();

private:
    friend class HandlerExecution;

    /// What most requests do not need.
    struct Extras;

    explicit RequestHandler(const Birth* birth);

    void check_body();
    void check_xsrf();
    void handle_request_exception(const std::exception_ptr& error);
    void answer_exception(const std::exception_ptr& error);
    /// Ends it without an answer: the client is gone.
    void abandon();
    void end();
    void apply_etag();
    void begin_head(bool finishing);
    void add_cookies();
    void transform_rest(bool finishing);
    void write_value(const boost::json::value& chunk);

    Extras& extras() const;
    std::string reverse_named_url(std::string_view name,
                                  std::span<const std::string> arguments) const;
    std::optional<std::string> last_of(const httputil::Arguments& source, std::string_view name,
                                       Strip strip) const;
    std::vector<std::string> all_of(const httputil::Arguments& source, std::string_view name,
                                    Strip strip) const;
    std::string cleaned(std::string_view value, std::string_view name, Strip strip) const;
    const XsrfToken& expected_xsrf_token();

    template <class T>
    static std::optional<T> converted(std::string_view name,
                                      const std::optional<std::string>& text) {
        static_assert(
            ReadFromText<T>,
            "no argument can have this type: give cyclone::web::FromText a specialisation for it");
        if (!text) {
            return std::nullopt;
        }
        auto value = FromText<T>::parse(*text);
        if (!value) {
            throw InvalidArgumentError(name, *text, FromText<T>::rule);
        }
        return value;
    }
    template <class T>
    static T required(std::string_view name, const std::optional<std::string>& text) {
        auto value = converted<T>(name, text);
        if (!value) {
            throw MissingArgumentError(name);
        }
        return std::move(*value);
    }

    http::Exchange& exchange_;
    const ApplicationCore& application_;
    mutable std::unique_ptr<Extras> extras_;
    bool finished_ = false;
    bool auto_finish_ = true;
    bool cancel_on_close_ = false;
};

}  // namespace cyclone::web
