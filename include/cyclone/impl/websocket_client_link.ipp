#pragma once

#include <array>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/client_link.hpp>

namespace cyclone::websocket::detail {

CYCLONE_INLINE void ClientLink::start(std::string early, std::chrono::nanoseconds ping_interval,
                                      std::chrono::nanoseconds ping_timeout) {
    if (ping_interval.count() > 0) {
        heartbeat_.emplace(ping_interval, ping_timeout, reactor_.seconds());
        set_timer(ping_interval);
    }
    read(shared_from_this(), std::move(early)).detach();
}

CYCLONE_INLINE Deferred<> ClientLink::read(std::shared_ptr<ClientLink> link, std::string early) {
    link->process(early);
    std::string().swap(early);
    std::array<char, 16 * 1024> buffer;
    while (!link->ended_) {
        if (link->messages_.size() >= most_queued) {
            link->room_.emplace();
            auto waiting = link->room_->get_deferred();
            co_await waiting;
            link->room_.reset();
            continue;
        }
        std::size_t size = 0;
        try {
            auto reading = link->socket_->read_some(buffer);
            size = co_await reading;
        } catch (const std::exception&) {
            // The end, in order or not: close_code() tells which.
            break;
        }
        if (link->heartbeat_) {
            link->heartbeat_->heard();
        }
        link->process({buffer.data(), size});
    }
    link->end();
}

CYCLONE_INLINE void ClientLink::process(std::span<char> bytes) {
    for (;;) {
        switch (session.receive(bytes)) {
            case Session::Event::none:
                flush();
                return;
            case Session::Event::message:
                deliver(session.take_message());
                break;
            case Session::Event::ping:
            case Session::Event::pong:
                break;
            case Session::Event::closed:
                flush();
                // RFC 6455 7.1.1: the server closes the connection first.
                wait_for_close();
                no_more_messages();
                return;
        }
    }
}

CYCLONE_INLINE void ClientLink::deliver(Message message) {
    if (readers_.empty()) {
        messages_.push_back(std::move(message));
        return;
    }
    auto reader = std::move(readers_.front());
    readers_.pop_front();
    reader.callback(std::optional<Message>(std::move(message)));
}

CYCLONE_INLINE void ClientLink::no_more_messages() {
    no_more_ = true;
    while (!readers_.empty()) {
        auto reader = std::move(readers_.front());
        readers_.pop_front();
        reader.callback(std::optional<Message>());
    }
}

CYCLONE_INLINE Deferred<std::optional<Message>> ClientLink::read_message() {
    if (!messages_.empty()) {
        std::optional<Message> message(std::move(messages_.front()));
        messages_.pop_front();
        if (room_ && !room_->called()) {
            reactor_.call_later(std::chrono::nanoseconds(0), [link = shared_from_this()] {
                if (link->room_ && !link->room_->called()) {
                    link->room_->callback();
                }
            });
        }
        return succeed(std::move(message));
    }
    if (no_more_) {
        return succeed(std::optional<Message>());
    }
    const auto place = readers_.emplace(readers_.end());
    *place = Promise<std::optional<Message>>([weak = weak_from_this(), place] {
        if (const auto link = weak.lock()) {
            link->readers_.erase(place);
        }
    });
    return place->get_deferred();
}

CYCLONE_INLINE void ClientLink::flush() {
    std::string& output = session.output();
    if (output.empty() || ended_) {
        output.clear();
        return;
    }
    queued_in_all_ += output.size();
    unsent_ += output;
    output.clear();
    if (!std::exchange(writing_, true)) {
        write(shared_from_this()).detach();
    }
}

CYCLONE_INLINE Deferred<> ClientLink::write(std::shared_ptr<ClientLink> link) {
    bool failed = false;
    while (!link->unsent_.empty() && !link->ended_ && !failed) {
        const std::string bytes = std::exchange(link->unsent_, {});
        try {
            auto writing = write_all(*link->socket_, bytes);
            co_await writing;
        } catch (const std::exception&) {
            failed = true;
        }
        link->sent_in_all_ += bytes.size();
        link->fire_drains(false);
    }
    link->writing_ = false;
    if (failed || link->session.failed()) {
        link->end();
    }
}

CYCLONE_INLINE Deferred<> ClientLink::drained() {
    if (ended_ || sent_in_all_ == queued_in_all_) {
        return succeed();
    }
    drains_.push_back({queued_in_all_, Promise<>()});
    return drains_.back().promise.get_deferred();
}

CYCLONE_INLINE void ClientLink::fire_drains(bool all) {
    while (!drains_.empty() && (all || drains_.front().at <= sent_in_all_)) {
        Promise<> promise = std::move(drains_.front().promise);
        drains_.pop_front();
        if (!promise.called()) {
            promise.callback();
        }
    }
}

CYCLONE_INLINE void ClientLink::wait_for_close() {
    heartbeat_.reset();
    set_timer(std::chrono::seconds(5));
}

CYCLONE_INLINE void ClientLink::end() {
    if (std::exchange(ended_, true)) {
        return;
    }
    const auto keep = shared_from_this();
    timer_.cancel();
    socket_->close();
    fire_drains(true);
    no_more_messages();
    if (room_ && !room_->called()) {
        room_->callback();
    }
}

CYCLONE_INLINE void ClientLink::set_timer(std::chrono::nanoseconds delay) {
    timer_.cancel();
    timer_ = reactor_.call_later(delay, [weak = weak_from_this()] {
        if (const auto link = weak.lock()) {
            link->on_timer();
        }
    });
}

CYCLONE_INLINE void ClientLink::on_timer() {
    if (!heartbeat_) {
        end();
        return;
    }
    if (room_) {
        // It is we who don't listen.
        heartbeat_->heard();
    }
    switch (heartbeat_->act(reactor_.seconds())) {
        case Heartbeat::Action::give_up:
            end();
            return;
        case Heartbeat::Action::ping:
            session.ping({});
            flush();
            break;
        case Heartbeat::Action::none:
            break;
    }
    if (heartbeat_) {
        set_timer(heartbeat_->due() - reactor_.seconds());
    }
}

}  // namespace cyclone::websocket::detail
