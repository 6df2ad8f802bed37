#include <redislive/page_folders.hpp>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace redislive {

namespace fs = std::filesystem;

PageFolders find_page_folders(const std::string& www) {
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    const fs::path shared = here.parent_path() / "share" / "redislive";
    const fs::path sources = here.parent_path().parent_path() / "redislive";
    fs::path folder = www;
    if (www.empty()) {
        folder = fs::exists(shared / "www", error) ? shared / "www" : sources / "www";
    }
    if (!fs::exists(folder / "index.html", error)) {
        throw std::runtime_error("the page is not there: " + (folder / "index.html").string() +
                                 " is missing; --www=FOLDER says where it is");
    }
    const bool is_installed = fs::exists(shared / "vendor", error);
    return {folder.string(), ((is_installed ? shared : here) / "vendor").string()};
}

}  // namespace redislive
