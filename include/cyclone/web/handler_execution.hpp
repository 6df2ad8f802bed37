#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/http/exchange.hpp>
#include <cyclone/web/dispatcher.hpp>
#include <cyclone/web/method.hpp>
#include <cyclone/web/middleware.hpp>
#include <cyclone/web/path_arguments.hpp>

namespace cyclone::web {

class RequestHandler;

/// Runs one handler: initialize(), the middleware, prepare(), the method, and what has to be done
/// when one of them fails. As RequestHandler._execute.
///
/// What is done at once is done without a coroutine. While a Deferred is waited for, the exchange
/// is kept, and with it the handler and its request.
class HandlerExecution : public http::RequestDelegate {
public:
    HandlerExecution(http::Exchange& exchange, Dispatcher& dispatcher) noexcept
        : exchange_(exchange), dispatcher_(dispatcher) {
        dispatcher_.add_handler();
    }
    HandlerExecution(const HandlerExecution&) = delete;
    HandlerExecution& operator=(const HandlerExecution&) = delete;
    ~HandlerExecution() override { dispatcher_.remove_handler(); }

    void head_complete() override;
    Deferred<> body_received(std::string_view chunk) override;
    void request_complete() override;
    void connection_closed() override;
    void timed_out() override;
    void server_stops() override;

    PathArguments& path_arguments() { return path_arguments_; }
    void surround_with(const std::vector<Middleware>& middleware) { middleware_ = &middleware; }

    static void* operator new(std::size_t size) {
        return cyclone::detail::FrameAllocator::allocate(size);
    }
    static void operator delete(void* pointer, std::size_t size) noexcept {
        cyclone::detail::FrameAllocator::deallocate(pointer, size);
    }

protected:
    /// Nothing: it is done.
    using Running = std::optional<Deferred<>>;

    virtual RequestHandler& handler() noexcept = 0;
    virtual void call_initialize() = 0;
    virtual Running call_prepare() = 0;
    virtual Running call_method(Method method) = 0;
    virtual Running call_data_received(std::string_view chunk) = 0;

    http::Exchange& exchange() const { return exchange_; }

private:
    friend class Next;

    void execute();
    void run();
    void run_watched();
    /// For the warning that this call of the reactor takes too long.
    void note_worker() noexcept;
    Running run_from(std::size_t place);
    Running run_handler();
    Running run_method();
    Deferred<> run_after(Deferred<> before);
    Deferred<> run_streaming();
    Deferred<> finish_after(Deferred<> running);
    void complete();
    void failed(const std::exception_ptr& error) noexcept;
    void end_body();

    http::Exchange& exchange_;
    Dispatcher& dispatcher_;
    const std::vector<Middleware>* middleware_ = nullptr;
    PathArguments path_arguments_;
    /// What the answer waits for.
    Running running_;
    /// Of a handler that streams: fires when the body has ended, one way or the other.
    std::optional<Promise<>> body_ended_;
    /// Fires when prepare() is done, for those pieces of the body that wait for it.
    std::optional<Promise<>> prepared_;
    bool executing_ = false;
    bool preparing_ = false;
    bool body_complete_ = false;
    bool connection_lost_ = false;
    bool timed_out_ = false;
};

}  // namespace cyclone::web
