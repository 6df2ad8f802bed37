#pragma once

#include <cyclone/impl/config.hpp>
#include <cyclone/threads.hpp>

namespace cyclone::threads {

[[gnu::visibility("default")]] CYCLONE_INLINE boost::asio::thread_pool& default_pool() {
    static boost::asio::thread_pool pool(10);
    return pool;
}

}  // namespace cyclone::threads
