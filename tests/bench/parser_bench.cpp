// How fast heads of requests are read, beside http_parser, in one run: the head is one that Chromium sends.
//
// Prints a row as JSON; each figure is the median of rounds that take turns.

#include <http_parser.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <cyclone/http/request_head_parser.hpp>

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

/// What http_parser is given to do the same: to keep where each name and each value is.
struct Kept {
    std::string_view url;
    std::vector<std::array<std::string_view, 2>> fields;
};

void read_theirs() {
    static Kept kept;
    static http_parser_settings settings;
    settings.on_url = [](http_parser*, const char* at, std::size_t size) {
        kept.url = {at, size};
        return 0;
    };
    settings.on_header_field = [](http_parser*, const char* at, std::size_t size) {
        kept.fields.push_back({std::string_view(at, size), {}});
        return 0;
    };
    settings.on_header_value = [](http_parser*, const char* at, std::size_t size) {
        kept.fields.back()[1] = {at, size};
        return 0;
    };
    for (int i = 0; i < heads; ++i) {
        kept.fields.clear();
        http_parser parser;
        http_parser_init(&parser, HTTP_REQUEST);
        if (http_parser_execute(&parser, &settings, head.data(), head.size()) != head.size() ||
            kept.fields.size() != 15) {
            fail("http_parser");
        }
    }
}

double megabytes_per_second(void (*read)()) {
    const auto start = std::chrono::steady_clock::now();
    read();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    return static_cast<double>(head.size()) * heads / took.count() / 1e6;
}

}  // namespace

int main() {
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int round = 0; round < rounds; ++round) {
        ours.push_back(megabytes_per_second(read_ours));
        theirs.push_back(megabytes_per_second(read_theirs));
    }
    std::ranges::nth_element(ours, ours.begin() + rounds / 2);
    std::ranges::nth_element(theirs, theirs.begin() + rounds / 2);
    const double mine = ours[rounds / 2];
    const double other = theirs[rounds / 2];
    std::printf("[{\"group\": \"http\", \"name\": \"heads of a browser's requests read\", \"unit\": \"MB/s\", "
                "\"ours\": %.0f, \"peers\": {\"http_parser\": %.0f}, \"goal\": \">= http_parser\", \"met\": %s}]\n",
                mine, other, mine >= other ? "true" : "false");
}
