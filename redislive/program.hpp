#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <redislive/api/util/server_address.hpp>
#include <redislive/api/util/settings.hpp>
#include <redislive/dataprovider/data_provider.hpp>

namespace redislive {

/// What redis-live and redis-monitor are told: by the flags that both have, and by the
/// configuration file. A flag outdoes the file.
class ProgramOptions {
public:
    /// Defines the flags: --config, --monitor, --store, --keep-days. To be made before
    /// options::parse_command_line().
    ProgramOptions();

    /// Reads the configuration file and the flags. Throws options::Error, a sentence.
    Settings read() const;

private:
    struct Flags;
    std::shared_ptr<const Flags> flags_;
};

/// A store that can be used. Fails with a sentence; what it had to make is removed again then.
std::shared_ptr<DataProvider> open_store(const Settings& settings);

/// Says `sentence` on stderr, behind the program's name, and gives `status`.
int fail(const std::string& program, const std::string& sentence, int status);

}  // namespace redislive
