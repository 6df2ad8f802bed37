#pragma once

#include <string>

namespace redislive {

/// Where the files of the page are.
struct PageFolders {
    std::string www;
    /// What the page needs from others (uPlot).
    std::string vendor;
};

/// Finds them from where the program lies: beside the sources when it was built there
/// (`build/redislive/redis-live`), in `../share/redislive` when it is installed. `www`, unless
/// empty, is taken for the first. Throws std::runtime_error with a sentence.
PageFolders find_page_folders(const std::string& www);

}  // namespace redislive
