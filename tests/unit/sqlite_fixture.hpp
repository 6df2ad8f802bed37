#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cyclone/sqlite.hpp>

namespace cyclone::sqlite_tests {

/// A directory that goes with the test.
struct Scratch {
    std::filesystem::path directory;
    Scratch() {
        std::string name =
            (std::filesystem::temp_directory_path() / "cyclone-sqlite-XXXXXX").string();
        BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
        directory = name;
    }
    ~Scratch() { std::filesystem::remove_all(directory); }
    std::string path(const char* file = "test.sqlite") const { return (directory / file).string(); }
};

struct Fixture : Scratch {
    reactor::Reactor reactor;

    template <class T>
    T await(Deferred<T> deferred) {
        return reactor.run_until(std::move(deferred).add_timeout(std::chrono::seconds(30)));
    }
    template <class T>
    std::string error_of(Deferred<T> deferred) {
        try {
            await(std::move(deferred));
        } catch (const sqlite::Error& error) {
            return error.what();
        }
        return "no error";
    }
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace cyclone::sqlite_tests
