#include <redislive/collector/collector_name.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

namespace redislive {

namespace {

std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Where numbers of processes mean the same: this start of this machine, and this container.
std::string here() {
    std::string boot = read("/proc/sys/kernel/random/boot_id");
    boot.erase(boot.find_last_not_of('\n') + 1);
    std::error_code ignored;
    return boot + "/" + std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
}

/// When it was started, in ticks; empty when it is not there. Numbers of processes come again.
std::string start_of(std::string_view process) {
    const std::string line = read("/proc/" + std::string(process) + "/stat");
    // Behind the name, which may hold anything: the state, and 19 fields later the start.
    std::size_t at = line.rfind(") ");
    if (at == std::string::npos || line[at + 2] == 'Z' || line[at + 2] == 'X') {
        return {};
    }
    for (int field = 0; field < 20 && at != std::string::npos; ++field) {
        at = line.find(' ', at + 1);
    }
    return at == std::string::npos ? std::string()
                                   : line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size() + (word.size() < text.size() ? 1 : 0));
    return word;
}

}  // namespace

std::string collector_name() {
    char host[256] = {};
    ::gethostname(host, sizeof host - 1);
    const std::string process = std::to_string(::getpid());
    return host + (":" + process) + " " + here() + " " + start_of(process);
}

std::string_view short_name(std::string_view name) { return name.substr(0, name.find(' ')); }

bool is_gone(std::string_view name) {
    const std::string_view host_and_process = take_word(name);
    const std::string_view process = host_and_process.substr(host_and_process.rfind(':') + 1);
    const std::string_view place = take_word(name);
    return place == here() && start_of(process) != name;
}

}  // namespace redislive
