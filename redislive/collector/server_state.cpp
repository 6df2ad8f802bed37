#include <redislive/collector/server_state.hpp>

#include <utility>

#include <redislive/collector/microseconds.hpp>

namespace redislive {

namespace {

using namespace std::chrono_literals;

constexpr cyclone::redis::BackoffOptions lost_delays{
    .initial = 50ms, .longest = 1s, .factor = 2.0, .jitter = 0.2};
constexpr cyclone::redis::BackoffOptions refused_delays{
    .initial = 500ms, .longest = 5s, .factor = 2.0, .jitter = 0.2};

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

}  // namespace

ServerState::ServerState(std::int64_t now, std::uint64_t seed)
    : lost_backoff_(lost_delays, seed), refused_backoff_(refused_delays, seed) {
    status_.since = now / microseconds_per_second;
    status_.updated_at = status_.since;
}

void ServerState::answered(std::int64_t now, std::chrono::nanoseconds latency, bool loading) {
    lost_backoff_.reset();
    refused_backoff_.reset();
    if (loading) {
        set(now, "waiting", "LOADING Redis is loading the dataset in memory");
    } else {
        set(now, "ok", std::nullopt);
    }
    status_.retry_at.reset();
    status_.latency_ms = std::chrono::duration<double, std::milli>(latency).count();
}

void ServerState::silent(std::int64_t now, std::chrono::seconds silence) {
    // Not how long by now: that would be another reason each second.
    set(now, "lost", "it has given no answer for " + std::to_string(silence.count()) + " s");
    status_.retry_at.reset();
    status_.latency_ms.reset();
}

void ServerState::busy(std::int64_t now, std::string reason) {
    set(now, "waiting", std::move(reason));
    status_.retry_at.reset();
    status_.latency_ms.reset();
}

std::chrono::milliseconds ServerState::lost(std::int64_t now, std::string reason) {
    set(now, "lost", std::move(reason));
    return retry(now, lost_backoff_);
}

std::chrono::milliseconds ServerState::refused(std::int64_t now, std::string reason) {
    set(now, "refused", std::move(reason));
    return retry(now, refused_backoff_);
}

std::chrono::milliseconds ServerState::not_ready(std::int64_t now, std::string reason) {
    set(now, "waiting", std::move(reason));
    return retry(now, lost_backoff_);
}

bool ServerState::take_changed() { return std::exchange(changed_, false); }

void ServerState::set(std::int64_t now, std::string_view state, std::optional<std::string> reason) {
    if (status_.state != state) {
        status_.state = state;
        status_.since = now / microseconds_per_second;
        changed_ = true;
    }
    if (status_.reason != reason) {
        status_.reason = std::move(reason);
        changed_ = true;
    }
    status_.updated_at = now / microseconds_per_second;
}

std::chrono::milliseconds ServerState::retry(std::int64_t now, cyclone::redis::Backoff& backoff) {
    const std::chrono::milliseconds delay = backoff.next();
    const std::int64_t at = now + std::chrono::microseconds(delay).count();
    status_.retry_at = (at + microseconds_per_second - 1) / microseconds_per_second;
    status_.latency_ms.reset();
    return delay;
}

std::string server_words(std::string_view error, std::string_view address) {
    std::string_view words = error;
    take_prefix(words, "redis: ");
    if (take_prefix(words, address)) {
        take_prefix(words, ": ");
    }
    for (const std::string_view prefix :
         {"MONITOR: ", "INFO: ", "it cannot be reached: ", "it is not ready: "}) {
        take_prefix(words, prefix);
    }
    constexpr std::string_view refusal = "it refuses ";
    if (take_prefix(words, refusal)) {
        const std::size_t colon = words.find(": ");
        words.remove_prefix(colon == std::string_view::npos ? 0 : colon + 2);
    }
    return std::string(words);
}

}  // namespace redislive
