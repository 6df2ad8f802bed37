// How fast heads of requests are read, beside other parsers, in one run: the head is one that Chromium sends.
//
// Prints a row as JSON; each figure is the median of rounds that take turns. picohttpparser and llhttp take part where
// the compiler finds them.

#include <http_parser.h>
#if __has_include(<picohttpparser.h>)
#include <picohttpparser.h>
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/http/request_head_parser.hpp>

#include "kept_fields.hpp"

using namespace cyclone;

namespace {

constexpr std::string_view head =
    "GET /api/topkeys?server=127.0.0.1:6379&from=2026-11-24T15:00:00&to=2026-11-24T15:30:00 HTTP/1.1\r\n"
    "Host: localhost:8888\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36\r\n"
    "sec-ch-ua: \"Chromium\";v=\"156\", \"Not_A Brand\";v=\"24\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Dest: empty\r\n"
    "Referer: http://localhost:8888/\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-US,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=2|1:0|10:1764000000|7:session|16:MTIzNDU2Nzg5MDEy|0123456789abcdef0123456789abcdef\r\n"
    "If-None-Match: \"5d41402abc4b2a76b9719d911017c592\"\r\n"
    "\r\n";
constexpr int heads = 20'000;
constexpr int rounds = 41;

[[noreturn]] void fail(const char* who) {
    std::fprintf(stderr, "parser-bench: %s did not read the head\n", who);
    std::exit(1);
}

void read_ours() {
    static http::RequestHeadParser parser;
    static httputil::HTTPServerRequest request;
    const http::HeadLimits limits{64 * 1024, 100, 8 * 1024};
    for (int i = 0; i < heads; ++i) {
        parser.reset();
        request.clear();
        if (parser.parse(head, limits, request) != http::RequestHeadParser::State::complete ||
            request.headers.size() != 15) {
            fail("ours");
        }
    }
}

void read_with_http_parser() {
    static bench::Kept kept;
    static http_parser_settings settings;
    bench::keep_all<http_parser>(settings);
    for (int i = 0; i < heads; ++i) {
        kept.fields.clear();
        http_parser parser;
        http_parser_init(&parser, HTTP_REQUEST);
        parser.data = &kept;
        if (http_parser_execute(&parser, &settings, head.data(), head.size()) != head.size() ||
            kept.fields.size() != 15) {
            fail("http_parser");
        }
    }
}

#if __has_include(<picohttpparser.h>)
void read_with_picohttpparser() {
    static std::array<phr_header, 100> fields;
    for (int i = 0; i < heads; ++i) {
        const char *method = nullptr, *path = nullptr;
        std::size_t method_size = 0, path_size = 0, count = fields.size();
        int version = 0;
        if (phr_parse_request(head.data(), head.size(), &method, &method_size, &path, &path_size, &version,
                              fields.data(), &count, 0) != static_cast<int>(head.size()) ||
            count != 15) {
            fail("picohttpparser");
        }
    }
}
#endif

#if __has_include(<llhttp.h>)
void read_with_llhttp() {
    for (int i = 0; i < heads; ++i) {
        if (bench::fields_by_llhttp(head) != 15) {
            fail("llhttp");
        }
    }
}
#endif

double megabytes_per_second(void (*read)()) {
    // Of the processor alone: others may use it meanwhile.
    const std::clock_t start = std::clock();
    read();
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    return static_cast<double>(head.size()) * heads / seconds / 1e6;
}

}  // namespace

int main() {
    struct Reader {
        const char* name;
        void (*read)();
        std::vector<double> speeds{};
        double median() {
            std::ranges::nth_element(speeds, speeds.begin() + rounds / 2);
            return speeds[rounds / 2];
        }
    };
    std::vector<Reader> readers{
        {"ours", read_ours},
        {"http_parser", read_with_http_parser},
#if __has_include(<picohttpparser.h>)
        {"picohttpparser", read_with_picohttpparser},
#endif
#if __has_include(<llhttp.h>)
        {"llhttp", read_with_llhttp},
#endif
    };
    for (int round = 0; round < rounds; ++round) {
        for (Reader& reader : readers) {
            reader.speeds.push_back(megabytes_per_second(reader.read));
        }
    }
    const double ours = readers.front().median();
    double fastest = 0;
    std::string peers;
    for (std::size_t i = 1; i < readers.size(); ++i) {
        const double speed = readers[i].median();
        fastest = std::max(fastest, speed);
        peers += (i == 1 ? "\"" : ", \"") + std::string(readers[i].name) + "\": " + std::to_string(std::lround(speed));
    }
    std::printf("[{\"group\": \"http\", \"name\": \"heads of a browser's requests read\", \"unit\": \"MB/s\", "
                "\"ours\": %.0f, \"peers\": {%s}, \"goal\": \">= the fastest\", \"met\": %s}]\n",
                ours, peers.c_str(), ours >= fastest ? "true" : "false");
}
