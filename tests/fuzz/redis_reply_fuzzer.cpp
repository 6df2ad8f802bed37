// Whether replies are the same however their bytes come.
//
// The first byte of an input chooses how the rest is split.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/reply_reader.hpp>

using cyclone::redis::Reply;
using cyclone::redis::ReplyReader;

namespace {

struct Read {
    std::vector<Reply> replies;
    std::vector<Reply> attributes;
    bool refused = false;
};

/// Not by operator==, for which a double that is no number differs from itself.
std::string shown(const Reply& reply) {
    std::string text = reply.describe();
    if (reply.is_text()) {
        text += reply.text();
        text += reply.format();
    } else if (reply.is_aggregate()) {
        text += '[';
        for (const Reply& element : reply.elements()) {
            text += shown(element) + ',';
        }
        text += ']';
    }
    return text;
}

std::string shown(const Read& read) {
    std::string text;
    for (std::size_t i = 0; i < read.replies.size(); ++i) {
        text += shown(read.attributes[i]) + ' ' + shown(read.replies[i]) + '\n';
    }
    return text + (read.refused ? "refused" : "");
}

Read read(std::string_view bytes, unsigned seed) {
    std::minstd_rand random(seed + 1);
    ReplyReader reader;
    Read all;
    for (std::size_t at = 0; at < bytes.size() && !all.refused;) {
        const std::size_t piece = seed == 255 ? bytes.size() : seed == 0 ? 1 : random() % 20 + 1;
        // A copy with no byte to spare, so that reading behind it, or later, is seen.
        const std::string_view given = bytes.substr(at, piece);
        const std::vector<char> copy(given.begin(), given.end());
        at += given.size();
        reader.feed({copy.data(), copy.size()});
        Reply reply;
        auto result = ReplyReader::Result::reply;
        while ((result = reader.next(reply)) == ReplyReader::Result::reply) {
            all.replies.push_back(reply);
            all.attributes.push_back(reader.attributes());
        }
        all.refused = result == ReplyReader::Result::protocol_error;
        if (all.refused == reader.error().empty()) {
            std::cerr << "refused without a reason, or the other way round\n";
            std::abort();
        }
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = shown(read(bytes, 255));
    const std::string pieces = shown(read(bytes, data[0] % 255));
    if (whole != pieces) {
        std::cerr << "at once:\n" << whole << "\nby pieces:\n" << pieces << '\n';
        std::abort();
    }
    return 0;
}
