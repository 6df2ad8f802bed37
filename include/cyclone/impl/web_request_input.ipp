#pragma once

#include <utility>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/httputil/body_arguments.hpp>
#include <cyclone/httputil/url.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/request_extras.hpp>

namespace cyclone::web {

namespace detail {

/// How many bytes of white space `text` begins with, as str.strip() takes it: ASCII's and
/// Unicode's.
inline std::size_t leading_space(std::string_view text) {
    const auto at = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    if (at(0) == ' ' || (at(0) >= '\t' && at(0) <= '\r')) {
        return text.empty() ? 0 : 1;
    }
    if (at(0) == 0xc2 && (at(1) == 0x85 || at(1) == 0xa0)) {
        return 2;
    }
    const unsigned character = at(0) == 0xe1 || at(0) == 0xe2 || at(0) == 0xe3
                                   ? (at(0) & 0xfU) << 12 | (at(1) & 0x3fU) << 6 | (at(2) & 0x3fU)
                                   : 0;
    const bool space = character == 0x1680 || (character >= 0x2000 && character <= 0x200a) ||
                       character == 0x2028 || character == 0x2029 || character == 0x202f ||
                       character == 0x205f || character == 0x3000;
    return space ? 3 : 0;
}

inline std::string_view stripped(std::string_view text) {
    while (const std::size_t space = leading_space(text)) {
        text.remove_prefix(space);
    }
    for (;;) {
        std::size_t space = 0;
        for (const std::size_t size : {1U, 2U, 3U}) {
            if (text.size() >= size && leading_space(text.substr(text.size() - size)) == size) {
                space = size;
            }
        }
        if (space == 0) {
            return text;
        }
        text.remove_suffix(space);
    }
}

}  // namespace detail

CYCLONE_INLINE std::string RequestHandler::decode_argument(std::string_view value,
                                                           std::string_view name) const {
    if (!escape::is_valid_utf8(value)) {
        throw HTTPError(400, "Invalid unicode in " + std::string(name));
    }
    return std::string(value);
}

CYCLONE_INLINE std::string RequestHandler::cleaned(std::string_view value, std::string_view name,
                                                   Strip strip) const {
    std::string text = decode_argument(value, name);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' && (byte < '\t' || byte > '\r')) {
            c = ' ';
        }
    }
    if (strip == Strip::yes) {
        const std::string_view inner = detail::stripped(text);
        if (inner.size() != text.size()) {
            return std::string(inner);
        }
    }
    return text;
}

CYCLONE_INLINE std::optional<std::string> RequestHandler::last_of(const httputil::Arguments& source,
                                                                  std::string_view name,
                                                                  Strip strip) const {
    const auto value = source.find(name);
    return value ? std::optional(cleaned(*value, name, strip)) : std::nullopt;
}

CYCLONE_INLINE std::vector<std::string> RequestHandler::all_of(const httputil::Arguments& source,
                                                               std::string_view name,
                                                               Strip strip) const {
    std::vector<std::string> values;
    for (const std::string_view value : source.get_list(name)) {
        values.push_back(cleaned(value, name, strip));
    }
    return values;
}

CYCLONE_INLINE const httputil::Arguments& RequestHandler::query_arguments() const {
    auto& parsed = extras().query_arguments;
    if (!parsed) {
        const httputil::FormLimits limits;
        parsed = httputil::parse_qs_bytes_bounded(request.query, limits.max_arguments);
        if (!parsed) {
            parsed.emplace();
            throw HTTPError(400, "too many arguments in the query");
        }
    }
    return *parsed;
}

CYCLONE_INLINE void RequestHandler::check_body() {
    if (request.body.empty()) {
        return;
    }
    const auto type = request.headers.find("Content-Type");
    if (!type) {
        return;
    }
    auto& form = extras().form;
    form = httputil::parse_body_arguments(*type, request.body, &request.headers);
    if (!form->error.empty()) {
        throw HTTPError(400, "Invalid body: " + form->error);
    }
}

CYCLONE_INLINE const httputil::Arguments& RequestHandler::body_arguments() const {
    static const httputil::Arguments none;
    return extras_ && extras_->form ? extras_->form->arguments : none;
}

