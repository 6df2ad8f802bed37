#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace cyclone::detail {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool under_address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool under_address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool under_address_sanitizer = false;
#endif

/// Recycles coroutine frames and other small, short-lived blocks of one thread.
///
/// A block may be given back on another thread than it came from: it then joins that thread's free
/// list. At most `kept_per_class` blocks of each size are kept. Under the address sanitizer nothing
/// is recycled, so that a frame that is used after its end is seen.
class FrameAllocator {
public:
    static void* allocate(std::size_t size) {
        if constexpr (!under_address_sanitizer) {
            const std::size_t index = class_of(size);
            if (index < class_count) {
                Block*& head = lists_of_this_thread()[index];
                Block* block = head;
                if (block->next != nullptr) [[likely]] {
                    head = block->next;
                    return block;
                }
                return ::operator new((index + 1) * granule);
            }
        }
        return ::operator new(size);
    }

    static void deallocate(void* pointer, std::size_t size) noexcept {
        if constexpr (!under_address_sanitizer) {
            const std::size_t index = class_of(size);
            if (index < class_count) {
                Block*& head = lists_of_this_thread()[index];
                if (head->depth < kept_per_class || open_lists()) [[likely]] {
                    // Read again: it may have been opened.
                    head = ::new (pointer) Block{head, head->depth + 1};
                    return;
                }
            }
        }
        ::operator delete(pointer);
    }

private:
    static constexpr std::size_t granule = 64;
    static constexpr std::size_t class_count = 64;
    static constexpr std::size_t kept_per_class = 256;

    struct Block {
        Block* next;
        std::size_t depth;
    };
    static_assert(sizeof(Block) <= granule);

    // The ends of the lists: of one that takes blocks, and of one that does not, as before the
    // first block of a thread came back and after its end.
    static inline constinit Block bottom{nullptr, 0};
    static inline constinit Block closed{nullptr, kept_per_class};

    using FreeLists = std::array<Block*, class_count>;

    static constexpr FreeLists closed_lists() {
        FreeLists lists{};
        lists.fill(&closed);
        return lists;
    }
    static FreeLists& lists_of_this_thread() {
        static constinit thread_local FreeLists lists = closed_lists();
        return lists;
    }

    /// Opens this thread's lists, the first time. Gives false when they are open, and full, or when
    /// the thread ends.
    [[gnu::noinline, gnu::cold]] static bool open_lists() noexcept {
        static constinit thread_local bool opened = false;
        struct Closer {
            FreeLists& lists;
            explicit Closer(FreeLists& to_close) : lists(to_close) { lists.fill(&bottom); }
            ~Closer() {
                for (Block*& head : lists) {
                    while (head->next != nullptr) {
                        Block* block = head;
                        head = block->next;
                        ::operator delete(block);
                    }
                    head = &closed;
                }
            }
        };
        if (opened) {
            return false;
        }
        opened = true;
        static thread_local Closer closer(lists_of_this_thread());
        return true;
    }

    static constexpr std::size_t class_of(std::size_t size) { return (size - 1) / granule; }
};

/// FrameAllocator with the interface of a standard allocator.
template <class T>
struct RecyclingAllocator {
    using value_type = T;

    RecyclingAllocator() = default;
    template <class U>
    RecyclingAllocator(const RecyclingAllocator<U>&) noexcept {}

    T* allocate(std::size_t count) {
        return static_cast<T*>(FrameAllocator::allocate(count * sizeof(T)));
    }
    void deallocate(T* pointer, std::size_t count) noexcept {
        FrameAllocator::deallocate(pointer, count * sizeof(T));
    }
    template <class U>
    bool operator==(const RecyclingAllocator<U>&) const noexcept {
        return true;
    }
};

}  // namespace cyclone::detail
