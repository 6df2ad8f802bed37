#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <cyclone/httputil/http_date.hpp>
#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <tests/unit/captured_log.hpp>

namespace web_static_files {

using namespace cyclone;
namespace fs = std::filesystem;

namespace {

// SHA-512 of "hello".
constexpr std::string_view hello_digest =
    "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
    "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043";

struct Page : web::RequestHandler {
    void get() { write(static_url("a.txt") + " " + static_url("nope", true)); }
};

struct Own : web::StaticFileHandler {
    void set_extra_headers(std::string_view path) override { set_header("X-Path", path); }
    std::chrono::seconds get_cache_time(std::string_view, std::chrono::system_clock::time_point,
                                        std::string_view) override {
        return std::chrono::seconds(60);
    }
    std::optional<std::string> compute_etag() override { return std::nullopt; }
};

struct Folder {
    Folder() {
        char name[] = "/tmp/web_static_XXXXXX";
        BOOST_REQUIRE(::mkdtemp(name) != nullptr);
        top = name;
        root = top / "www";
        fs::create_directories(root / "sub");
        put("a.txt", "hello");
        put("sub/index.html", "<p>index</p>");
        put("empty.css", "");
        put("with space.txt", "spaced");
        put("large.bin", std::string(200'000, 'x') + "end");
        put("../secret", "secret");
        put("../www-other", "other");
        put("z.js", "plain");
        put("z.js.gz", "gzipped");
        put("z.js.br", "brotli");
        application.emplace(
            std::vector<web::Route>{
                web::url<web::StaticFileHandler>("/s/(.*)",
                                                 {.path = root, .default_filename = "index.html"}),
                web::url<web::StaticFileHandler>("/plain/(.*)", {.path = root}),
                web::url<web::StaticFileHandler>("/links/(.*)",
                                                 {.path = root, .follow_symlinks_outside = true}),
                web::url<web::StaticFileHandler>("/zip/(.*)",
                                                 {.path = root, .precompressed = true}),
                web::url<Own>("/own/(.*)", {.path = root}),
                web::url<Page>("/page"),
            },
            web::Settings{.static_path = root});
    }
    ~Folder() { fs::remove_all(top); }

    void put(const std::string& name, std::string_view text) const {
        std::ofstream(root / name, std::ios::binary) << text;
    }
    testing::Response fetch(std::string_view method, std::string_view target,
                            const httputil::HTTPHeaders& headers = {}) {
        testing::HTTPClient client(*application);
        return client.fetch(method, target, headers);
    }
    testing::Response get(std::string_view target, const httputil::HTTPHeaders& headers = {}) {
        return fetch("GET", target, headers);
    }

    CapturedLog log;
    fs::path top;
    fs::path root;
    std::optional<web::Application> application;
};

}  // namespace

}  // namespace web_static_files

BOOST_FIXTURE_TEST_SUITE(web_static_files, Folder)

BOOST_AUTO_TEST_CASE(a_file_is_sent_with_what_a_browser_needs_to_keep_it) {
    const auto response = get("/s/a.txt");
    BOOST_TEST(response.status == 200);
    BOOST_TEST(response.body == "hello");
    BOOST_TEST(response.header("Content-Type") == "text/plain");
    BOOST_TEST(response.header("Etag") == '"' + std::string(hello_digest) + '"');
    BOOST_TEST(response.header("Accept-Ranges") == "bytes");
    BOOST_TEST(httputil::parse_http_date(response.header("Last-Modified")).has_value());
    BOOST_TEST(!response.headers.contains("Cache-Control"));
    BOOST_TEST(get("/s/with%20space.txt").body == "spaced");
    BOOST_TEST(get("/s/empty.css").header("Content-Length") == "0");
}

BOOST_AUTO_TEST_CASE(a_large_file_is_sent_whole) {
    const auto response = get("/s/large.bin");
    BOOST_TEST(response.body.size() == 200'003U);
    BOOST_TEST(response.body.ends_with("xend"));
    BOOST_TEST(response.header("Content-Type") == "application/octet-stream");
}

BOOST_AUTO_TEST_CASE(head_tells_the_same_without_the_body) {
    for (const char* target : {"/s/a.txt", "/s/large.bin"}) {
        const auto response = get(target);
        const auto head = fetch("HEAD", target);
        BOOST_TEST(head.body.empty());
        BOOST_TEST(head.header("Content-Length") == response.header("Content-Length"));
        BOOST_TEST(head.header("Etag") == response.header("Etag"));
    }
    BOOST_TEST(fetch("POST", "/s/a.txt").header("Allow") == "GET, HEAD");
}

BOOST_AUTO_TEST_CASE(there_is_no_way_out_of_the_folder) {
    for (const char* target : {"/s/../secret", "/s/%2e%2e/secret", "/s/%2e%2e%2fsecret",
                               "/s/sub/../../secret", "/s//etc/passwd", "/s/%2fetc%2fpasswd",
                               "/s/../www-other", "/s/sub/..%2f..%2f../secret", "/s/.."}) {
        BOOST_TEST_CONTEXT(target) { BOOST_TEST(get(target).status == 403); }
    }
    BOOST_TEST(get("/s/a.txt%00.html").status == 404);
    BOOST_TEST(get("/s/%00").status == 404);
    BOOST_TEST(get("/s/%ff").status == 400);
    BOOST_TEST(get("/s/sub/../a.txt").body == "hello");
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_leads_nowhere_but_within_unless_allowed) {
    fs::create_symlink(top / "secret", root / "out");
    fs::create_directory_symlink(top, root / "up");
    fs::create_symlink("a.txt", root / "in");
    // Long enough ago for the files to be kept in memory.
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    BOOST_TEST(get("/s/out").status == 403);
    BOOST_TEST(get("/s/up/secret").status == 403);
    BOOST_TEST(get("/s/in").body == "hello");
    BOOST_TEST(get("/links/out").body == "secret");
    // What one route has read, another one that is stricter still refuses.
    BOOST_TEST(get("/s/out").status == 403);
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_not_sent) {
    BOOST_TEST(get("/s/nope").status == 404);
    BOOST_TEST(get("/s/a.txt/x").status == 404);
    BOOST_TEST(get("/plain/sub").status == 403);
    BOOST_REQUIRE(::mkfifo((root / "pipe").c_str(), 0600) == 0);
    BOOST_TEST(get("/s/pipe").status == 403);
}

BOOST_AUTO_TEST_CASE(a_folder_is_answered_by_its_default_file) {
    const auto response = get("/s/sub?x=1");
    BOOST_TEST(response.status == 301);
    BOOST_TEST(response.header("Location") == "/s/sub/?x=1");
    BOOST_TEST(get("/s/sub/").body == "<p>index</p>");
    BOOST_TEST(get("/s/").status == 404);
}

BOOST_AUTO_TEST_CASE(a_file_that_the_client_has_is_a_304) {
    const auto first = get("/s/a.txt");
    const std::string etag = first.header("Etag");
    const std::string date = first.header("Last-Modified");
    BOOST_TEST(get("/s/a.txt", {{"If-None-Match", etag}}).status == 304);
    BOOST_TEST(get("/s/a.txt", {{"If-None-Match", "W/" + etag}}).status == 304);
    BOOST_TEST(get("/s/a.txt", {{"If-None-Match", "\"x\""}}).status == 200);
    BOOST_TEST(get("/s/a.txt", {{"If-Modified-Since", date}}).status == 304);
    BOOST_TEST(get("/s/a.txt", {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status ==
               200);
    BOOST_TEST(get("/s/a.txt", {{"If-Modified-Since", "garbage"}}).status == 200);
    // The tag decides where both are there.
    BOOST_TEST(get("/s/a.txt", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", date}}).status ==
               200);
    BOOST_TEST(get("/s/a.txt", {{"If-Match", "\"x\""}}).status == 412);
    BOOST_TEST(get("/s/a.txt", {{"If-Match", etag}}).status == 200);
    BOOST_TEST(get("/s/a.txt", {{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status ==
               412);
}

BOOST_AUTO_TEST_CASE(a_range_is_sent_alone) {
    const auto response = get("/s/a.txt", {{"Range", "bytes=1-3"}});
    BOOST_TEST(response.status == 206);
    BOOST_TEST(response.body == "ell");
    BOOST_TEST(response.header("Content-Range") == "bytes 1-3/5");
    BOOST_TEST(get("/s/a.txt", {{"Range", "bytes=-2"}}).body == "lo");
    BOOST_TEST(get("/s/large.bin", {{"Range", "bytes=199999-"}}).body == "xend");
    BOOST_TEST(get("/s/a.txt", {{"Range", "bytes=0-"}}).status == 200);
    BOOST_TEST(get("/s/a.txt", {{"Range", "lines=1-2"}}).status == 200);
    BOOST_TEST(fetch("HEAD", "/s/a.txt", {{"Range", "bytes=1-3"}}).status == 200);
    const auto beyond = get("/s/a.txt", {{"Range", "bytes=9-"}});
    BOOST_TEST(beyond.status == 416);
    BOOST_TEST(beyond.header("Content-Range") == "bytes */5");
    BOOST_TEST(get("/s/empty.css", {{"Range", "bytes=0-"}}).status == 416);
}

BOOST_AUTO_TEST_CASE(several_ranges_are_sent_as_parts) {
    for (const char* target : {"/s/a.txt", "/s/large.bin"}) {
        const auto whole = get(target).body;
        const auto response = get(target, {{"Range", "bytes=0-0,2-3"}});
        BOOST_TEST(response.status == 206);
        const std::string type = response.header("Content-Type");
        BOOST_REQUIRE(type.starts_with("multipart/byteranges; boundary="));
        const std::string boundary = type.substr(31);
        const std::string part_type = get(target).header("Content-Type");
        const std::string size = std::to_string(whole.size());
        BOOST_TEST(response.body == "\r\n--" + boundary + "\r\nContent-Type: " + part_type +
                                        "\r\nContent-Range: bytes 0-0/" + size + "\r\n\r\n" +
                                        whole.substr(0, 1) + "\r\n--" + boundary +
                                        "\r\nContent-Type: " + part_type +
                                        "\r\nContent-Range: bytes 2-3/" + size + "\r\n\r\n" +
                                        whole.substr(2, 2) + "\r\n--" + boundary + "--\r\n");
    }
}

BOOST_AUTO_TEST_CASE(if_range_decides_whether_a_range_is_sent) {
    const auto first = get("/s/a.txt");
    const auto ranged = [this](const std::string& condition) {
        return get("/s/a.txt", {{"Range", "bytes=1-3"}, {"If-Range", condition}}).status;
    };
    BOOST_TEST(ranged(first.header("Etag")) == 206U);
    BOOST_TEST(ranged("W/" + first.header("Etag")) == 200U);
    BOOST_TEST(ranged(first.header("Last-Modified")) == 206U);
    BOOST_TEST(ranged("Sun, 06 Nov 1994 08:49:37 GMT") == 200U);
}

BOOST_AUTO_TEST_CASE(a_url_with_a_version_is_kept_for_ten_years) {
    const auto response = get("/s/a.txt?v=1");
    BOOST_TEST(response.header("Cache-Control") == "max-age=315360000");
    BOOST_TEST(response.headers.contains("Expires"));
}

BOOST_AUTO_TEST_CASE(static_url_has_the_version_of_the_contents) {
    BOOST_TEST(get("/page").body ==
               "/static/a.txt?v=" + std::string(hello_digest) + " http://localhost/static/nope");
    BOOST_TEST(get("/static/a.txt").body == "hello");
    BOOST_TEST(get("/favicon.ico").status == 404);
    put("robots.txt", "go away");
    BOOST_TEST(get("/robots.txt").body == "go away");
}

BOOST_AUTO_TEST_CASE(a_handler_may_have_its_own_headers_cache_time_and_no_etag) {
    const auto response = get("/own/a.txt");
    BOOST_TEST(response.header("X-Path") == "a.txt");
    BOOST_TEST(response.header("Cache-Control") == "max-age=60");
    BOOST_TEST(!response.headers.contains("Etag"));
}

BOOST_AUTO_TEST_CASE(a_precompressed_sibling_goes_to_those_who_take_it) {
    const auto brotli = get("/zip/z.js", {{"Accept-Encoding", "gzip, br"}});
    BOOST_TEST(brotli.body == "brotli");
    BOOST_TEST(brotli.header("Content-Encoding") == "br");
    BOOST_TEST(brotli.header("Content-Type") == get("/zip/z.js").header("Content-Type"));
    BOOST_TEST(brotli.header("Vary") == "Accept-Encoding");
    BOOST_TEST(get("/zip/z.js", {{"Accept-Encoding", "gzip"}}).body == "gzipped");
    const auto plain = get("/zip/z.js");
    BOOST_TEST(plain.body == "plain");
    BOOST_TEST(plain.header("Vary") == "Accept-Encoding");
    BOOST_TEST(plain.header("Etag") != brotli.header("Etag"));
    BOOST_TEST(get("/zip/a.txt", {{"Accept-Encoding", "gzip"}}).body == "hello");
    BOOST_TEST(get("/s/z.js", {{"Accept-Encoding", "br"}}).body == "plain");
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_is_seen_at_once) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    BOOST_TEST(get("/s/a.txt").body == "hello");
    put("a.txt", "HELLO");
    BOOST_TEST(get("/s/a.txt").body == "HELLO");
    put("a.txt", "other");
    BOOST_TEST(get("/s/a.txt").body == "other");
    fs::remove(root / "a.txt");
    BOOST_TEST(get("/s/a.txt").status == 404);
}

BOOST_AUTO_TEST_CASE(a_small_file_is_kept_in_memory_once_it_is_older_than_the_clock_is_exact) {
    web::StaticFileCache cache(reactor::current());
    const std::string path = root / "a.txt";
    struct stat status;
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    const auto fresh = cache.open(path, status, nullptr).file;
    BOOST_TEST(cache.open(path, status, nullptr).file != fresh);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    cache.open(path, status, nullptr);
    const auto kept = cache.open(path, status, nullptr).file;
    BOOST_TEST(cache.open(path, status, nullptr).file == kept);
    BOOST_TEST(*kept->content == "hello");
    // Not for one who wants to know more.
    BOOST_TEST(cache.open(path, status, &cache.root(root.string())).file != kept);
}

BOOST_AUTO_TEST_CASE(a_larger_file_is_not_read_again_to_know_its_version) {
    web::StaticFileCache cache(reactor::current());
    const std::string path = root / "large.bin";
    struct stat status;
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    const auto version = cache.open(path, status, nullptr).file->version;
    const auto again = cache.open(path, status, nullptr).file;
    BOOST_TEST(again->version == version);
    BOOST_TEST(::lseek(again->open_file->descriptor(), 0, SEEK_CUR) == 0);
}

BOOST_AUTO_TEST_CASE(a_form_token_is_not_asked_for) {
    web::Application guarded({web::url<web::StaticFileHandler>("/(.*)", {.path = root})},
                             {.xsrf_cookies = true});
    testing::HTTPClient client(guarded);
    BOOST_TEST(client.fetch("POST", "/a.txt").status == 405);
}

BOOST_AUTO_TEST_SUITE_END()
