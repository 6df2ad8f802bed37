#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/protocol/line_splitter.hpp>
#include <cyclone/protocol/protocol.hpp>

namespace cyclone::protocol {

/// A protocol of lines, or of lines and raw bytes by turns. As
/// twisted.protocols.basic.LineReceiver.
class LineReceiver : public Protocol {
public:
    /// See LineSplitter.
    explicit LineReceiver(std::string delimiter = "\r\n", std::size_t max_length = 16384)
        : delimiter_(delimiter), splitter_(std::move(delimiter), max_length) {}

    /// A line without its delimiter; `line` is good during the call.
    virtual void line_received(std::string_view line) = 0;
    /// Bytes that came while in raw mode.
    virtual void raw_data_received(std::string_view bytes) { static_cast<void>(bytes); }
    /// A line is too long; `bytes` is what has come of it. Closes the connection, unless
    /// overridden.
    virtual void line_length_exceeded(std::string_view bytes) {
        static_cast<void>(bytes);
        transport().lose_connection();
    }

    void send_line(std::string_view line) {
        std::string bytes(line);
        bytes += delimiter_;
        transport().write(bytes);
    }

    /// What comes from now on, also what has come behind this line, goes to raw_data_received().
    void set_raw_mode() { raw_ = true; }
    /// Lines again; `extra` is what raw_data_received() had got too much.
    void set_line_mode(std::string_view extra = {}) {
        raw_ = false;
        splitter_.feed(extra);
        deliver();
    }

    /// No more lines, nor bytes, until resume_producing(): those that are here already wait too.
    void pause_producing() {
        paused_ = true;
        transport().pause_producing();
    }
    void resume_producing() {
        paused_ = false;
        transport().resume_producing();
        deliver();
    }

    void data_received(std::string_view bytes) final {
        if (raw_ && !paused_ && !delivering_) {
            raw_data_received(bytes);
            return;
        }
        splitter_.feed(bytes);
        deliver();
    }

private:
    void deliver() {
        // A call inside line_received() leaves the rest to the loop that called it.
        if (std::exchange(delivering_, true)) {
            return;
        }
        struct Done {
            bool& flag;
            ~Done() { flag = false; }
        } const done{delivering_};
        while (!paused_) {
            if (raw_) {
                const std::string rest = splitter_.take_rest();
                if (rest.empty()) {
                    return;
                }
                raw_data_received(rest);
                continue;
            }
            const auto line = splitter_.next();
            if (line) {
                line_received(*line);
            } else if (splitter_.too_long()) {
                const std::string rest = splitter_.take_rest();
                line_length_exceeded(rest);
                return;
            } else {
                return;
            }
        }
    }

    std::string delimiter_;
    LineSplitter splitter_;
    bool raw_ = false;
    bool paused_ = false;
    bool delivering_ = false;
};

}  // namespace cyclone::protocol
