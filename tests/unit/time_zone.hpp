#pragma once

#include <stdlib.h>
#include <time.h>

#include <optional>
#include <string>

/// Local time is that of another place while this lives: "EST5" is five hours behind UTC.
class TimeZone {
public:
    explicit TimeZone(const char* name) {
        if (const char* set = ::getenv("TZ")) {
            before_ = set;
        }
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    TimeZone(const TimeZone&) = delete;
    TimeZone& operator=(const TimeZone&) = delete;
    ~TimeZone() {
        before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
        ::tzset();
    }

private:
    std::optional<std::string> before_;
};
