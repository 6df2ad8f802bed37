// One thing that is done with Deferreds, again and again: deferred-cost fired|chain|reactor COUNT
//
// Prints "ALLOCATIONS allocations" of all of them, once warm; what instructions they take is callgrind's to say, as for
// request-cost.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <boost/asio/post.hpp>

#include <cyclone/reactor.hpp>

#include "counted_allocations.hpp"

using namespace cyclone;

namespace {

[[gnu::noinline]] Deferred<int> child(int n) { co_return n; }

Deferred<int> chain(int left) {
    if (left == 1) {
        co_return 1;
    }
    auto rest = chain(left - 1);
    const int n = co_await rest;
    co_return n + 1;
}

Deferred<> fired(int count) {
    for (int i = 0; i < count; ++i) {
        auto ready = child(i);
        co_await ready;
    }
}

Deferred<> chains(int count) {
    for (int i = 0; i < count; ++i) {
        auto ten = chain(10);
        co_await ten;
    }
}

Deferred<> turns(int count) {
    for (int i = 0; i < count; ++i) {
        auto turn = boost::asio::post(reactor::current().context(), use_deferred);
        co_await turn;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc == 3 ? argv[1] : "";
    Deferred<> (*const run)(int) = what == "fired"     ? fired
                                   : what == "chain"   ? chains
                                   : what == "reactor" ? turns
                                                       : nullptr;
    if (run == nullptr) {
        std::fputs("deferred-cost fired|chain|reactor COUNT\n", stderr);
        return 2;
    }
    reactor::Reactor reactor;
    reactor.run_until(run(1000));
    const std::size_t before = bench::allocations;
    reactor.run_until(run(std::atoi(argv[2])));
    std::printf("%zu allocations\n", bench::allocations - before);
    std::fflush(stdout);
    std::_Exit(0);
}
