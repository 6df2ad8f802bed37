#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include <cyclone/httpclient/async_http_client.hpp>
#include <cyclone/httpclient/connection.hpp>
#include <cyclone/httpclient/connection_pool.hpp>
#include <cyclone/httpclient/redirect.hpp>
#include <cyclone/httpclient/request_head.hpp>
#include <cyclone/httpclient/round_trip.hpp>
#include <cyclone/httpclient/url.hpp>
#include <cyclone/httputil/status.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httpclient::detail {

/// A place among the connections of a client, given back when it goes.
class Lease {
public:
    Lease(std::shared_ptr<ClientState> state, std::string host,
          std::shared_ptr<Connection> idle_connection)
        : connection(std::move(idle_connection)),
          state_(std::move(state)),
          host_(std::move(host)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    /// The connection is as good as new.
    void give_back();

    /// Null when one is to be made.
    std::shared_ptr<Connection> connection;

private:
    std::shared_ptr<ClientState> state_;
    std::string host_;
};

/// What the fetches of a client have in common.
class ClientState : public std::enable_shared_from_this<ClientState> {
public:
    explicit ClientState(ClientOptions client_options)
        : options(std::move(client_options)),
          reactor_(reactor::current()),
          pool_({.connections = options.max_clients,
                 .connections_per_host = options.max_clients_per_host,
                 .idle = options.idle_timeout}) {}

    /// Fires when there is a place. Cancelled, it leaves the queue.
    Deferred<Lease> acquire(const std::string& host) {
        const auto ticket = pool_.enqueue(host);
        auto& promise =
            waiting_
                .emplace(ticket, Promise<Lease>([weak = weak_from_this(), host, ticket] {
                             if (const auto state = weak.lock()) {
                                 state->pool_.abandon(host, ticket);
                                 state->waiting_.erase(ticket);
                             }
                         }))
                .first->second.promise;
        waiting_.at(ticket).host = host;
        auto deferred = promise.get_deferred();
        hand_out();
        return deferred;
    }

    void give_back(const std::string& host, std::shared_ptr<Connection> connection) {
        if (closed_ || options.idle_timeout.count() <= 0) {
            pool_.lose(host);
        } else {
            pool_.give_back(host, std::move(connection), reactor_.seconds());
            watch_idle();
        }
        hand_out();
    }
    void lose(const std::string& host) {
        pool_.lose(host);
        hand_out();
    }

    void close() {
        closed_ = true;
        sweep_.cancel();
        pool_.take_expired(std::chrono::nanoseconds::max());
        reactor_.release(this);
    }
    std::size_t idle() const { return pool_.idle(); }

    ssl::ClientContext tls_context(const HTTPRequest& request) {
        const auto key = std::make_tuple(request.validate_cert, request.ca_certs,
                                         request.client_cert, request.client_key);
        auto found = tls_.find(key);
        if (found == tls_.end()) {
            found = tls_.emplace(key, ssl::ClientContext({.verify = request.validate_cert,
                                                          .authorities = request.ca_certs,
                                                          .certificate = request.client_cert,
                                                          .private_key = request.client_key}))
                        .first;
        }
        return found->second;
    }

    const ClientOptions options;

private:
    struct Waiting {
        explicit Waiting(Promise<Lease> fired) : promise(std::move(fired)) {}
        Promise<Lease> promise;
        std::string host{};
    };

    void hand_out() {
        // Who gets a lease runs inside of this, and may come here again.
        if (std::exchange(handing_out_, true)) {
            return;
        }
        const auto self = shared_from_this();
        std::vector<std::shared_ptr<Connection>> closed;
        while (auto grant = pool_.next(closed)) {
            closed.clear();
            auto place = waiting_.extract(grant->ticket);
            Waiting& waiting = place.mapped();
            Lease lease(self, waiting.host, grant->connection.value_or(nullptr));
            waiting.promise.callback(std::move(lease));
        }
        handing_out_ = false;
    }

    void watch_idle() {
        const auto expiry = pool_.next_expiry();
        if (sweep_.active() || !expiry) {
            return;
        }
        sweep_ = reactor_.call_later(*expiry - reactor_.seconds(), [weak = weak_from_this()] {
            if (const auto state = weak.lock()) {
                state->pool_.take_expired(state->reactor_.seconds());
                state->watch_idle();
            }
        });
    }

