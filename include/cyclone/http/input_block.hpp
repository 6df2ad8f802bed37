#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cyclone::http {

class ExchangePool;

/// A buffer that bytes of the client are read into, lent by an ExchangePool while somebody needs what is in it.
/// Its address and contents are stable; only behind `filled` may be written. One thread.
class InputBlock {
public:
    InputBlock(const InputBlock&) = delete;
    InputBlock& operator=(const InputBlock&) = delete;

    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t free_space() const noexcept { return capacity_ - filled; }
    bool shared() const noexcept { return references_ > 1; }

    std::size_t filled = 0;

private:
    friend class ExchangePool;
    friend class InputBlockPtr;

    InputBlock(ExchangePool& pool, std::size_t capacity) : pool_(pool), capacity_(capacity) {}
    ~InputBlock() = default;

    ExchangePool& pool_;
    std::size_t capacity_;
    std::uint32_t references_ = 0;
};

/// Owns a part of an InputBlock.
class InputBlockPtr {
public:
    InputBlockPtr() = default;
    explicit InputBlockPtr(InputBlock& block) noexcept : block_(&block) { ++block.references_; }
    InputBlockPtr(const InputBlockPtr& other) noexcept : block_(other.block_) {
        if (block_ != nullptr) {
            ++block_->references_;
        }
    }
    InputBlockPtr(InputBlockPtr&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    InputBlockPtr& operator=(InputBlockPtr other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~InputBlockPtr() { reset(); }

    void reset() noexcept;
    InputBlock* operator->() const noexcept { return block_; }
    InputBlock& operator*() const noexcept { return *block_; }
    explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    InputBlock* block_ = nullptr;
};

}  // namespace cyclone::http
