#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cyclone::httpclient {

struct PoolLimits {
    /// Connections, idle ones too.
    std::size_t connections = 100;
    std::size_t connections_per_host = 10;
    std::chrono::nanoseconds idle = std::chrono::seconds(60);
};

/// Decides who gets which connection; does no I/O and looks at no clock.
///
/// Requests wait with a ticket, and the one that came first goes first, but for those whose own
/// host has all the connections that it may: they hold nobody up. A connection that became idle
/// last is used again first, for it is the least likely to have been closed. When all places are
/// taken, the connection that has been idle longest, of whatever host, makes room.
template <class Connection>
class ConnectionPool {
public:
    using Ticket = std::uint64_t;
    using Time = std::chrono::nanoseconds;

    struct Grant {
        Ticket ticket;
        /// Nothing: a new one is to be made.
        std::optional<Connection> connection;
    };

    explicit ConnectionPool(PoolLimits limits) : limits_(limits) {
        limits_.connections = std::max<std::size_t>(limits_.connections, 1);
        limits_.connections_per_host = std::max<std::size_t>(limits_.connections_per_host, 1);
    }

    /// Enters the queue for a connection to `host`.
    Ticket enqueue(const std::string& host) {
        const Ticket ticket = next_ticket_++;
        Host& entry = hosts_[host];
        entry.waiting.push_back(ticket);
        update(host, entry);
        return ticket;
    }
    /// Leaves the queue, where it still stands in it.
    void abandon(const std::string& host, Ticket ticket) {
        const auto found = hosts_.find(host);
        if (found != hosts_.end() && std::erase(found->second.waiting, ticket) > 0) {
            update(host, found->second);
        }
    }

    /// The next who is to have a connection, until there is nobody. What has to be closed for that
    /// comes into `closed`.
    std::optional<Grant> next(std::vector<Connection>& closed) {
        if (ready_.empty() || (size_ >= limits_.connections && idle_count_ == 0)) {
            return std::nullopt;
        }
        return grant(std::string(ready_.begin()->second), closed);
    }

    /// A granted connection is free again, and can be used again.
    void give_back(const std::string& host, Connection connection, Time now) {
        Host& entry = hosts_[host];
        --entry.busy;
        ++idle_count_;
        entry.idle.push_back({std::move(connection), now + limits_.idle});
        update(host, entry);
    }
    /// A granted connection is gone, or was never made.
    void lose(const std::string& host) {
        Host& entry = hosts_[host];
        --entry.busy;
        --size_;
        update(host, entry);
    }

    /// The connections that have been idle too long.
    std::vector<Connection> take_expired(Time now) {
        std::vector<Connection> expired;
        for (auto entry = hosts_.begin(); entry != hosts_.end();) {
            const auto next_entry = std::next(entry);
            auto& idle = entry->second.idle;
            while (!idle.empty() && idle.front().until <= now) {
                expired.push_back(take_oldest(entry->second));
            }
            update(entry->first, entry->second);
            entry = next_entry;
        }
        return expired;
    }
    /// When take_expired() has something to do; nothing while no connection is idle.
    std::optional<Time> next_expiry() const {
        std::optional<Time> first;
        for (const auto& [host, entry] : hosts_) {
            if (!entry.idle.empty() && (!first || entry.idle.front().until < *first)) {
                first = entry.idle.front().until;
            }
        }
        return first;
    }

    std::size_t size() const { return size_; }
    std::size_t idle() const { return idle_count_; }

private:
    struct Idle {
        Connection connection;
        Time until;
    };
    struct Host {
        /// The one that became idle last is last.
        std::deque<Idle> idle;
        std::deque<Ticket> waiting;
        std::size_t busy = 0;
        /// Under which ready_ has it.
        std::optional<Ticket> ready{};
    };

    std::optional<Grant> grant(const std::string& host, std::vector<Connection>& closed) {
        Host& entry = hosts_[host];
        Grant granted{entry.waiting.front(), std::nullopt};
        entry.waiting.pop_front();
        ++entry.busy;
        if (!entry.idle.empty()) {
            granted.connection.emplace(std::move(entry.idle.back().connection));
            entry.idle.pop_back();
            --idle_count_;
        } else {
            if (size_ >= limits_.connections) {
                close_longest_idle(closed);
            }
            ++size_;
        }
        update(host, entry);
        return granted;
    }

    void close_longest_idle(std::vector<Connection>& closed) {
        auto longest = hosts_.end();
        for (auto entry = hosts_.begin(); entry != hosts_.end(); ++entry) {
            if (!entry->second.idle.empty() &&
                (longest == hosts_.end() ||
                 entry->second.idle.front().until < longest->second.idle.front().until)) {
                longest = entry;
            }
        }
        closed.push_back(take_oldest(longest->second));
        update(longest->first, longest->second);
    }

    Connection take_oldest(Host& entry) {
        Connection connection = std::move(entry.idle.front().connection);
        entry.idle.pop_front();
        --idle_count_;
        --size_;
        return connection;
    }

    /// Last of all that is done to an entry, which may go.
    void update(const std::string& host, Host& entry) {
        std::optional<Ticket> ready;
        if (!entry.waiting.empty() && entry.busy < limits_.connections_per_host) {
            ready = entry.waiting.front();
        }
        if (ready != entry.ready) {
            if (entry.ready) {
                ready_.erase(*entry.ready);
            }
            if (ready) {
                ready_.emplace(*ready, host);
            }
            entry.ready = ready;
        }
        if (entry.waiting.empty() && entry.idle.empty() && entry.busy == 0) {
            // By its place, for `host` may be the entry's own name.
            hosts_.erase(hosts_.find(host));
        }
    }

    PoolLimits limits_;
    std::map<std::string, Host> hosts_;
    /// The first that waits for each host that may have one more connection.
    std::map<Ticket, std::string> ready_;
    Ticket next_ticket_ = 1;
    std::size_t size_ = 0;
    std::size_t idle_count_ = 0;
};

}  // namespace cyclone::httpclient
