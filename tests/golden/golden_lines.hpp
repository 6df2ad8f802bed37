#pragma once

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#ifndef CYCLONE_SOURCE_ROOT
#define CYCLONE_SOURCE_ROOT "."
#endif

namespace golden {

/// The lines of a file of tests/golden, such as `utc/answers.jsonl`.
inline std::vector<boost::json::object> read_lines(const std::string& file) {
    const char* root = std::getenv("CYCLONE_SOURCE_ROOT");
    const std::string path =
        std::string(root != nullptr ? root : CYCLONE_SOURCE_ROOT) + "/tests/golden/" + file;
    std::ifstream stream(path);
    BOOST_REQUIRE_MESSAGE(stream, "cannot read " << path);
    std::vector<boost::json::object> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(boost::json::parse(line).as_object());
    }
    return lines;
}

inline std::string text_of(const boost::json::object& line, const char* name) {
    return std::string(line.at(name).as_string());
}

}  // namespace golden
