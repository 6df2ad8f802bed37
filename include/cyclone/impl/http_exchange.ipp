#pragma once

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <cyclone/http/response_head.hpp>
#include <cyclone/http/server_connection.hpp>
#include <cyclone/httputil/field_list.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::http {

CYCLONE_INLINE Deferred<> RequestDelegate::body_received(std::string_view) { return succeed(); }

/// Writes the head. `complete` says that response.body is all of the body. Throws std::logic_error, and has written
/// nothing, for what would leave the client in doubt where the response ends.
CYCLONE_INLINE void Exchange::append_head(bool complete) {
    using httputil::detail::equal_ignoring_case;
    using httputil::detail::is_exactly;
    using httputil::detail::is_token;
    // A body that is not longer is written behind the head at once.
    constexpr std::size_t longest_with_head = 4096;
    if (response.status < 200 || response.status > 999) {
        throw std::logic_error("the status of a response is from 200 to 999, not " +
                               std::to_string(response.status));
    }
    std::optional<std::string_view> length;
    bool has_coding = false;
    bool has_connection = false;
    bool says_close = false;
    for (const auto& field : response.headers) {
        switch (field.name.size()) {
            case 10:
                if (is_token(field.name, "connection")) {
                    has_connection = true;
                    httputil::detail::for_each_element(field.value, [&says_close](std::string_view option) {
                        says_close |= equal_ignoring_case(option, "close");
                        return true;
                    });
                }
                break;
            case 14:
                if (is_token(field.name, "content-length")) {
                    if (length) {
                        throw std::logic_error("the response has two Content-Length fields");
                    }
                    length = field.value;
                }
                break;
            case 17:
                has_coding |= is_token(field.name, "transfer-encoding");
                break;
            default:
                break;
        }
    }
    std::uint64_t announced = 0;
    if (length) {
        const auto [end, error] =
            std::from_chars(length->data(), length->data() + length->size(), announced);
        if (error != std::errc() || end != length->data() + length->size()) {
            throw std::logic_error("the response's Content-Length is not a number");
        }
    }
    // How the body is framed is the engine's matter, and the transfer coding does not say more than that.
    if (has_coding) {
        response.headers.remove("Transfer-Encoding");
    }
    if (length && response.status == 204) {
        // RFC 9110 8.6.
        response.headers.remove("Content-Length");
    }

    head_sent_ = true;
    const bool http_1_0 = is_exactly(request.version, "HTTP/1.0");
    ResponseFraming head;
    framing_ = Framing::none;
    if (length) {
        content_left_ = announced;
        framing_ = Framing::content_length;
    } else if (is_bodiless(response.status)) {
        framing_ = Framing::none;
    } else if (complete) {
        content_left_ = response.body.size();
        head.content_length = content_left_;
        framing_ = Framing::content_length;
    } else if (!http_1_0) {
        head.chunked = true;
        framing_ = Framing::chunked;
    } else {
        framing_ = Framing::until_close;
        keep_alive_ = false;
    }
    // Where the answer is complete before the request is, the rest of the request is not read.
    keep_alive_ &= !says_close && !(complete && connection_->stage_ == ServerConnection::Stage::body);
    if (!keep_alive_ && !says_close) {
        head.connection = "close";
    } else if (keep_alive_ && http_1_0 && !has_connection) {
        head.connection = "keep-alive";
    }
    if (is_bodiless(response.status) || is_exactly(request.method, "HEAD")) {
        framing_ = Framing::none;
    }
    std::string_view body;
    if (complete && framing_ == Framing::content_length && response.body.size() <= content_left_ &&
        response.body.size() <= longest_with_head) {
        body = response.body;
        content_left_ -= body.size();
        body_size_ += body.size();
    }
    append_response_head(connection_->output_.text(), response, head, body);
    if (!body.empty()) {
        response.body.clear();
    }
}

CYCLONE_INLINE void Exchange::count_body(std::uint64_t size) {
    body_size_ += size;
    if (framing_ == Framing::content_length) {
        if (size > content_left_) {
            abort();
            throw std::logic_error("more was written than the response's Content-Length says");
        }
        content_left_ -= size;
    }
}

CYCLONE_INLINE void Exchange::send() {
    if (closed() || finished_) {
        response.body.clear();
        return;
    }
    if (!head_sent_) {
        append_head(false);
    }
    send_body();
    if (!connection_->processing_) {
        connection_->changed();
    }
}

CYCLONE_INLINE void Exchange::send_body() {
    std::string& body = response.body;
    if (body.empty()) {
        return;
    }
    if (framing_ == Framing::none) {
        body.clear();
        return;
    }
    count_body(body.size());
    OutputQueue& output = connection_->output_;
    if (framing_ == Framing::chunked) {
        char size[20];
        char* const end = std::to_chars(size, size + 16, body.size(), 16).ptr;
        end[0] = '\r';
        end[1] = '\n';
        output.append(std::string_view(size, static_cast<std::size_t>(end + 2 - size)));
        output.take(body);
        output.append("\r\n");
    } else {
        output.take(body);
    }
}

