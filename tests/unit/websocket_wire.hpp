#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <cyclone/websocket/session.hpp>

/// Frames as they stand on the wire, and a server that echoes what comes.
namespace wire {

using namespace cyclone::websocket;
using Answers = std::vector<std::string>;

/// A frame of a client: `first` is its first byte, FIN, RSV and opcode. Masked.
inline std::string from_client(unsigned first, std::string_view payload = {}) {
    const MaskingKey key{0x37, 0xfa, 0x21, 0x3d};
    std::string out;
    append_frame(out, {.masked = true, .key = key}, payload);
    out[0] = static_cast<char>(first);
    return out;
}

/// A frame of a server, unmasked.
inline std::string from_server(unsigned first, std::string_view payload = {}) {
    std::string out;
    append_frame(out, {}, payload);
    out[0] = static_cast<char>(first);
    return out;
}

/// The payload of a Close frame.
inline std::string close_of(unsigned code, std::string_view reason = {}) {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return payload.append(reason);
}

/// Long text by its beginning, length and hash, so that a failure can be read.
inline std::string shortened(std::string_view text) {
    return text.size() <= 200
               ? std::string(text)
               : std::string(text.substr(0, 20)) + "... " + std::to_string(text.size()) +
                     " bytes " + std::to_string(std::hash<std::string_view>()(text));
}

/// Says in words what a server has sent: "text Hello", "pong", "close 1000". A compressed message
/// comes inflated.
class Reader {
public:
    explicit Reader(std::optional<DeflateParameters> deflate = {})
        : session_({.role = Role::client, .max_message_size = 1u << 30, .deflate = deflate}) {}

    Answers read(std::string bytes) {
        Answers answers;
        std::span<char> left(bytes);
        for (;;) {
            switch (session_.receive(left)) {
                case Session::Event::none:
                    return answers;
                case Session::Event::message:
                    answers.push_back((session_.message().binary ? "binary " : "text ") +
                                      shortened(session_.message().data));
                    break;
                case Session::Event::ping:
                    answers.push_back("ping " + std::string(session_.control_payload()));
                    break;
                case Session::Event::pong:
                    answers.push_back("pong " + std::string(session_.control_payload()));
                    break;
                case Session::Event::closed:
                    answers.push_back(session_.failed() ? "WRONG: " + std::string(session_.why())
                                      : session_.close_status().code
                                          ? "close " + std::to_string(*session_.close_status().code)
                                          : "close");
                    break;
            }
        }
    }

private:
    Session session_;
};

/// What a server that echoes every message answers to `bytes`, which come `chop` at a time.
inline Answers echoed(std::string bytes, std::size_t chop = std::string::npos,
                      const SessionSettings& settings = {}) {
    Session session(settings);
    std::string sent;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = std::min(chop, bytes.size() - at);
        std::span<char> left(bytes.data() + at, size);
        at += size;
        for (;;) {
            const Session::Event event = session.receive(left);
            if (event == Session::Event::message) {
                session.send(session.message());
            }
            sent += std::exchange(session.output(), {});
            if (event == Session::Event::none) {
                break;
            }
        }
    }
    return Reader(settings.deflate).read(sent);
}

/// Checks what the server answers, however the bytes are cut.
inline void check_echo(const std::string& bytes, const Answers& expected,
                       const SessionSettings& settings = {}) {
    for (const std::size_t chop : {bytes.size(), std::size_t{1}, std::size_t{2}, std::size_t{3},
                                   std::size_t{7}, std::size_t{997}}) {
        BOOST_TEST_CONTEXT("cut every " << chop << " bytes") {
            const Answers answers = echoed(bytes, std::max<std::size_t>(chop, 1), settings);
            BOOST_TEST(answers == expected, boost::test_tools::per_element());
        }
    }
}

}  // namespace wire
