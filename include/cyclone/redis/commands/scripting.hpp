#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/redis/reply.hpp>

namespace cyclone::redis {

/// Scripts and functions in Lua, which run on the server. Script sends one only where the server
/// does not know it.
template <class Derived, template <class> class Result>
class ScriptingCommands {
public:
    /// Runs a Lua script. `keys` and `args` are ranges: `eval<int>(script, std::array{"k"},
    /// std::array{1, 2})`.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> eval(std::string_view script, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVAL", script, std::ranges::distance(keys), keys, args);
    }
    /// As eval(), of a script that writes nothing; a replica answers it too.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> eval_ro(std::string_view script, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVAL_RO", script, std::ranges::distance(keys), keys,
                                          args);
    }
    /// Calls a function of a library that function_load() has brought.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> fcall(std::string_view function, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("FCALL", function, std::ranges::distance(keys), keys,
                                          args);
    }
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> fcall_ro(std::string_view function, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("FCALL_RO", function, std::ranges::distance(keys), keys,
                                          args);
    }
    /// Gives the name of the library.
    Result<std::string> function_load(std::string_view code, bool replace = false) {
        return self().template command<std::string>(
            "FUNCTION", "LOAD", replace ? std::optional(std::string_view("REPLACE")) : std::nullopt,
            code);
    }
    Result<void> function_delete(std::string_view library) {
        return self().template command<void>("FUNCTION", "DELETE", library);
    }
    Result<void> function_flush() { return self().template command<void>("FUNCTION", "FLUSH"); }
    /// Of each library its name, its engine and its functions.
    template <class T = std::map<std::string, Reply>>
    Result<std::vector<T>> function_list(std::string_view pattern = "*") {
        return self().template command<std::vector<T>>("FUNCTION", "LIST", "LIBRARYNAME", pattern);
    }
    /// All libraries in Redis' own form, for function_restore().
    Result<std::string> function_dump() {
        return self().template command<std::string>("FUNCTION", "DUMP");
    }
    /// `policy` is "APPEND", "FLUSH" or "REPLACE".
    Result<void> function_restore(std::string_view dumped, std::string_view policy = "APPEND") {
        return self().template command<void>("FUNCTION", "RESTORE", dumped, policy);
    }
    /// Runs the script that script_load() gave the name `sha`.
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> evalsha(std::string_view sha, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVALSHA", sha, std::ranges::distance(keys), keys, args);
    }
    template <class T = Reply, class Keys = std::array<std::string_view, 0>,
              class Args = std::array<std::string_view, 0>>
    Result<T> evalsha_ro(std::string_view sha, const Keys& keys = {}, const Args& args = {}) {
        return self().template command<T>("EVALSHA_RO", sha, std::ranges::distance(keys), keys,
                                          args);
    }
    /// Gives the SHA-1 that evalsha() wants.
    Result<std::string> script_load(std::string_view script) {
        return self().template command<std::string>("SCRIPT", "LOAD", script);
    }
    Result<void> script_flush() { return self().template command<void>("SCRIPT", "FLUSH"); }
    /// Which of the scripts the server knows.
    template <class... Shas>
    Result<std::vector<bool>> script_exists(const Shas&... shas) {
        return self().template command<std::vector<bool>>("SCRIPT", "EXISTS", shas...);
    }
    /// Ends a script that runs too long and has written nothing.
    Result<void> script_kill() { return self().template command<void>("SCRIPT", "KILL"); }

private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace cyclone::redis
