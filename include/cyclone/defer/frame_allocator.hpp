#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace cyclone::detail {

/// Recycles coroutine frames and other small, short-lived blocks of one thread.
///
/// A block may be given back on another thread than it came from: it then joins that thread's free list. At most
/// `kept_per_class` blocks of each size are kept. Under the address sanitizer nothing is recycled, so that a
/// frame that is used after its end is seen.
class FrameAllocator {
public:
    static void* allocate(std::size_t size) {
#if !defined(__SANITIZE_ADDRESS__)
        const std::size_t index = class_of(size);
        if (index < class_count) {
            if (FreeLists* lists = FreeLists::of_this_thread()) {
                FreeList& list = lists->lists[index];
                if (list.head != nullptr) {
                    Block* block = list.head;
                    list.head = block->next;
                    --list.length;
                    return block;
                }
            }
            return ::operator new((index + 1) * granule);
        }
#endif
        return ::operator new(size);
    }

    static void deallocate(void* pointer, std::size_t size) noexcept {
#if !defined(__SANITIZE_ADDRESS__)
        const std::size_t index = class_of(size);
        if (index < class_count) {
            if (FreeLists* lists = FreeLists::of_this_thread()) {
                FreeList& list = lists->lists[index];
                if (list.length < kept_per_class) {
                    list.head = ::new (pointer) Block{list.head};
                    ++list.length;
                    return;
                }
            }
        }
#else
        static_cast<void>(size);
#endif
        ::operator delete(pointer);
    }

private:
    static constexpr std::size_t granule = 64;
    static constexpr std::size_t class_count = 64;
    static constexpr std::size_t kept_per_class = 256;

    struct Block {
        Block* next;
    };
    struct FreeList {
        Block* head = nullptr;
        std::size_t length = 0;
    };

    struct FreeLists {
        std::array<FreeList, class_count> lists{};

        FreeLists() = default;
        FreeLists(const FreeLists&) = delete;
        FreeLists& operator=(const FreeLists&) = delete;
        ~FreeLists() {
            for (FreeList& list : lists) {
                while (list.head != nullptr) {
                    Block* next = list.head->next;
                    ::operator delete(list.head);
                    list.head = next;
                }
            }
        }

        // Null once the thread's own objects are being destroyed: what is freed later goes to the heap.
        static FreeLists* of_this_thread() {
            static constinit thread_local FreeLists* lists = nullptr;
            static constinit thread_local bool ended = false;
            if (lists == nullptr && !ended) {
                struct Owner {
                    FreeLists own;
                    Owner() { lists = &own; }
                    ~Owner() {
                        lists = nullptr;
                        ended = true;
                    }
                };
                static thread_local Owner owner;
                lists = &owner.own;
            }
            return lists;
        }
    };

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
