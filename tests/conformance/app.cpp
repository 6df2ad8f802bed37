// The application of the differential test: the same routes and answers as the one on Tornado that it is compared with.
//
//     conformance-app --port=0 --static=DIR        prints "listening on PORT" when it is ready

#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include <cyclone/cyclone.hpp>

using namespace cyclone;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

/// SHA-256, fed piece by piece.
class Sha256 {
public:
    Sha256() : context_(::EVP_MD_CTX_new()) { ::EVP_DigestInit_ex(context_, ::EVP_sha256(), nullptr); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    ~Sha256() { ::EVP_MD_CTX_free(context_); }

    void update(std::string_view bytes) { ::EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
    std::string hexdigest() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        ::EVP_DigestFinal_ex(context_, digest, &size);
        return escape::hex_encode({reinterpret_cast<const char*>(digest), size});
    }

private:
    EVP_MD_CTX* context_;
};

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.hexdigest();
}

json::array to_json(const std::vector<std::string>& values) {
    return json::array(values.begin(), values.end());
}
json::value to_json(const std::optional<std::string>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

/// Only Form is guarded against cross-site request forgery.
struct Unguarded : web::RequestHandler {
    void check_xsrf_cookie() override {}
};

/// What arrived, as JSON.
struct Echo : Unguarded {
    void get() {
        json::array headers;
        for (const auto& [name, value] : request.headers) {
            std::string lower(name);
            for (char& c : lower) {
                c = httputil::detail::to_lower(c);
            }
            headers.push_back(json::array{lower, value});
        }
        json::object arguments;
        std::vector<std::string> names;
        for (const auto& argument : query_arguments()) {
            names.push_back(argument.name);
        }
        for (const auto& argument : body_arguments()) {
            names.push_back(argument.name);
        }
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
        for (const std::string& name : names) {
            arguments[name] = to_json(get_arguments(name));
        }
        write({{"method", request.method},
               {"uri", request.uri},
               {"path", request.path},
               {"query", request.query},
               {"version", request.version},
               {"headers", headers},
               {"arguments", arguments},
               {"body_length", request.body.size()},
               {"body_sha256", sha256(request.body)}});
    }
    void post() { get(); }
    void put() { get(); }
    void patch() { get(); }
    void del() { get(); }
    void options() { get(); }
};

struct Hello : web::RequestHandler {
    void get() {
        set_header("Content-Type", "text/plain; charset=UTF-8");
        write("Hello, World!");
    }
};

struct Json : web::RequestHandler {
    void get() { write({{"message", "Hello, World!"}}); }
};

/// Ten chunks, flushed one by one.
struct Chunked : web::RequestHandler {
    Deferred<> get() {
        set_header("Content-Type", "text/plain; charset=UTF-8");
        for (int number = 0; number < 10; ++number) {
            write("chunk " + std::to_string(number) + "\n");
            co_await flush();
        }
    }
};

struct Slow : web::RequestHandler {
    Deferred<> get() {
        const auto ms = get_argument<int>("ms");
        co_await task::defer_later(std::chrono::milliseconds(ms));
        write("done");
    }
};

struct User : web::RequestHandler {
    void get(int number, std::string name) { write({{"id", number}, {"name", name}}); }
};

struct Status : web::RequestHandler {
    void get(unsigned code) { set_status(code); }
};

/// kind=http: HTTPError(418); kind=throw: any other exception; kind=late: after the headers have left.
struct Error : web::RequestHandler {
    Deferred<> get() {
        const std::string kind = get_argument("kind", "throw");
        if (kind == "http") {
            throw web::HTTPError(418);
        }
        if (kind == "late") {
            write("partial");
            co_await flush();
        }
        throw std::runtime_error("deliberate");
    }
};

struct Argument : Unguarded {
    void get() {
        write({{"one", get_argument("one")},
               {"all", to_json(get_arguments("one"))},
               {"default", get_argument("two", "fallback")},
               {"query", to_json(get_query_arguments("one"))},
               {"body", to_json(get_body_arguments("one"))}});
    }
    void post() { get(); }
};

struct Redirect : web::RequestHandler {
    void get() { redirect(get_argument("to"), get_argument("permanent", "0") == "1"); }
};

struct SetHeader : web::RequestHandler {
    void get() {
        set_header("X-Echo", get_argument("value"));
        write("set");
    }
};

struct Cookie : Unguarded {
    void get() {
        write({{"plain", to_json(get_cookie("plain"))},
               {"signed", to_json(get_signed_cookie("signed"))}});
    }
    void post() {
        set_cookie("plain", get_argument("plain"), {.httponly = true, .samesite = "Lax"});
        set_signed_cookie("signed", get_argument("signed"));
        write("set");
    }
};

/// Guarded against cross-site request forgery.
struct Form : web::RequestHandler {
    void get() {
        write("<form method=\"post\">" + xsrf_form_html() + "<input name=\"text\"></form>");
    }
    void post() { write("accepted"); }
};

struct Upload : Unguarded {
    void post() {
        json::array uploaded;
        for (const auto& [field, list] : files()) {
            for (const auto& file : list) {
                uploaded.push_back(json::object{{"field", field},
                                                {"filename", file.filename},
                                                {"content_type", file.content_type},
                                                {"size", file.body.size()},
                                                {"sha256", sha256(file.body)}});
            }
        }
        json::object arguments;
        for (const std::string_view name : body_arguments().names()) {
            arguments[name] = to_json(get_body_arguments(name));
        }
        write({{"files", uploaded}, {"arguments", arguments}});
    }
};

struct StreamUpload : Unguarded {
    void prepare() { set_max_body_size(1 << 30); }
    void data_received(std::string_view chunk) {
        size_ += chunk.size();
        hash_.update(chunk);
    }
    void post() { write({{"size", size_}, {"sha256", hash_.hexdigest()}}); }
    void put() { post(); }

private:
    std::size_t size_ = 0;
    Sha256 hash_;
};

struct Private : Unguarded {
    std::optional<std::string> get_current_user() override { return request.headers.get("X-User"); }
    void get() {
        if (authenticated()) {
            write("hello " + *current_user());
        }
    }
    void post() { get(); }
};

struct Slash : web::RequestHandler {
    void get() {
        if (removeslash()) {
            write("without");
        }
    }
};

struct AddSlash : web::RequestHandler {
    void get() {
        if (addslash()) {
            write("with");
        }
    }
};

struct WebSocketEcho : websocket::WebSocketHandler {
    std::optional<std::string> select_subprotocol(std::span<const std::string_view> offered) override {
        return std::ranges::find(offered, "echo") != offered.end() ? std::optional<std::string>("echo")
                                                                   : std::nullopt;
    }
    std::optional<websocket::CompressionOptions> get_compression_options() override {
        return websocket::CompressionOptions();
    }
    Deferred<> on_message(websocket::MessageView message) { co_await write_message(message); }
};

}  // namespace

