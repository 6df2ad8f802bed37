#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <unordered_set>
#include <vector>

#include <cyclone/http/exchange.hpp>
#include <cyclone/http/input_block.hpp>

namespace cyclone::http {

/// Lends exchanges and input blocks, with the memory that they have grown, to connections with a message in flight.
///
/// It lives until its owner has left it and all that it lent has come back: a handler may outlive its server.
class ExchangePool {
public:
    static constexpr std::size_t block_size = 16 * 1024 - 64;

    struct Leaver {
        void operator()(ExchangePool* pool) const noexcept {
            pool->owned_ = false;
            pool->end_if_alone();
        }
    };
    using Owner = std::unique_ptr<ExchangePool, Leaver>;
    static Owner make() { return Owner(new ExchangePool); }

    ExchangePool(const ExchangePool&) = delete;
    ExchangePool& operator=(const ExchangePool&) = delete;

    ExchangePtr lend_exchange() {
        ++lent_;
        Exchange* exchange = nullptr;
        if (exchanges_.empty()) {
            exchange = new Exchange(*this);
        } else {
            exchange = exchanges_.back().release();
            exchanges_.pop_back();
        }
        return ExchangePtr(*exchange);
    }

    /// A block of at least `size` bytes, empty.
    InputBlockPtr lend_block(std::size_t size = block_size) {
        ++lent_;
        if (size <= block_size && !blocks_.empty()) {
            InputBlock* block = blocks_.back();
            blocks_.pop_back();
            block->filled = 0;
            return InputBlockPtr(*block);
        }
        const std::size_t capacity = size < block_size ? block_size : size;
        void* memory = ::operator new(sizeof(InputBlock) + capacity);
        return InputBlockPtr(*::new (memory) InputBlock(*this, capacity));
    }

    /// Those that an exchange may ask after its answer.
    void add_connection(ServerConnection& connection) { connections_.insert(&connection); }
    void remove_connection(ServerConnection& connection) { connections_.erase(&connection); }
    bool has_connection(ServerConnection* connection) const {
        return connections_.contains(connection);
    }

private:
    friend class ExchangePtr;
    friend class InputBlockPtr;

    // What is kept for the next; a wave of requests does not hold its memory for ever.
    static constexpr std::size_t most_kept_exchanges = 256;
    static constexpr std::size_t most_kept_blocks = 128;
    static constexpr std::size_t most_kept_text = 64 * 1024;

    ExchangePool() = default;
    ~ExchangePool() {
        for (InputBlock* block : blocks_) {
            destroy(block);
        }
    }

    static void destroy(InputBlock* block) noexcept {
        block->~InputBlock();
        ::operator delete(block);
    }

    void give_back(InputBlock* block) noexcept {
        if (block->capacity_ == block_size && blocks_.size() < most_kept_blocks && owned_) {
            blocks_.push_back(block);
        } else {
            destroy(block);
        }
        --lent_;
        end_if_alone();
    }
    void give_back(Exchange* exchange) noexcept;

    void end_if_alone() noexcept {
        if (!owned_ && lent_ == 0) {
            delete this;
        }
    }

    std::vector<std::unique_ptr<Exchange>> exchanges_;
    std::vector<InputBlock*> blocks_;
    std::unordered_set<ServerConnection*> connections_;
    std::size_t lent_ = 0;
    bool owned_ = true;
};

inline void InputBlockPtr::reset() noexcept {
    if (InputBlock* block = std::exchange(block_, nullptr)) {
        if (--block->references_ == 0) {
            block->pool_.give_back(block);
        }
    }
}

inline ExchangePtr::ExchangePtr(Exchange& exchange) noexcept : exchange_(&exchange) {
    ++exchange.references_;
}
inline ExchangePtr::ExchangePtr(const ExchangePtr& other) noexcept : exchange_(other.exchange_) {
    if (exchange_ != nullptr) {
        ++exchange_->references_;
    }
}
inline void ExchangePtr::reset() noexcept {
    if (Exchange* exchange = std::exchange(exchange_, nullptr)) {
        if (--exchange->references_ == 0) {
            exchange->pool_.give_back(exchange);
        }
    }
}

inline void ExchangePool::give_back(Exchange* exchange) noexcept {
    // The delegate's destructor may still look at the request.
    exchange->references_ = 1;
    exchange->delegate_.reset();
    exchange->references_ = 0;
    // A head that is refused leaves the rest as it is here.
    exchange->request.clear();
    exchange->response.status = 200;
    exchange->response.reason.clear();
    exchange->response.headers.clear();
    exchange->response.body.clear();
    exchange->head_bytes_.reset();
    exchange->body_bytes_.clear();
    exchange->body_size_ = 0;
    exchange->keep_alive_ = true;
    exchange->head_sent_ = false;
    exchange->finished_ = false;
    exchange->upgrade_requested_ = false;
    const bool small = exchange->response.body.capacity() <= most_kept_text &&
                       exchange->body_bytes_.capacity() <= most_kept_text;
    if (owned_ && small && exchanges_.size() < most_kept_exchanges) {
        exchanges_.emplace_back(exchange);
    } else {
        delete exchange;
    }
    --lent_;
    end_if_alone();
}

}  // namespace cyclone::http
