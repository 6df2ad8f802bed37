#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cyclone::web {

/// What signed cookies are signed with: one secret, or several with the version of each, so that
/// keys can be changed.
///
///     {.cookie_secret = "..."}
///     {.cookie_secret = {{1, "old"}, {2, "new"}}, .key_version = 2}
class CookieSecret {
public:
    CookieSecret() = default;
    CookieSecret(std::string secret) : secrets_{{0, std::move(secret)}} {}
    CookieSecret(const char* secret) : CookieSecret(std::string(secret)) {}
    CookieSecret(std::initializer_list<std::pair<const int, std::string>> secrets)
        : secrets_(secrets), versioned_(true) {}

    bool empty() const {
        return secrets_.empty() || (!versioned_ && secrets_.begin()->second.empty());
    }
    /// Whether keys have versions.
    bool versioned() const { return versioned_; }
    /// The one secret whatever the version, or that of `version`.
    std::optional<std::string_view> find(int version) const {
        const auto found = versioned_ ? secrets_.find(version) : secrets_.begin();
        return found == secrets_.end() ? std::nullopt
                                       : std::optional<std::string_view>(found->second);
    }

private:
    std::map<int, std::string> secrets_;
    bool versioned_ = false;
};

}  // namespace cyclone::web
