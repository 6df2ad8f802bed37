#pragma once

#include <string>

#include <cyclone/service/pid_file.hpp>
#include <cyclone/service/service.hpp>

namespace cyclone::service {

/// How a program runs; see Application::run().
struct RunOptions {
    /// In the background, with nothing of the terminal left. Logging has to go to a file, or it is
    /// lost.
    bool daemon = false;
    /// Where the process id is written to; empty: nowhere. A relative path is relative to where the
    /// program was started.
    std::string pid_file{};
    /// Where stdout and stderr go, added to what is there; empty: where they go now, or nowhere for
    /// a daemon. SIGHUP opens it anew, which lets logrotate move it.
    std::string log_file{};
};

/// A program of services: what a TAC file is for twistd. As
/// twisted.application.service.Application.
///
///     int main(int argc, char** argv) {
///         service::Application application("echo");
///         application.add<service::StreamServerEndpointService<Factory>>("tcp:8007", factory);
///         return application.main(argc, argv);
///     }
class Application : public MultiService {
public:
    explicit Application(std::string name) : name_(std::move(name)) {}
    const std::string& name() const { return name_; }

    /// Starts the services, runs this thread's reactor until SIGINT, SIGTERM or reactor::stop(),
    /// stops the services, and gives the status for main() to return: 1, and a sentence on stderr,
    /// when they could not be started.
    ///
    /// As a daemon it forks before that, and the process that was started does not return, but ends
    /// with status 0 when the services run, with 1 and that sentence when they do not. Make no
    /// threads before.
    int run(const RunOptions& options = {});

    /// Reads the options of the process, with --daemon, --pidfile and --logfile among them, and
    /// runs.
    int main(int argc, char** argv);

private:
    std::string name_;
};

}  // namespace cyclone::service
