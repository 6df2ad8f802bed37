// Whether a request head means the same however it comes: at once, by pieces, and by pieces that
// are moved.
//
// The first byte of an input chooses the limits, the second how the rest is split.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/http/request_head_parser.hpp>

using namespace cyclone;
using State = http::RequestHeadParser::State;

namespace {

constexpr http::HeadLimits limits[] = {{},
                                       {.bytes = 100, .fields = 3, .target = 10},
                                       {.bytes = 50, .fields = 100, .target = 1000},
                                       {.bytes = 300, .fields = 5, .target = 40}};

std::string described(State state, const http::RequestHeadParser& parser,
                      const httputil::HTTPServerRequest& request) {
    if (state == State::incomplete) {
        return "incomplete";
    }
    if (state == State::refused) {
        return std::to_string(parser.refusal().status) + " " + std::string(parser.refusal().why);
    }
    const http::HeadFacts& facts = parser.facts();
    std::string text = std::to_string(parser.consumed());
    for (const std::string_view part : {request.method, request.uri, request.path, request.query,
                                        request.version, request.host}) {
        text.append("\n").append(part);
    }
    for (const auto& field : request.headers) {
        text.append("\n").append(field.name).append(": ").append(field.value);
    }
    text += "\n" + (facts.content_length ? std::to_string(*facts.content_length) : "none");
    for (const bool fact :
         {facts.chunked, facts.keep_alive, facts.http_1_0, facts.expect_continue, facts.upgrade}) {
        text += fact ? " yes" : " no";
    }
    return text;
}

/// Parses a copy with no byte to spare, so that reading behind it is seen.
std::string at_once(std::string_view bytes, const http::HeadLimits& limit) {
    const std::vector<char> copy(bytes.begin(), bytes.end());
    http::RequestHeadParser parser;
    httputil::HTTPServerRequest request;
    const State state = parser.parse({copy.data(), copy.size()}, limit, request);
    return described(state, parser, request);
}

std::string by_pieces(std::string_view bytes, const http::HeadLimits& limit, unsigned seed,
                      bool moved) {
    std::minstd_rand random(seed + 1);
    http::RequestHeadParser parser;
    httputil::HTTPServerRequest request;
    std::unique_ptr<std::vector<char>> copy;
    State state = State::incomplete;
    for (std::size_t size = 0; state == State::incomplete && size < bytes.size();) {
        size += std::min<std::size_t>(seed == 0 ? 1 : random() % 40 + 1, bytes.size() - size);
        std::string_view given = bytes.substr(0, size);
        if (moved) {
            copy = std::make_unique<std::vector<char>>(given.begin(), given.end());
            given = {copy->data(), copy->size()};
            parser.rebase();
            request.clear();
        }
        state = parser.parse(given, limit, request);
    }
    return described(state, parser, request);
}

void require_same(const std::string& a, const std::string& b) {
    if (a != b) {
        std::cerr << "at once:\n" << a << "\nby pieces:\n" << b << "\n";
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const http::HeadLimits& limit = limits[data[0] % std::size(limits)];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string whole = at_once(bytes, limit);
    require_same(whole, by_pieces(bytes, limit, data[1], false));
    require_same(whole, by_pieces(bytes, limit, data[1], true));
    return 0;
}
