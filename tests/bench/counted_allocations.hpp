#pragma once

// Counts what the program asks operator new for. To be included by one file of it.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace bench {

inline std::size_t allocations = 0;

}  // namespace bench

// Not to be inlined: the compiler would see malloc() on one side and operator delete on the other.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++bench::allocations;
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
