#pragma once

#include <algorithm>
#include <new>
#include <utility>

#include <hiredis/hiredis.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace cyclone::redis {
namespace detail {

/// Puts a value where hiredis has arrived in the tree of the reply, and returns its address. Null,
/// which hiredis takes for "out of memory", instead of an exception: no exception may pass through
/// C.
template <class Make>
void* place_reply(const ::redisReadTask* task, Make make) noexcept {
    try {
        if (task->parent == nullptr) {
            Reply* root = static_cast<Reply*>(task->privdata);
            *root = make();
            return root;
        }
        // Grown as elements arrive, not to the announced length, which a hostile server could make
        // up. The address of an array under construction stays valid: its siblings come only after
        // it is complete.
        return &static_cast<Reply*>(task->parent->obj)->elements().emplace_back(make());
    } catch (...) {
        return nullptr;
    }
}

// hiredis 1.0 added members, all null here because RESP2 has no use for them, and made the int of
// createArray a size_t.
inline ::redisReplyObjectFunctions make_reply_functions() {
    ::redisReplyObjectFunctions functions{};
    functions.createString = [](const ::redisReadTask* task, char* text, std::size_t length) {
        return place_reply(task, [&] {
            std::string copy(text, length);
            switch (task->type) {
                case REDIS_REPLY_STATUS:
                    return Reply::status(std::move(copy));
                case REDIS_REPLY_ERROR:
                    return Reply::error(std::move(copy));
                default:
                    return Reply::string(std::move(copy));
            }
        });
    };
    functions.createArray = [](const ::redisReadTask* task, auto count) {
        return place_reply(task, [&] {
            constexpr std::size_t trusted = 1024;
            std::vector<Reply> elements;
            elements.reserve(std::min(trusted, static_cast<std::size_t>(count)));
            return Reply::array(std::move(elements));
        });
    };
    functions.createInteger = [](const ::redisReadTask* task, long long value) {
        return place_reply(task, [&] { return Reply::integer(value); });
    };
    functions.createNil = [](const ::redisReadTask* task) {
        return place_reply(task, [] { return Reply(); });
    };
    functions.freeObject = [](void*) {};
    return functions;
}

inline ::redisReplyObjectFunctions* reply_functions() {
    static ::redisReplyObjectFunctions functions = make_reply_functions();
    return &functions;
}

}  // namespace detail

CYCLONE_INLINE void ReplyReader::Free::operator()(::redisReader* reader) const noexcept {
    ::redisReaderFree(reader);
}

CYCLONE_INLINE ReplyReader::ReplyReader() : root_(std::make_unique<Reply>()) { reset(); }

CYCLONE_INLINE void ReplyReader::reset() {
    reader_.reset(::redisReaderCreateWithFunctions(detail::reply_functions()));
    if (!reader_) {
        throw std::bad_alloc();
    }
    reader_->privdata = root_.get();
    // hiredis gives an empty buffer above this size back to the heap with every feed.
    reader_->maxbuf = 256 * 1024;
}

CYCLONE_INLINE void ReplyReader::feed(std::string_view bytes) {
    ::redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

CYCLONE_INLINE ReplyReader::Result ReplyReader::next(Reply& reply) {
    void* root = nullptr;
    if (::redisReaderGetReply(reader_.get(), &root) != REDIS_OK) {
        return Result::protocol_error;
    }
    if (root == nullptr) {
        return Result::incomplete;
    }
    reply = std::move(*root_);
    return Result::reply;
}

CYCLONE_INLINE std::string ReplyReader::error() const { return reader_->errstr; }

}  // namespace cyclone::redis
