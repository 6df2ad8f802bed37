#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include <cyclone/escape/linkify.hpp>
#include <cyclone/escape/utf8.hpp>
#include <cyclone/escape/xhtml.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::escape {

namespace detail {

constexpr bool is_unicode_space(char32_t c) {
    return c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || c == 0x85 ||
           c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000;
}

/// A letter, digit or underscore; past ASCII all but spaces and the blocks of punctuation and
/// symbols.
constexpr bool is_word_character(char32_t c) {
    if (c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }
    constexpr struct {
        char32_t first, last;
    } symbols[] = {{0x80, 0xa9},      {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},
                   {0xbb, 0xbb},      {0xbf, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},
                   {0x2000, 0x206f},  {0x20a0, 0x20cf}, {0x2190, 0x245f}, {0x2500, 0x2bff},
                   {0x3000, 0x3004},  {0x3008, 0x3020}, {0xff01, 0xff0f}, {0xff1a, 0xff20},
                   {0xff3b, 0xff40},  {0xff5b, 0xff65}, {0xfffd, 0xfffd}, {0x1f000, 0x1f0ff},
                   {0x1f300, 0x1faff}};
    for (const auto& [first, last] : symbols) {
        if (c >= first && c <= last) {
            return false;
        }
    }
    return !is_unicode_space(c);
}

struct FoundLink {
    std::size_t begin;
    std::size_t end;
    /// Without the colon; empty for www.
    std::string_view protocol;
    /// "http://" takes seven bytes.
    std::size_t prefix_size;
};

/// Finds the addresses in text that is escaped already, from left to right.
class LinkFinder {
public:
    explicit LinkFinder(std::string_view text) : text_(text) {}

    std::optional<FoundLink> next() {
        while (position_ < text_.size()) {
            if (!is_name_at(position_)) {
                position_ += character_at(position_).size;
                continue;
            }
            // An address begins where a word does, so not with a dash; of all that end at the same
            // colon, the longest.
            std::size_t begin = position_;
            while (begin < text_.size() && text_[begin] == '-') {
                ++begin;
            }
            std::size_t end = begin;
            while (end < text_.size() && is_name_at(end)) {
                end += character_at(end).size;
            }
            position_ = std::max(end, position_ + 1);
            if (begin == end) {
                continue;
            }
            if (auto link = link_with_protocol(begin, end)) {
                position_ = link->end;
                return link;
            }
            if (auto link = link_without_protocol(begin, end)) {
                position_ = link->end;
                return link;
            }
        }
        return std::nullopt;
    }

private:
    DecodedCharacter character_at(std::size_t at) const { return decode_utf8(text_.substr(at)); }
    bool is_name_at(std::size_t at) const {
        const char32_t c = character_at(at).character;
        return c == '-' || is_word_character(c);
    }

    std::optional<FoundLink> link_with_protocol(std::size_t begin, std::size_t colon) const {
        std::size_t slashes = 0;
        while (slashes < 3 && text_.substr(colon).starts_with(':') &&
               text_.substr(colon + 1 + slashes).starts_with('/')) {
            ++slashes;
        }
        const std::size_t start = colon + 1 + slashes;
        if (slashes == 0 || end_of_address(start) == start) {
            return std::nullopt;
        }
        return FoundLink{begin, end_of_address(start), text_.substr(begin, colon - begin),
                         start - begin};
    }

    std::optional<FoundLink> link_without_protocol(std::size_t begin, std::size_t dot) const {
        if (dot - begin < 3 || text_.substr(dot - 3, 4) != "www.") {
            return std::nullopt;
        }
        const std::size_t www = dot - 3;
        if (www > begin && text_[www - 1] != '-') {
            return std::nullopt;
        }
        const std::size_t end = end_of_address(dot + 1);
        return end > dot + 1 ? std::optional(FoundLink{www, end, {}, 0}) : std::nullopt;
    }

