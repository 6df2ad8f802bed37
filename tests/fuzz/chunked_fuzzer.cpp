// Whether chunks give the same body, and end at the same byte, however they come.
//
// The first byte of an input chooses how the rest is split.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/http/chunked_decoder.hpp>

using namespace cyclone;
using State = http::ChunkedDecoder::State;

namespace {

struct Decoded {
    std::string body;
    std::string end = "incomplete";
    std::size_t read = 0;
    bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, unsigned seed) {
    std::minstd_rand random(seed + 1);
    http::ChunkedDecoder decoder;
    Decoded decoded;
    while (decoded.read < bytes.size()) {
        const std::size_t piece = seed == 255 ? bytes.size() : seed == 0 ? 1 : random() % 20 + 1;
        const std::string_view taken = bytes.substr(decoded.read, piece);
        // A copy with no byte to spare, so that reading behind it is seen.
        const std::vector<char> copy(taken.begin(), taken.end());
        std::string_view given(copy.data(), copy.size());
        while (!given.empty()) {
            const std::size_t before = given.size();
            const State state = decoder.decode(given);
            decoded.read += before - given.size();
            if (state == State::data) {
                if (decoder.data().empty()) {
                    std::cerr << "a piece of no bytes\n";
                    std::abort();
                }
                decoded.body += decoder.data();
            } else if (state == State::complete) {
                decoded.end = "complete";
                return decoded;
            } else if (state == State::refused) {
                decoded.end = decoder.refusal().why;
                return decoded;
            } else if (!given.empty()) {
                std::cerr << "incomplete, with bytes left\n";
                std::abort();
            }
        }
    }
    return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Decoded whole = decode(bytes, 255);
    const Decoded pieces = decode(bytes, data[0] % 255);
    if (whole != pieces || whole.body.size() > bytes.size()) {
        std::cerr << "at once: " << whole.end << ", " << whole.read << " bytes read\n"
                  << "by pieces: " << pieces.end << ", " << pieces.read << " bytes read\n";
        std::abort();
    }
    return 0;
}
