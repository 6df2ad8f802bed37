#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <cyclone/httputil/characters.hpp>

namespace cyclone::httputil {

namespace detail {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr bool equal_bytes_ignoring_case(const char* a, const char* b, std::size_t size) {
    std::size_t i = 0;
    if (!std::is_constant_evaluated()) {
        // Most that are equal are so to the letter.
        while (i + 8 <= size && load_8(a + i) == load_8(b + i)) {
            i += 8;
        }
    }
    for (; i < size; ++i) {
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) {
            return false;
        }
    }
    return true;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && equal_bytes_ignoring_case(a.data(), b.data(), a.size());
}

}  // namespace detail

/// The header fields of a message: names without regard to case, repeated ones kept apart and in order.
/// As tornado.httputil.HTTPHeaders.
///
/// The views that it hands out are good until the field is removed or set anew, or the object ends.
class HTTPHeaders {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    HTTPHeaders() = default;
    HTTPHeaders(std::initializer_list<Field> fields) {
        for (const Field& field : fields) {
            add(field.name, field.value);
        }
    }
    HTTPHeaders(const HTTPHeaders& other) { *this = other; }
    HTTPHeaders(HTTPHeaders&&) noexcept = default;
    HTTPHeaders& operator=(const HTTPHeaders& other) {
        if (this != &other) {
            clear();
            for (const Field& field : other.fields_) {
                append(field.name, field.value);
            }
        }
        return *this;
    }
    HTTPHeaders& operator=(HTTPHeaders&&) noexcept = default;

    /// Adds a field beside those with the same name. Throws std::invalid_argument for a name that is no token or a
    /// value with a control character in it: nothing that is put in here can split a message.
    void add(std::string_view name, std::string_view value) {
        require_valid(name, value);
        append(name, value);
    }
    /// Replaces all fields of that name. Throws as add().
    void set(std::string_view name, std::string_view value) {
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            if (detail::equal_ignoring_case(fields_[i].name, name)) {
                require_valid_value(name, value);
                fields_[i].value = store(value);
                const auto rest = fields_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
                if (rest == fields_.end()) {
                    return;
                }
                fields_.erase(std::remove_if(rest, fields_.end(),
                                             [name](const Field& other) {
                                                 return detail::equal_ignoring_case(other.name, name);
                                             }),
                              fields_.end());
                return;
            }
        }
        add(name, value);
    }
    /// Reads fields of which each stands on a line, which ends with CRLF or LF; a line that begins with white space
    /// goes on the one before. Throws std::invalid_argument for a line without a colon, and as add(). As
    /// HTTPHeaders.parse; what comes over HTTP is read by the engine, which is stricter.
    static HTTPHeaders parse(std::string_view text);
    /// Adds what one such line has. As HTTPHeaders.parse_line.
    void parse_line(std::string_view line);
    /// Adds a field of bytes that live elsewhere, at least as long as this, and are known to be valid.
    void add_borrowed(std::string_view name, std::string_view value) {
        fields_.push_back({name, value});
    }
    void remove(std::string_view name) {
        std::erase_if(fields_, [name](const Field& field) {
            return detail::equal_ignoring_case(field.name, name);
        });
    }
    /// Empty afterwards; keeps the memory for the next message.
    void clear() noexcept {
        fields_.clear();
        if (blocks_.size() > 1) {
            blocks_.resize(1);
        }
        used_ = 0;
    }

    /// The value of the first field of that name.
    std::optional<std::string_view> find(std::string_view name) const {
        for (const Field& field : fields_) {
            if (detail::equal_ignoring_case(field.name, name)) {
                return field.value;
            }
        }
        return std::nullopt;
    }
    /// The values of all fields of that name, joined by commas.
    std::optional<std::string> get(std::string_view name) const {
        std::optional<std::string> joined;
        for (const Field& field : fields_) {
            if (detail::equal_ignoring_case(field.name, name)) {
                if (joined) {
                    *joined += ',';
                    *joined += field.value;
                } else {
                    joined.emplace(field.value);
                }
            }
        }
        return joined;
    }
    std::string get(std::string_view name, std::string_view otherwise) const {
        auto value = get(name);
        return value ? std::move(*value) : std::string(otherwise);
    }
    std::vector<std::string_view> get_list(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const Field& field : fields_) {
            if (detail::equal_ignoring_case(field.name, name)) {
                values.push_back(field.value);
            }
        }
        return values;
    }
    bool contains(std::string_view name) const { return find(name).has_value(); }

    /// All fields in their order, as HTTPHeaders.get_all.
    const std::vector<Field>& get_all() const { return fields_; }
    std::vector<Field>::const_iterator begin() const { return fields_.begin(); }
    std::vector<Field>::const_iterator end() const { return fields_.end(); }
    std::size_t size() const { return fields_.size(); }
    bool empty() const { return fields_.empty(); }

    /// Whether `name` is a token of RFC 9110 5.6.2.
    static bool is_valid_name(std::string_view name) {
        return !name.empty() && std::ranges::all_of(name, [](char c) {
            return detail::is(c, detail::token_character);
        });
    }
    /// Whether `value` has no control character but the tab (RFC 9110 5.5).
    static bool is_valid_value(std::string_view value) {
        const char* const end = value.data() + value.size();
        if (value.size() >= 8 && value.size() <= 16 &&
            detail::have_no_control(detail::load_8(value.data())) &&
            detail::have_no_control(detail::load_8(end - 8))) {
            return true;
        }
        return detail::find_control(value.data(), end) == end;
    }

private:
    static constexpr std::size_t first_block = 512;

    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };

    static void require_valid(std::string_view name, std::string_view value) {
        if (!is_valid_name(name)) {
            throw std::invalid_argument("'" + std::string(name) + "' is no name of a header field");
        }
        require_valid_value(name, value);
    }
    static void require_valid_value(std::string_view name, std::string_view value) {
        if (!is_valid_value(value)) {
            throw_invalid_value(name);
        }
    }
    [[noreturn, gnu::cold, gnu::noinline]] static void throw_invalid_value(std::string_view name) {
        throw std::invalid_argument("the value of the header field " + std::string(name) +
                                    " has a control character in it");
    }

    void append(std::string_view name, std::string_view value) {
        // In this order, so that a value of this very object is still there when it is copied.
        const std::string_view stored_name = store(name);
        fields_.push_back({stored_name, store(value)});
    }

    // Addresses are stable: a block never grows.
    std::string_view store(std::string_view text) {
        if (text.empty()) {
            return {};
        }
        if (blocks_.empty() || blocks_.back().size - used_ < text.size()) {
            const std::size_t size = std::max(blocks_.empty() ? first_block : blocks_.back().size * 2,
                                              text.size());
            blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
            used_ = 0;
        }
        char* const target = blocks_.back().bytes.get() + used_;
        std::memcpy(target, text.data(), text.size());
        used_ += text.size();
        return {target, text.size()};
    }

    std::vector<Field> fields_;
    std::vector<Block> blocks_;
    /// Of the last block.
    std::size_t used_ = 0;
};

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_header_lines.ipp>
#endif
