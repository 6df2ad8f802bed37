#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace bench {

/// What a parser that calls back is given to do as ours does: to keep where each name and each value is.
struct Kept {
    std::string_view url;
    std::vector<std::array<std::string_view, 2>> fields;
};

/// For http_parser and for llhttp, which has its interface. `data` of the parser is the Kept.
template <class Parser, class Settings>
void keep_all(Settings& settings) {
    settings.on_url = [](Parser* parser, const char* at, std::size_t size) {
        static_cast<Kept*>(parser->data)->url = {at, size};
        return 0;
    };
    settings.on_header_field = [](Parser* parser, const char* at, std::size_t size) {
        static_cast<Kept*>(parser->data)->fields.push_back({std::string_view(at, size), {}});
        return 0;
    };
    settings.on_header_value = [](Parser* parser, const char* at, std::size_t size) {
        static_cast<Kept*>(parser->data)->fields.back()[1] = {at, size};
        return 0;
    };
}

/// How many fields llhttp finds in `head`; 0 if it refuses it. In a file of its own, llhttp_peer.cpp: its names are
/// those of http_parser.
std::size_t fields_by_llhttp(std::string_view head);

}  // namespace bench
