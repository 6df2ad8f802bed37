#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
    /// The Pipeline will not touch it again.
    virtual void release() noexcept { delete this; }

    // One of these is made for each command.
    static void* operator new(std::size_t size) {
        return cyclone::detail::FrameAllocator::allocate(size);
    }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        cyclone::detail::FrameAllocator::deallocate(pointer, size);
    }
};

struct ReleasePendingReply {
    ReleasePendingReply() = default;
    // So that std::make_unique can make one.
    template <class P>
    ReleasePendingReply(std::default_delete<P>) noexcept {}
    void operator()(PendingReply* pending) const noexcept { pending->release(); }
};
using PendingReplyPtr = std::unique_ptr<PendingReply, ReleasePendingReply>;

/// Fires a Deferred<T> with the reply, converted; with ResponseError for an error, TypeError for
/// what is no T. For T = void every reply but an error will do.
///
/// It is the core of that Deferred as well, so that a command costs one block, which is recycled.
template <class T>
class TypedPendingReply final : public PendingReply, private cyclone::detail::Core<T> {
    using Core = cyclone::detail::Core<T>;

public:
    using Ptr = std::unique_ptr<TypedPendingReply, ReleasePendingReply>;

    static Ptr make(std::string_view command) { return Ptr(new TypedPendingReply(command)); }

    /// Once.
    Deferred<T> get_deferred() {
        return cyclone::detail::DeferredAccess::make<T>(
            cyclone::detail::CorePtr<Core>::share(this));
    }

    std::string_view command() const override { return {name_.data(), name_size_}; }
    bool abandoned() const override { return this->fired(); }

    void deliver(Reply&& reply) override {
        if (this->fired()) {
            return;
        }
        if (reply.is_error()) {
            this->set_error(std::make_exception_ptr(ResponseError(command(), reply.text())));
        } else if constexpr (std::is_void_v<T>) {
            this->set_value(cyclone::detail::Unit{});
        } else if (!take_text(reply)) {
            try {
                this->set_value(std::move(reply).template as<T>(command()));
            } catch (...) {
                this->set_error(std::current_exception());
            }
        }
        this->resume_waiter();
    }

    void fail(std::exception_ptr error) override {
        if (!this->fired()) {
            this->set_error(std::move(error));
            this->resume_waiter();
        }
    }

    void release() noexcept override {
        if (!this->fired() && this->references() > 1) {
            fail(std::make_exception_ptr(BrokenPromise()));
        }
        Core::release();
    }

private:
    explicit TypedPendingReply(std::string_view command) {
        name_size_ = static_cast<std::uint8_t>(command.copy(name_.data(), name_.size()));
    }

    /// The short way for what most commands answer with; false where that is not it.
    bool take_text(Reply& reply) {
        if constexpr (std::is_same_v<T, std::string> ||
                      std::is_same_v<T, std::optional<std::string>>) {
            if (reply.is_text()) {
                this->set_value(std::move(reply.text()));
                return true;
            }
        }
        return false;
    }

    void destroy() noexcept override {
        this->clear();
        delete this;
    }
    void on_cancel() override {
        this->set_error(std::make_exception_ptr(CancelledError()));
        this->resume_waiter();
    }

    // Not a std::string, which would allocate for the longer names. One that is longer still is cut
    // in messages.
    std::uint8_t name_size_;
    std::array<char, 31> name_;
};

}  // namespace cyclone::redis
