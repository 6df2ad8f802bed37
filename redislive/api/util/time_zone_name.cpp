#include <redislive/api/util/time_zone_name.hpp>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace redislive {

namespace {

bool is_zone(const std::string& name) {
    std::error_code ignored;
    return !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
           std::filesystem::is_regular_file("/usr/share/zoneinfo/" + name, ignored);
}

}  // namespace

std::string time_zone_name() {
    if (const char* const variable = std::getenv("TZ")) {
        std::string name = variable;
        if (name.starts_with(':')) {
            name.erase(0, 1);
        }
        if (name.empty() || name == "UTC0") {
            name = "UTC";
        }
        return name == "UTC" || is_zone(name) ? name : std::string();
    }
    std::error_code error;
    const std::string path = std::filesystem::canonical("/etc/localtime", error).string();
    constexpr std::string_view folder = "zoneinfo/";
    const std::size_t at = path.rfind(folder);
    if (error || at == std::string::npos) {
        return error ? "UTC" : std::string();
    }
    return path.substr(at + folder.size());
}

}  // namespace redislive
