#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace cyclone::testing {

/// Chance that comes back: from one seed the same numbers, each time and on each machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : seed_(seed), engine_(seed) {}

    std::uint64_t seed() const { return seed_; }
    /// From 0 to `bound` - 1; `bound` is at least 1.
    std::size_t below(std::size_t bound) {
        // Not std::uniform_int_distribution, which differs from library to library.
        return static_cast<std::size_t>(engine_() % bound);
    }
    /// Once in `n` times.
    bool one_in(std::size_t n) { return below(n) == 0; }

private:
    std::uint64_t seed_;
    std::mt19937_64 engine_;
};

/// What for_each_seed() throws; what() says what failed, and how to see it again.
struct SeedFailure : std::runtime_error {
    SeedFailure(std::uint64_t failed, const std::string& why)
        : std::runtime_error("it fails again with CYCLONE_SEED=" + std::to_string(failed) + ": " +
                             why),
          seed(failed) {}
    std::uint64_t seed;
};

/// Calls `run` with chance from `count` seeds, 1, 2, ..., until it throws, or gives false: then
/// throws SeedFailure, which names the seed.
///
/// With CYCLONE_SEED=7 in the environment it is called for that seed alone, and with
/// CYCLONE_SEED=new for seeds that nobody has tried yet.
///
///     testing::for_each_seed(100, [&](testing::Random& random) {
///         testing::HTTPClient client(application);
///         client.split_by(random);
///         ...
///     });
inline void for_each_seed(std::size_t count, const std::function<bool(Random&)>& run) {
    std::uint64_t first = 1;
    const char* const wanted = std::getenv("CYCLONE_SEED");
    if (wanted != nullptr && std::string_view(wanted) == "new") {
        std::random_device device;
        first = (std::uint64_t{device()} << 32) + device();
    } else if (wanted != nullptr && *wanted != '\0') {
        const std::string_view text(wanted);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), first);
        if (error != std::errc() || end != text.data() + text.size()) {
            throw std::invalid_argument("CYCLONE_SEED=" + std::string(text) +
                                        ": a seed is a whole number, or new");
        }
        count = 1;
    }
    for (std::uint64_t seed = first; seed - first < count; ++seed) {
        Random random(seed);
        bool good = false;
        try {
            good = run(random);
        } catch (const std::exception& error) {
            throw SeedFailure(seed, error.what());
        }
        if (!good) {
            throw SeedFailure(seed, "the run gave false");
        }
    }
}
/// The same for a function that only throws.
template <class F>
requires std::is_void_v<std::invoke_result_t<F&, Random&>>
void for_each_seed(std::size_t count, F run) {
    const std::function<bool(Random&)> checked = [&run](Random& random) {
        run(random);
        return true;
    };
    for_each_seed(count, checked);
}

}  // namespace cyclone::testing
