#pragma once

#include <unistd.h>

#include <cstdint>
#include <memory>

namespace cyclone::http {

/// An open file, closed when the last who holds it has gone.
class OpenFile {
public:
    /// Takes over `descriptor`.
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() { ::close(descriptor_); }

    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// Some bytes of a file that are to be sent. A file that has become shorter cuts the connection.
struct FileRange {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

}  // namespace cyclone::http