CYCLONE_INLINE void Exchange::finish() {
    if (finished_ || closed()) {
        finished_ = true;
        response.body.clear();
        return;
    }
    if (!head_sent_) {
        append_head(true);
    }
    finished_ = true;
    send_body();
    if (framing_ == Framing::chunked) {
        connection_->output_.append("0\r\n\r\n");
    } else if (framing_ == Framing::content_length && content_left_ != 0) {
        const std::uint64_t missing = content_left_;
        connection_->abort();
        throw std::logic_error(std::to_string(missing) +
                               " bytes less were written than the response's Content-Length says");
    }
    connection_->exchange_finished();
}

CYCLONE_INLINE void Exchange::send_file(FileRange file) {
    if (closed() || finished_) {
        return;
    }
    if (!head_sent_) {
        if (!response.headers.contains("Content-Length")) {
            throw std::logic_error("send_file() needs a Content-Length");
        }
        append_head(false);
    }
    if (framing_ == Framing::chunked) {
        throw std::logic_error("send_file() needs a Content-Length, but the head has left without one");
    }
    send_body();
    if (framing_ != Framing::none) {
        count_body(file.length);
        connection_->output_.append(std::move(file));
    }
    if (!connection_->processing_) {
        connection_->changed();
    }
}

CYCLONE_INLINE Deferred<> Exchange::drained() {
    if (!closed()) {
        return connection_->drained();
    }
    return pool_.has_connection(answered_by_) ? answered_by_->drained() : succeed();
}

CYCLONE_INLINE std::size_t Exchange::pending_output() const {
    return closed() ? 0 : static_cast<std::size_t>(connection_->output_.size());
}

CYCLONE_INLINE void Exchange::abort() {
    if (!closed()) {
        finished_ = true;
        connection_->abort();
    }
}

CYCLONE_INLINE bool Exchange::can_upgrade() const { return upgrade_requested_ && !closed(); }

CYCLONE_INLINE std::shared_ptr<UpgradedStream> Exchange::upgrade() {
    if (!can_upgrade() || head_sent_) {
        return nullptr;
    }
    response.status = 101;
    response.headers.remove("Content-Length");
    response.headers.remove("Transfer-Encoding");
    ServerConnection& connection = *connection_;
    append_response_head(connection.output_.text(), response, {.connection = "Upgrade"});
    head_sent_ = finished_ = true;
    upgrade_requested_ = false;
    connection.stage_ = ServerConnection::Stage::upgraded;
    connection.upgraded_ = std::make_shared<UpgradedStream>(connection);
    if (!connection.processing_) {
        connection.changed();
    }
    return connection.upgraded_;
}

CYCLONE_INLINE void Exchange::own_request() {
    if (!head_bytes_ || !request.body.empty()) {
        return;
    }
    std::string_view* const views[] = {&request.method, &request.uri,     &request.path,
                                       &request.query,  &request.version, &request.host};
    std::size_t size = 0;
    for (const std::string_view* view : views) {
        size += view->size();
    }
    body_bytes_.clear();
    body_bytes_.reserve(size);
    for (std::string_view* view : views) {
        const std::size_t begin = body_bytes_.size();
        body_bytes_ += *view;
        *view = std::string_view(body_bytes_).substr(begin);
    }
    request.headers = httputil::HTTPHeaders(std::as_const(request.headers));
    head_bytes_.reset();
}

CYCLONE_INLINE void UpgradedStream::start(Receiver& receiver) {
    receiver_ = &receiver;
    resume_reading();
}

CYCLONE_INLINE void UpgradedStream::write(std::string_view bytes) {
    if (!closed()) {
        connection_->output_.append(bytes);
        written();
    }
}
CYCLONE_INLINE void UpgradedStream::write(std::string&& bytes) {
    if (!closed()) {
        connection_->output_.take(bytes);
        written();
    }
}
CYCLONE_INLINE void UpgradedStream::write(std::shared_ptr<const std::string> bytes) {
    if (!closed()) {
        connection_->output_.share(std::move(bytes));
        written();
    }
}
CYCLONE_INLINE void UpgradedStream::written() {
    if (!connection_->processing_) {
        connection_->changed();
    }
}

CYCLONE_INLINE std::size_t UpgradedStream::pending_output() const {
    return closed() ? 0 : static_cast<std::size_t>(connection_->output_.size());
}
CYCLONE_INLINE Deferred<> UpgradedStream::drained() {
    return closed() ? succeed() : connection_->drained();
}

CYCLONE_INLINE void UpgradedStream::pause_reading() {
    if (!closed()) {
        connection_->reading_paused_ = true;
    }
}
CYCLONE_INLINE void UpgradedStream::resume_reading() {
    if (!closed()) {
        // The receiver may end this stream, but not the connection, which has its last output to write.
        ServerConnection& connection = *connection_;
        connection.reading_paused_ = false;
        if (!connection.processing_) {
            connection.process();
            connection.changed();
        }
    }
}

CYCLONE_INLINE void UpgradedStream::close() {
    if (!closed()) {
        ServerConnection& connection = *std::exchange(connection_, nullptr);
        receiver_ = nullptr;
        connection.upgraded_.reset();
        connection.lose_exchange(false);
        connection.stage_ = ServerConnection::Stage::closing;
        // What the client is still sending would make the system take back what was written last.
        connection.linger_ = true;
        if (!connection.processing_) {
            connection.changed();
        }
    }
}
CYCLONE_INLINE void UpgradedStream::abort() {
    if (!closed()) {
        connection_->output_.clear();
        connection_->cut_ = true;
        close();
    }
}

}  // namespace cyclone::http