CYCLONE_INLINE const httputil::Files& RequestHandler::files() const {
    static const httputil::Files none;
    return extras_ && extras_->form ? extras_->form->files : none;
}

CYCLONE_INLINE const httputil::Arguments& RequestHandler::arguments() const {
    if (body_arguments().empty()) {
        return query_arguments();
    }
    auto& all = extras().arguments;
    if (!all) {
        // Those of the body come last, and the last value counts.
        all = query_arguments();
        all->append(body_arguments());
    }
    return *all;
}

CYCLONE_INLINE std::string RequestHandler::get_argument(std::string_view name, Strip strip) const {
    return required<std::string>(name, last_of(arguments(), name, strip));
}
CYCLONE_INLINE std::string RequestHandler::get_argument(std::string_view name,
                                                        std::string_view otherwise,
                                                        Strip strip) const {
    auto value = last_of(arguments(), name, strip);
    return value ? std::move(*value) : std::string(otherwise);
}
CYCLONE_INLINE std::optional<std::string> RequestHandler::get_argument(std::string_view name,
                                                                       std::nullopt_t,
                                                                       Strip strip) const {
    return last_of(arguments(), name, strip);
}
CYCLONE_INLINE std::vector<std::string> RequestHandler::get_arguments(std::string_view name,
                                                                      Strip strip) const {
    return all_of(arguments(), name, strip);
}

CYCLONE_INLINE std::string RequestHandler::get_query_argument(std::string_view name,
                                                              Strip strip) const {
    return required<std::string>(name, last_of(query_arguments(), name, strip));
}
CYCLONE_INLINE std::string RequestHandler::get_query_argument(std::string_view name,
                                                              std::string_view otherwise,
                                                              Strip strip) const {
    auto value = last_of(query_arguments(), name, strip);
    return value ? std::move(*value) : std::string(otherwise);
}
CYCLONE_INLINE std::optional<std::string> RequestHandler::get_query_argument(std::string_view name,
                                                                             std::nullopt_t,
                                                                             Strip strip) const {
    return last_of(query_arguments(), name, strip);
}
CYCLONE_INLINE std::vector<std::string> RequestHandler::get_query_arguments(std::string_view name,
                                                                            Strip strip) const {
    return all_of(query_arguments(), name, strip);
}

CYCLONE_INLINE std::string RequestHandler::get_body_argument(std::string_view name,
                                                             Strip strip) const {
    return required<std::string>(name, last_of(body_arguments(), name, strip));
}
CYCLONE_INLINE std::string RequestHandler::get_body_argument(std::string_view name,
                                                             std::string_view otherwise,
                                                             Strip strip) const {
    auto value = last_of(body_arguments(), name, strip);
    return value ? std::move(*value) : std::string(otherwise);
}
CYCLONE_INLINE std::optional<std::string> RequestHandler::get_body_argument(std::string_view name,
                                                                            std::nullopt_t,
                                                                            Strip strip) const {
    return last_of(body_arguments(), name, strip);
}
CYCLONE_INLINE std::vector<std::string> RequestHandler::get_body_arguments(std::string_view name,
                                                                           Strip strip) const {
    return all_of(body_arguments(), name, strip);
}

CYCLONE_INLINE const httputil::Cookies& RequestHandler::cookies() const {
    auto& parsed = extras().cookies;
    if (!parsed) {
        parsed.emplace();
        for (const std::string_view header : request.headers.get_list("Cookie")) {
            for (auto& [name, value] : httputil::parse_cookie(header)) {
                parsed->insert_or_assign(name, std::move(value));
            }
        }
    }
    return *parsed;
}

CYCLONE_INLINE std::optional<std::string> RequestHandler::get_cookie(std::string_view name) const {
    const auto found = cookies().find(name);
    return found == cookies().end() ? std::nullopt : std::optional(found->second);
}
CYCLONE_INLINE std::string RequestHandler::get_cookie(std::string_view name,
                                                      std::string_view otherwise) const {
    auto value = get_cookie(name);
    return value ? std::move(*value) : std::string(otherwise);
}

}  // namespace cyclone::web
