#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <cyclone/http/chunked_decoder.hpp>

BOOST_AUTO_TEST_SUITE(http_chunked_decoder_test)

using namespace cyclone;
using State = http::ChunkedDecoder::State;

namespace {

struct Decoded {
    State state = State::incomplete;
    std::string body;
    std::string rest;
};

/// Feeds `bytes`, at most `piece` at a time.
Decoded decode(std::string_view bytes, std::size_t piece = std::string_view::npos) {
    http::ChunkedDecoder decoder;
    Decoded decoded;
    while (!bytes.empty()) {
        std::string_view given = bytes.substr(0, piece);
        bytes.remove_prefix(given.size());
        while (!given.empty()) {
            decoded.state = decoder.decode(given);
            if (decoded.state == State::data) {
                decoded.body += decoder.data();
            } else if (decoded.state != State::incomplete) {
                decoded.rest.append(given).append(bytes);
                return decoded;
            }
        }
    }
    return decoded;
}

bool is_refused(std::string_view bytes) {
    const bool whole = decode(bytes).state == State::refused;
    BOOST_TEST((decode(bytes, 1).state == State::refused) == whole);
    return whole;
}

}  // namespace

BOOST_AUTO_TEST_CASE(chunks_are_put_together_however_they_are_split) {
    const std::string bytes =
        "5\r\nhello\r\n00A;a=b;c=\"d;\\\"e\";f\r\n0123456789\r\n0;x\r\nX-Trailer: "
        "y\r\nZ:\r\n\r\nGET /";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        const Decoded decoded = decode(bytes, piece);
        BOOST_CHECK(decoded.state == State::complete);
        BOOST_TEST(decoded.body == "hello0123456789");
        BOOST_TEST(decoded.rest == "GET /");
    }
}

BOOST_AUTO_TEST_CASE(a_chunk_size_is_hexadecimal_digits_alone) {
    BOOST_TEST(decode("aB\r\n").rest.empty());
    for (const char* size :
         {"", " 5", "5 ", "0x5", "-5", "+5", "5h", "g", ";x", "5,", "5\t", "\"5\"", "5\x01"}) {
        BOOST_TEST_CONTEXT(size) {
            BOOST_TEST(is_refused(std::string(size) + "\r\nhello\r\n0\r\n\r\n"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_chunk_size_that_overflows_is_refused) {
    BOOST_TEST(is_refused("10000000000000000\r\n"));
    BOOST_TEST(is_refused("ffffffffffffffff0\r\n"));
    BOOST_TEST(is_refused("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\r\n"));
    BOOST_TEST(!is_refused("ffffffffffffffff\r\nx"));
    BOOST_TEST(!is_refused("0000000000000000000000005\r\nhello\r\n0\r\n\r\n"));
    BOOST_TEST(is_refused(std::string(2000, '0')));
}

BOOST_AUTO_TEST_CASE(lines_of_chunks_end_with_carriage_return_and_line_feed) {
    BOOST_TEST(is_refused("5\nhello\r\n0\r\n\r\n"));
    BOOST_TEST(is_refused("5\r\nhello\n0\r\n\r\n"));
    BOOST_TEST(is_refused("5\r\nhello\r0\r\n\r\n"));
    BOOST_TEST(is_refused("5\rhello"));
    BOOST_TEST(is_refused("5\r\r\nhello\r\n"));
    BOOST_TEST(is_refused("5\r\nhello\r\n0\n\r\n"));
    BOOST_TEST(is_refused("5\r\nhello\r\n0\r\n\n"));
    BOOST_TEST(is_refused("5\r\nhello\r\n0\r\n\rx"));
    BOOST_TEST(is_refused("5\r\nhello\r\n\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_chunk_has_exactly_the_bytes_that_its_size_says) {
    BOOST_TEST(is_refused("5\r\nhello!\r\n0\r\n\r\n"));
    BOOST_TEST(is_refused("6\r\nhello\r\n0\r\n\r\n"));
    BOOST_TEST(!is_refused("7\r\nhello\r\n\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(extensions_have_no_control_characters_and_are_bounded) {
    BOOST_TEST(is_refused("5;a\nhello\r\n0\r\n\r\n"));
    BOOST_TEST(is_refused(std::string("5;a\0b\r\nhello\r\n", 14)));
    BOOST_TEST(is_refused("5;a=\"b\r\nhello\r\n"));
    BOOST_TEST(is_refused("5;a=\"b\\\r\"\r\nhello\r\n"));
    BOOST_TEST(!is_refused("5;" + std::string(1000, 'x') + "\r\nhello\r\n0\r\n\r\n"));
    BOOST_TEST(is_refused("5;" + std::string(2000, 'x')));
}

BOOST_AUTO_TEST_CASE(a_flood_of_extensions_around_little_data_is_refused) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        bytes += "1;" + std::string(1000, 'x') + "\r\ny\r\n";
    }
    BOOST_TEST(is_refused(bytes));
}

BOOST_AUTO_TEST_CASE(any_number_of_tiny_chunks_is_a_body) {
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) {
        bytes += "1\r\ny\r\n";
    }
    bytes += "0\r\n\r\n";
    const Decoded decoded = decode(bytes);
    BOOST_CHECK(decoded.state == State::complete);
    BOOST_TEST(decoded.body.size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(a_trailer_is_checked_and_bounded) {
    BOOST_TEST(!is_refused("0\r\nA: b\r\nC:d\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\n: b\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA b: c\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA : c\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\n A: c\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA: b\r\n folded\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA: b\nC: d\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA: b\rC\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA\r\n\r\n"));
    BOOST_TEST(is_refused("0\r\nA: " + std::string(9000, 'x')));
    std::string many = "0\r\n";
    for (int i = 0; i < 3000; ++i) {
        many += "A:b\r\n";
    }
    BOOST_TEST(is_refused(many));
}

BOOST_AUTO_TEST_CASE(a_truncated_body_is_incomplete_never_complete) {
    const std::string bytes = "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const State state = decode(std::string_view(bytes).substr(0, size)).state;
        BOOST_CHECK(state == State::incomplete || state == State::data);
    }
    BOOST_CHECK(decode(bytes).state == State::complete);
}

BOOST_AUTO_TEST_SUITE_END()
