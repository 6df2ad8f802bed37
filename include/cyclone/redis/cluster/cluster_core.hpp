#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/reactor.hpp>
#include <cyclone/redis/cluster/options.hpp>
#include <cyclone/redis/cluster/redirection.hpp>
#include <cyclone/redis/cluster/slot_map.hpp>
#include <cyclone/redis/command_words.hpp>
#include <cyclone/redis/connection_core.hpp>

namespace cyclone::redis::detail {

/// The connections to the nodes of a cluster, and the commands that are between two of them.
///
/// What a reply means is decided by redirection_of(), who has a slot by SlotMap; this sends, waits
/// and loads the map.
class ClusterCore : public std::enable_shared_from_this<ClusterCore> {
public:
    static std::shared_ptr<ClusterCore> make(ClusterOptions options);

    /// Sends an encoded command to who has its keys; any master where it has none.
    void execute(std::string bytes, PendingReplyPtr waiter);
    /// Sends it to one node, whatever its keys are.
    void execute_on(const Endpoint& node, std::string bytes, PendingReplyPtr waiter);

    /// The connection to who has `slot`; null when nobody has it.
    std::shared_ptr<ConnectionCore> core_of(std::uint16_t slot);

    /// Fires when there is a slot map.
    Deferred<> ready();
    const SlotMap& map() const { return map_; }
    const ClusterOptions& options() const { return options_; }
    /// How often the map has been loaded.
    std::uint64_t loads() const { return loads_; }

    /// Has the map loaded, at once or when a loading that is under way has ended.
    void want_map();

    void close(std::string_view reason);

private:
    using Clock = Pipeline::Clock;

    /// A command on its way, which may need several attempts.
    struct Command {
        std::string bytes;
        PendingReplyPtr waiter;
        Clock::time_point deadline;
        Clock::time_point due{};
        std::optional<std::uint16_t> slot;
        std::optional<Endpoint> fixed;
        std::uint16_t redirections = 0;
        std::uint16_t attempts = 0;
        bool reads = false;
        bool repeatable = false;
        bool ran = false;  // perhaps
    };
    class Sent;
    using Node = std::shared_ptr<ConnectionCore>;

    explicit ClusterCore(ClusterOptions options);

    void start();
    Command prepared(std::string bytes, PendingReplyPtr waiter);
    void dispatch(Command command);
    void send(Command command, const Endpoint& to, bool asking);
    Endpoint node_for(const Command& command, const Endpoint& master);
    const Node& node(const Endpoint& endpoint);

    void answered(Command command, Reply&& reply, const Endpoint& by);
    void failed(Command command, const std::exception_ptr& error, const Node& by);
    void later(Command command);
    void tick();
    void arm_timer();
    void expire(Command command);

    static Deferred<> load(std::shared_ptr<ClusterCore> self);
    Deferred<> load_from(Endpoint from);
    void loaded(SlotMap map);
    void not_loaded();
    void drop_strangers();
    std::vector<Endpoint> whom_to_ask();

    ClusterOptions options_;
    reactor::Reactor& reactor_;
    SlotMap map_;
    std::map<Endpoint, Node> nodes_;
    std::vector<Node> leaving_;
    std::deque<Command> later_;
    std::vector<Promise<>> waiting_for_map_;
    reactor::DelayedCall timer_;
    reactor::DelayedCall refresh_timer_;
    std::string last_error_;
    std::exception_ptr refusal_;
    std::uint64_t loads_ = 0;
    std::size_t turn_ = 0;
    std::uint16_t failures_ = 0;
    bool loading_ = false;
    bool wanted_ = false;
    bool closed_ = false;
};

}  // namespace cyclone::redis::detail

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/redis_cluster_core.ipp>
#include <cyclone/impl/redis_cluster_map_loading.ipp>
#endif
