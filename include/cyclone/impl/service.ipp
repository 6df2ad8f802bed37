#pragma once

#include <exception>

#include <cyclone/impl/config.hpp>
#include <cyclone/log.hpp>
#include <cyclone/service/service.hpp>

namespace cyclone::service {

CYCLONE_INLINE Deferred<> MultiService::start_service() {
    std::exception_ptr error;
    while (running_ < services_.size() && !error) {
        try {
            auto starting = services_[running_]->start_service();
            co_await starting;
            ++running_;
        } catch (...) {
            error = std::current_exception();
        }
    }
    if (error) {
        auto stopping = MultiService::stop_service();
        co_await stopping;
        std::rethrow_exception(error);
    }
}

CYCLONE_INLINE Deferred<> MultiService::stop_service() {
    while (running_ > 0) {
        --running_;
        std::exception_ptr error;
        try {
            auto stopping = services_[running_]->stop_service();
            co_await stopping;
        } catch (...) {
            error = std::current_exception();
        }
        if (error) {
            log::error("a service could not be stopped: " + Failure(error).get_error_message());
        }
    }
}

CYCLONE_INLINE void TimerService::log_end(const Failure& failure) {
    log::error("a TimerService ends: " + failure.get_error_message());
}

}  // namespace cyclone::service