int main(int argc, char** argv) {
    auto port = options::define<std::uint16_t>("port", 9001, "listen on this port");
    auto folder = options::define<std::string>("static", ".", "serve the files of this folder");
    auto patience = options::define<int>(
        "patience", 0, "wait so many milliseconds for slow clients; 0: as by default");
    options::parse_command_line(argc, argv);
    http::ServerSettings settings{.max_header_size = 64 << 10, .max_body_size = 10 << 20};
    if (*patience != 0) {
        settings.first_byte_timeout = settings.header_timeout = settings.body_grace =
            settings.write_timeout = std::chrono::milliseconds(*patience);
    }
    web::Application application(
        {
            web::url<Echo>(R"(/echo)"),
            web::url<Echo>(R"(/echo/(?:.*))"),
            web::url<Hello>(R"(/hello)"),
            web::url<Json>(R"(/json)"),
            web::url<Chunked>(R"(/chunked)"),
            web::url<Slow>(R"(/slow)"),
            web::url<User>(R"(/user/(\d+)/(\w+))"),
            web::url<Status>(R"(/status/(\d{3}))"),
            web::url<Error>(R"(/error)"),
            web::url<Argument>(R"(/argument)"),
            web::url<Redirect>(R"(/redirect)"),
            web::url<SetHeader>(R"(/set_header)"),
            web::url<Cookie>(R"(/cookie)"),
            web::url<Form>(R"(/form)"),
            web::url<Upload>(R"(/upload)"),
            web::url<StreamUpload>(R"(/stream_upload)"),
            web::url<Private>(R"(/private)"),
            web::url<Slash>(R"(/slash/?)"),
            web::url<AddSlash>(R"(/addslash/?)"),
            web::url<web::RedirectHandler>(R"(/moved/(.*))", "/hello?was={0}"),
            web::url<web::StaticFileHandler>(R"(/static/(.*))",
                                             {.path = *folder, .default_filename = "index.html"}),
            web::url<WebSocketEcho>(R"(/ws)"),
            web::url<web::MetricsHandler>(R"(/metrics)"),
        },
        {.cookie_secret = "conformance-secret",
         .xsrf_cookies = true,
         .login_url = "/hello",
         .http = settings});
    const auto listening = reactor::listen_tcp(*port, application, "127.0.0.1");
    std::printf("listening on %u\n", static_cast<unsigned>(listening.port()));
    std::fflush(stdout);
    reactor::run();
}