    reactor::Reactor& reactor_;
    ConnectionPool<std::shared_ptr<Connection>> pool_;
    std::map<std::uint64_t, Waiting> waiting_;
    std::map<std::tuple<bool, std::string, std::string, std::string>, ssl::ClientContext> tls_;
    reactor::DelayedCall sweep_;
    bool handing_out_ = false;
    bool closed_ = false;
};

inline Lease::~Lease() {
    if (state_) {
        const auto state = std::move(state_);
        connection.reset();
        state->lose(host_);
    }
}

inline void Lease::give_back() {
    const auto state = std::move(state_);
    state->give_back(host_, std::move(connection));
}

/// `20 s`, `250 ms`.
inline std::string in_words(std::chrono::nanoseconds duration) {
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

/// What connections of one request must not be used for another.
inline std::string pool_key(const HTTPRequest& request, const Url& url) {
    std::string key = (url.secure ? "https://" : "http://") + url.authority();
    const auto add = [&key](std::string_view part) {
        key += '\n';
        key += part;
    };
    add(request.network_interface);
    add(request.allow_ipv6 ? "" : "4");
    if (!request.proxy_host.empty()) {
        add(request.proxy_host + ':' + std::to_string(request.proxy_port));
        add(request.proxy_username);
        add(request.proxy_password);
    }
    if (url.secure) {
        add(request.validate_cert ? "" : "unverified");
        add(request.ca_certs);
        add(request.client_cert);
        add(request.client_key);
    }
    return key;
}

/// How far a fetch has come.
struct Progress {
    std::chrono::nanoseconds begun;
    std::chrono::nanoseconds request_begun;
    /// `GET http://host/path`
    std::string what{};
    const char* phase = "";
    TimeInfo time{};
};

inline ConnectPlan make_plan(ClientState& state, const HTTPRequest& request, const Url& url) {
    ConnectPlan plan{.url = url,
                     .host = url.host,
                     .port = url.port,
                     .connect_head = {},
                     .tls = std::nullopt,
                     .allow_ipv6 = request.allow_ipv6,
                     .source_address = request.network_interface};
    if (!request.proxy_host.empty()) {
        plan.host = request.proxy_host;
        plan.port = request.proxy_port;
        if (url.secure) {
            plan.connect_head = make_connect_head(request, url);
        }
    }
    const auto mapped = state.options.hostname_mapping.find(plan.host);
    if (mapped != state.options.hostname_mapping.end()) {
        plan.host = mapped->second;
    }
    if (url.secure) {
        plan.tls = state.tls_context(request);
    }
    return plan;
}

/// A new connection, in connect_timeout.
inline Deferred<std::shared_ptr<Connection>> connect_in_time(ClientState& state,
                                                             const HTTPRequest& request,
                                                             const Url& url,
                                                             const Progress& progress) {
    try {
        auto connecting = connect(make_plan(state, request, url));
        if (request.connect_timeout.count() > 0) {
            connecting = std::move(connecting).add_timeout(request.connect_timeout);
        }
        auto connection = co_await connecting;
        co_return connection;
    } catch (const TimeoutError&) {
        throw HTTPTimeoutError(progress.what + ": no connection within connect_timeout, " +
                               in_words(request.connect_timeout));
    } catch (const HTTPConnectError& error) {
        throw HTTPConnectError(progress.what + ": " + error.what());
    } catch (const ssl::Error& error) {
        throw HTTPConnectError(progress.what + ": " + error.what());
    }
}

inline Deferred<Lease> acquire_in_time(ClientState& state, const HTTPRequest& request,
                                       const Url& url, const Progress& progress) {
    try {
        auto queueing = state.acquire(pool_key(request, url));
        if (!queueing.called() && request.connect_timeout.count() > 0) {
            queueing = std::move(queueing).add_timeout(request.connect_timeout);
        }
        Lease lease = co_await queueing;
        co_return lease;
    } catch (const TimeoutError&) {
        throw HTTPTimeoutError(progress.what +
                               ": no free place among the client's connections within "
                               "connect_timeout, " +
                               in_words(request.connect_timeout));
    }
}

/// One request and its response, over whatever connection.
inline Deferred<RoundTrip> ask(std::shared_ptr<ClientState> state, const HTTPRequest& request,
                               const Url& url, Progress& progress) {
    const auto since = [&progress] { return reactor::current().seconds() - progress.begun; };
    const bool via_proxy = !request.proxy_host.empty() && !url.secure;
    const auto& jar = state->options.cookies;
    const RequestHead head =
        make_request_head(request, url, via_proxy, jar ? jar->get(url) : std::string());
    const ResponseLimits limits{
        .header = state->options.max_header_size,
        .body = request.max_body_size.value_or(state->options.max_body_size)};

    progress.phase = "in the request queue";
    auto queueing = acquire_in_time(*state, request, url, progress);
    Lease lease = co_await queueing;
    progress.time.queue = since();
    progress.request_begun = reactor::current().seconds();
    for (;;) {
        if (lease.connection && !lease.connection->quiet()) {
            lease.connection.reset();
        }
        const bool reused = lease.connection != nullptr;
        if (!reused) {
            progress.phase = "while connecting";
            auto connecting = connect_in_time(*state, request, url, progress);
            lease.connection = co_await connecting;
        }
        progress.time.connect = since();
        progress.time.reused = reused;
        progress.phase = "during request";
        try {
            auto tripping = round_trip(lease.connection, request, head, limits);
            RoundTrip trip = co_await tripping;
            progress.time.starttransfer = trip.first_byte - progress.begun;
            if (trip.reusable) {
                lease.give_back();
            }
            if (jar) {
                for (const auto cookie : trip.head.headers.get_list("Set-Cookie")) {
                    jar->set(url, cookie);
                }
            }
            co_return trip;
        } catch (const ConnectionLost& lost) {
            if (!may_retry(request, reused, lost.started)) {
                throw HTTPStreamClosedError(progress.what + ": " + lost.what());
            }
            lease.connection.reset();
        } catch (const BadResponse& error) {
            throw HTTPClientError(error.code, progress.what + ": " + error.what());
        }
    }
}

inline Deferred<HTTPResponse> follow(std::shared_ptr<ClientState> state, HTTPRequest& request,
                                     Progress& progress) {
    Url url = parse_url(request.url);
    for (;;) {
        progress.what = request.method + " " + url.text();
        auto asking = ask(state, request, url, progress);
        RoundTrip trip = co_await asking;
        if (!trip.redirect) {
            const auto now = reactor::current().seconds();
            progress.time.total = now - progress.begun;
            HTTPResponse response;
            response.code = trip.head.code;
            response.reason = trip.head.reason.empty()
                                  ? std::string(httputil::reason_phrase(trip.head.code))
                                  : std::move(trip.head.reason);
            response.headers = std::move(trip.head.headers);
            response.body = std::move(trip.body);
            response.effective_url = url.text();
            response.request_time = now - progress.request_begun;
            response.time_info = progress.time;
            co_return response;
        }
        try {
            url = apply_redirect(request, url, trip.head);
        } catch (const std::invalid_argument& error) {
            throw HTTPClientError(
                599, progress.what +
                         ": the server redirects to what cannot be fetched: " + error.what());
        }
    }
}

inline Deferred<HTTPResponse> fetch(std::shared_ptr<ClientState> state, HTTPRequest request,
                                    RaiseError raise_error) {
    const auto start_time = std::chrono::system_clock::now();
    Progress progress{.begun = reactor::current().seconds(),
                      .request_begun = reactor::current().seconds()};
    const auto timeout = request.request_timeout;
    auto following = follow(std::move(state), request, progress);
    if (timeout.count() > 0) {
        following = std::move(following).add_timeout(timeout);
    }
    HTTPResponse response;
    try {
        response = co_await following;
    } catch (const TimeoutError&) {
        // One of the request's own functions may have had no time either.
        if (timeout.count() > 0 && reactor::current().seconds() - progress.begun >= timeout) {
            throw HTTPTimeoutError(progress.what + ": timeout " + progress.phase +
                                   ": it took longer than request_timeout, " + in_words(timeout));
        }
        throw;
    }
    response.start_time = start_time;
    if (raise_error == RaiseError::yes && response.code / 100 != 2) {
        const std::string message =
            progress.what + ": HTTP " + std::to_string(response.code) + ": " + response.reason;
        auto answer = std::make_shared<const HTTPResponse>(std::move(response));
        throw HTTPClientError(answer->code, message, answer);
    }
    co_return response;
}

/// The client of a reactor that fetch() uses.
struct SharedClient {
    explicit SharedClient(reactor::Reactor&) {}
    AsyncHTTPClient client;
};

}  // namespace cyclone::httpclient::detail

namespace cyclone::httpclient {

CYCLONE_INLINE AsyncHTTPClient::AsyncHTTPClient(ClientOptions options) {
    auto state = std::make_shared<detail::ClientState>(std::move(options));
    state_ = state;
    reactor::current().keep(std::move(state));
}

CYCLONE_INLINE void AsyncHTTPClient::close() {
    if (const auto state = state_.lock()) {
        state->close();
    }
    state_.reset();
}

CYCLONE_INLINE std::size_t AsyncHTTPClient::idle_connections() const {
    const auto state = state_.lock();
    return state ? state->idle() : 0;
}

CYCLONE_INLINE Deferred<HTTPResponse> AsyncHTTPClient::fetch(HTTPRequest request,
                                                             RaiseError raise_error) {
    auto state = state_.lock();
    if (state == nullptr) {
        return fail<HTTPResponse>(std::logic_error(
            "AsyncHTTPClient::fetch(): this client is closed, or its reactor gone"));
    }
    return detail::fetch(std::move(state), std::move(request), raise_error);
}

CYCLONE_INLINE Deferred<HTTPResponse> fetch(HTTPRequest request, RaiseError raise_error) {
    auto& shared = reactor::current().component<detail::SharedClient>();
    return shared.client.fetch(std::move(request), raise_error);
}

}  // namespace cyclone::httpclient
