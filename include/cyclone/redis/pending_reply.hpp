#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/defer.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Who waits in a Pipeline for the reply, or the replies, of what was pushed. Told exactly once how
/// it ended.
class PendingReply {
public:
    virtual ~PendingReply() = default;

    /// The name of the command, for messages.
    virtual std::string_view command() const = 0;
    /// True once nobody wants the reply any more.
    virtual bool abandoned() const = 0;
    /// One of the replies. The last one ends it.
    virtual void deliver(Reply&& reply) = 0;
    /// There will be no (further) reply.
    virtual void fail(std::exception_ptr error) = 0;

    // One of these is made for each command.
    static void* operator new(std::size_t size) {
        return cyclone::detail::FrameAllocator::allocate(size);
    }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        cyclone::detail::FrameAllocator::deallocate(pointer, size);
    }
};

/// Fires a Deferred<T> with the reply, converted; with ResponseError for an error, TypeError for
/// what is no T. For T = void every reply but an error will do.
template <class T>
class TypedPendingReply final : public PendingReply {
public:
    explicit TypedPendingReply(std::string_view command) : command_(command) {}

    Deferred<T> get_deferred() { return promise_.get_deferred(); }

    std::string_view command() const override { return command_; }
    bool abandoned() const override { return promise_.called(); }

    void deliver(Reply&& reply) override {
        if (reply.is_error()) {
            promise_.errback(ResponseError(command_, reply.text()));
        } else if constexpr (std::is_void_v<T>) {
            promise_.callback();
        } else if constexpr (std::is_same_v<T, Reply>) {
            promise_.callback(std::move(reply));
        } else {
            std::optional<T> value;
            std::exception_ptr error;
            try {
                value.emplace(std::move(reply).template as<T>(command_));
            } catch (...) {
                error = std::current_exception();
            }
            // Outside of the try block: what the waiting coroutine throws is none of our business.
            if (value) {
                promise_.callback(std::move(*value));
            } else {
                promise_.errback(std::move(error));
            }
        }
    }

    void fail(std::exception_ptr error) override { promise_.errback(std::move(error)); }

private:
    Promise<T> promise_;
    std::string command_;
};

}  // namespace cyclone::redis
