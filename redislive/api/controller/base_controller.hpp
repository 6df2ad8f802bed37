#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/object.hpp>

#include <cyclone/log.hpp>
#include <cyclone/redis/error.hpp>
#include <cyclone/sqlite/error.hpp>
#include <cyclone/web.hpp>
#include <redislive/api/backend.hpp>
#include <redislive/api/util/granularity.hpp>
#include <redislive/api/util/rows.hpp>
#include <redislive/api/util/time_range.hpp>
#include <redislive/api/util/timeutils.hpp>
#include <redislive/api/util/trusted_host.hpp>

namespace redislive {

using cyclone::Deferred;
namespace web = cyclone::web;

/// What all of the API has in common: JSON, errors as {"error": sentence}, and a look at who asks.
class BaseController : public web::RequestHandler {
public:
    void initialize(std::shared_ptr<const Backend> backend) { backend_ = std::move(backend); }

    void set_default_headers() override {
        set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        set_header("X-Content-Type-Options", "nosniff");
        set_header("Cache-Control", "no-store");
    }

    void prepare() const {
        if (is_loopback_address(backend_->address) && !is_loopback_host(request.host)) {
            throw web::HTTPError(403, "this RedisLive answers to localhost and 127.0.0.1 only");
        }
    }

    void write_error(unsigned status, const std::exception_ptr& error) override {
        const bool is_away = is_store_error(error);
        set_status(is_away ? 503 : status);
        finish({{"error", sentence_of(status, error, is_away)}});
    }

    void log_exception(const std::exception_ptr& error) override {
        if (is_store_error(error)) {
            cyclone::log::warning(request_summary() + ": " +
                                  cyclone::Failure(error).get_error_message());
        } else {
            web::RequestHandler::log_exception(error);
        }
    }

protected:
    const Backend& backend() const { return *backend_; }
    DataProvider& stats_provider() const { return *backend_->stats; }

    /// The id of a watched server, from the query. Throws HTTPError 400 and 404.
    std::string server() {
        const auto id = get_argument("server", std::nullopt);
        if (!id || id->empty()) {
            throw web::HTTPError(400, "server is missing: /api/servers lists their ids");
        }
        if (!backend_->knows(*id)) {
            throw web::HTTPError(404, "there is no server " + *id + ": /api/servers lists them");
        }
        return *id;
    }

    /// From `from` and `to`, or else the last `usual`. Throws HTTPError 400.
    TimeRange time_range(std::chrono::seconds usual) {
        auto range = parse_time_range(get_argument("from", std::nullopt),
                                      get_argument("to", std::nullopt), epoch_now(), usual);
        if (!range) {
            throw web::HTTPError(400, range.error());
        }
        return *range;
    }

    /// Whether the query says `name=1`.
    bool flag(std::string_view name) { return get_argument(name, std::nullopt) == "1"; }
    RowTime row_time() { return flag("epochs") ? RowTime::epoch : RowTime::fields; }

    static std::int64_t epoch_now() {
        return std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
    /// Now, as the answers have it in their "timestamp".
    static std::string timestamp() {
        return isoformat(std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now()));
    }

private:
    static bool is_store_error(const std::exception_ptr& error) {
        const cyclone::Failure failure(error ? error : std::make_exception_ptr(std::exception()));
        return failure.check<cyclone::redis::Error>() || failure.check<cyclone::sqlite::Error>();
    }

    static std::string sentence_of(unsigned status, const std::exception_ptr& error, bool is_away) {
        if (is_away) {
            return "the store cannot be read: " + cyclone::Failure(error).get_error_message();
        }
        try {
            if (error) {
                std::rethrow_exception(error);
            }
        } catch (const web::HTTPError& refusal) {
            if (!refusal.log_message.empty()) {
                return refusal.log_message;
            }
        } catch (...) {
            // What went wrong in here is none of the client's business.
        }
        return std::string(cyclone::httputil::reason_phrase(status));
    }

    std::shared_ptr<const Backend> backend_;
};

}  // namespace redislive
