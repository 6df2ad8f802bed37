#pragma once

#include <stdexcept>
#include <string>

namespace cyclone::service {

/// The program cannot become what it was asked to be: it runs already, a file cannot be written.
struct StartError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A file with the process id, which is removed in the end. One process at a time has it.
class PidFile {
public:
    /// Throws StartError when another process that runs has it. What a process that was killed left
    /// is replaced.
    explicit PidFile(std::string path);
    PidFile(PidFile&& other) noexcept;
    PidFile& operator=(PidFile&&) = delete;
    ~PidFile();

private:
    std::string path_;
    // Locked (flock) as long as the process lives.
    int descriptor_;
};

}  // namespace cyclone::service
