#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <brotli/decode.h>

#include <cyclone/testing.hpp>
#include <cyclone/web.hpp>
#include <cyclone/web/compression.hpp>
#include <tests/unit/captured_log.hpp>

namespace web_compression {

using namespace cyclone;

namespace {

std::string gunzip(std::string_view bytes) {
    z_stream stream{};
    BOOST_REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string text(1'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    BOOST_TEST(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
    text.resize(stream.total_out);
    ::inflateEnd(&stream);
    return text;
}

std::string unbrotli(std::string_view bytes) {
    std::string text(1'000'000, '\0');
    std::size_t size = text.size();
    BOOST_TEST(::BrotliDecoderDecompress(
                   bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                   reinterpret_cast<std::uint8_t*>(text.data())) == BROTLI_DECODER_RESULT_SUCCESS);
    text.resize(size);
    return text;
}

const std::string page = [] {
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += "line " + std::to_string(i * 7919) + "\n";
    }
    return text;
}();

struct Page : web::RequestHandler {
    void get() { write(page); }
};
struct Chunks : web::RequestHandler {
    Deferred<> get() {
        for (std::size_t at = 0; at < page.size(); at += 10'000) {
            write(std::string_view(page).substr(at, 10'000));
            co_await flush();
        }
    }
};
struct Short : web::RequestHandler {
    void get() { write("short"); }
};
struct Image : web::RequestHandler {
    void get() {
        set_header("Content-Type", "image/png");
        set_header("Vary", "Cookie");
        write(page);
    }
};

testing::Response fetch(std::string_view target, std::string_view accepted,
                        std::string_view method = "GET", std::string_view etag = "") {
    static const std::string folder = std::filesystem::temp_directory_path();
    static web::Application application(
        {
            web::url<Page>("/page"),
            web::url<Chunks>("/chunks"),
            web::url<Short>("/short"),
            web::url<Image>("/image"),
            web::url<web::StaticFileHandler>("/file/(.*)", {.path = folder}),
        },
        {.transforms = {web::compress_response()}});
    testing::HTTPClient client(application);
    httputil::HTTPHeaders headers{{"Accept-Encoding", accepted}};
    if (!etag.empty()) {
        headers.add("If-None-Match", etag);
    }
    return client.fetch(method, target, headers);
}

struct Quiet {
    CapturedLog log;
};

}  // namespace

}  // namespace web_compression

BOOST_FIXTURE_TEST_SUITE(web_compression, Quiet)

BOOST_AUTO_TEST_CASE(a_page_is_compressed_as_the_client_wants_it) {
    const auto plain = fetch("/page", "identity");
    BOOST_TEST(plain.body == page);
    BOOST_TEST(!plain.headers.contains("Content-Encoding"));
    const auto zipped = fetch("/page", "gzip");
    BOOST_TEST(zipped.header("Content-Encoding") == "gzip");
    BOOST_TEST(zipped.body.size() < page.size() / 2);
    BOOST_TEST(gunzip(zipped.body) == page);
    const auto brotli = fetch("/page", "gzip, br");
    BOOST_TEST(brotli.header("Content-Encoding") == "br");
    BOOST_TEST(unbrotli(brotli.body) == page);
    for (const auto& response : {plain, zipped, brotli}) {
        BOOST_TEST(response.header("Vary") == "Accept-Encoding");
    }
}

BOOST_AUTO_TEST_CASE(what_is_flushed_is_compressed_piece_by_piece) {
    BOOST_TEST(gunzip(fetch("/chunks", "gzip").body) == page);
    BOOST_TEST(unbrotli(fetch("/chunks", "br").body) == page);
}

BOOST_AUTO_TEST_CASE(what_is_short_or_no_text_goes_as_it_is) {
    BOOST_TEST(fetch("/short", "gzip").body == "short");
    const auto image = fetch("/image", "gzip");
    BOOST_TEST(image.body == page);
    BOOST_TEST(image.header("Vary") == "Cookie, Accept-Encoding");
}

BOOST_AUTO_TEST_CASE(other_bytes_have_a_weak_etag_that_still_makes_a_304) {
    const std::string etag = fetch("/page", "").header("Etag");
    BOOST_TEST(etag.starts_with('"'));
    const auto zipped = fetch("/page", "gzip");
    BOOST_TEST(zipped.header("Etag") == "W/" + etag);
    const auto known = fetch("/page", "gzip", "GET", "W/" + etag);
    BOOST_TEST(known.status == 304);
    BOOST_TEST(known.header("Etag") == "W/" + etag);
}

BOOST_AUTO_TEST_CASE(head_tells_the_compressed_length) {
    BOOST_TEST(fetch("/page", "gzip", "HEAD").header("Content-Length") ==
               std::to_string(fetch("/page", "gzip").body.size()));
}

BOOST_AUTO_TEST_CASE(small_files_are_compressed_and_large_ones_go_as_they_are) {
    const auto path = std::filesystem::temp_directory_path() / "web_compression_test.txt";
    std::ofstream(path) << page.substr(0, 20'000);
    BOOST_TEST(gunzip(fetch("/file/web_compression_test.txt", "gzip").body) ==
               page.substr(0, 20'000));
    std::ofstream(path) << page << page;
    const auto large = fetch("/file/web_compression_test.txt", "gzip");
    BOOST_TEST(!large.headers.contains("Content-Encoding"));
    BOOST_TEST(large.body == page + page);
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_SUITE_END()