    /// The end of what can stand in an address: all but spaces, parentheses and entities other than
    /// &amp; and &quot;. `last_good` is where it ends without the punctuation that closes a
    /// sentence.
    std::size_t skip_plain(std::size_t at, std::size_t& last_good) const {
        while (at < text_.size()) {
            const std::string_view rest = text_.substr(at);
            if (rest.front() == '&') {
                const std::size_t entity = rest.starts_with("&amp;")    ? 5
                                           : rest.starts_with("&quot;") ? 6
                                                                        : 0;
                if (entity == 0) {
                    break;
                }
                at += entity;
                continue;
            }
            const DecodedCharacter decoded = character_at(at);
            const char32_t c = decoded.character;
            if (c == '(' || c == ')' || is_unicode_space(c)) {
                break;
            }
            at += decoded.size;
            constexpr std::string_view closing = "!\"#$%&'*+,.:;<=>?@[]^`{|}~";
            if (c >= 0x80 || closing.find(static_cast<char>(c)) == closing.npos) {
                last_good = at;
            }
        }
        return at;
    }

    std::size_t end_of_address(std::size_t at) const {
        for (;;) {
            std::size_t last_good = at;
            const std::size_t end = skip_plain(at, last_good);
            if (last_good > at) {
                at = last_good;
                if (last_good < end) {
                    return at;
                }
            } else if (end == at && text_.substr(at).starts_with('(')) {
                std::size_t ignored = 0;
                const std::size_t closing = skip_plain(at + 1, ignored);
                if (!text_.substr(closing).starts_with(')')) {
                    return at;
                }
                at = closing + 1;
            } else {
                return at;
            }
        }
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

/// The first `count` characters of UTF-8 text.
CYCLONE_INLINE std::string_view first_characters(std::string_view text, std::size_t count) {
    std::size_t size = 0;
    for (; count > 0 && size < text.size(); --count) {
        size += decode_utf8(text.substr(size)).size;
    }
    return text.substr(0, size);
}

/// An address as short as it tells something; the same when that is no shorter.
CYCLONE_INLINE std::string shortened_address(std::string_view url, std::size_t prefix_size) {
    constexpr std::size_t intended = 30;
    if (first_characters(url, intended) == url) {
        return std::string(url);
    }
    // The host and a little of the path: enough to see that it goes on.
    std::string shorter(url);
    if (const auto slash = url.find('/', prefix_size); slash != url.npos) {
        std::string_view path = url.substr(slash + 1);
        path = first_characters(path.substr(0, path.find('/')), 8);
        path = path.substr(0, path.find_first_of("?."));
        shorter = url.substr(0, slash + 1);
        shorter += path;
    }
    if (first_characters(shorter, intended * 3 / 2) != shorter) {
        shorter = first_characters(shorter, intended);
    }
    if (shorter == url) {
        return shorter;
    }
    // Not in the middle of an entity.
    if (const auto ampersand = shorter.rfind('&');
        ampersand != shorter.npos && ampersand > intended - 5) {
        shorter.resize(ampersand);
    }
    shorter += "...";
    return shorter.size() < url.size() ? shorter : std::string(url);
}

CYCLONE_INLINE std::string html_of_link(std::string_view url, const FoundLink& link,
                                        const LinkifyOptions& options) {
    const std::string href = (link.protocol.empty() ? "http://" : "") + std::string(url);
    const std::string extra =
        options.extra_params_for ? options.extra_params_for(href) : options.extra_params;
    const std::string shown =
        options.shorten ? shortened_address(url, link.prefix_size) : std::string(url);

    std::string html = "<a href=\"" + href + "\"";
    if (const auto start = extra.find_first_not_of(" \t\r\n"); start != extra.npos) {
        html += ' ';
        html += extra.substr(start, extra.find_last_not_of(" \t\r\n") - start + 1);
    }
    if (shown != url) {
        html += " title=\"" + href + "\"";
    }
    return html + ">" + shown + "</a>";
}

}  // namespace detail

CYCLONE_INLINE std::string linkify(std::string_view text, const LinkifyOptions& options) {
    // Escaped before, so that nothing in an address can become markup.
    const std::string escaped = xhtml_escape(text);
    const std::string_view view = escaped;
    std::string html;
    std::size_t done = 0;
    detail::LinkFinder finder(view);
    while (const auto link = finder.next()) {
        html += view.substr(done, link->begin - done);
        done = link->end;
        const std::string_view url = view.substr(link->begin, link->end - link->begin);
        const bool wanted = link->protocol.empty()
                                ? !options.require_protocol
                                : std::ranges::find(options.permitted_protocols, link->protocol) !=
                                      options.permitted_protocols.end();
        html += wanted ? detail::html_of_link(url, *link, options) : std::string(url);
    }
    html += view.substr(done);
    return html;
}

}  // namespace cyclone::escape
