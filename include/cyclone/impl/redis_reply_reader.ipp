#pragma once

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include <cyclone/impl/config.hpp>
#include <cyclone/redis/reply_reader.hpp>

namespace cyclone::redis {
namespace detail {

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T value{};
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    return error == std::errc() && end == last ? std::optional<T>(value) : std::nullopt;
}

/// The length of a string, which is -1 for nil; nothing where there is no such length.
inline std::optional<std::int64_t> length_of_bulk(std::string_view text) {
    // More than any server can be set to.
    constexpr std::int64_t most = std::int64_t{1} << 40;
    if (text.size() == 1 && text[0] >= '0' && text[0] <= '9') {
        return text[0] - '0';
    }
    const auto length = whole_number<std::int64_t>(text);
    return length && *length >= -1 && *length <= most ? length : std::nullopt;
}

}  // namespace detail

CYCLONE_INLINE void ReplyReader::reset() {
    input_ = {};
    line_.clear();
    open_.clear();
    root_ = Reply();
    attributes_ = Reply();
    bulk_ = nullptr;
    error_.clear();
    begun_ = false;
}

CYCLONE_INLINE void ReplyReader::feed(std::string_view bytes) {
    if (input_.empty()) {
        input_ = bytes;
        return;
    }
    std::string both(input_);
    both += bytes;
    held_ = std::move(both);
    input_ = held_;
}

CYCLONE_INLINE bool ReplyReader::fail(std::string why) {
    error_ = std::move(why);
    return false;
}

CYCLONE_INLINE ReplyReader::Result ReplyReader::next(Reply& reply) {
    if (!begun_ && error_.empty()) {
        if (!attributes_.is_nil()) {
            attributes_ = Reply();
        }
        if (read_at_once(reply)) {
            return Result::reply;
        }
    }
    while (error_.empty()) {
        const Step step = bulk_ != nullptr ? fill_bulk() : read_value();
        if (step == Step::stuck) {
            break;
        }
        begun_ = true;
        if (step == Step::value && finish_value()) {
            reply = std::move(root_);
            begun_ = false;
            return Result::reply;
        }
    }
    begun_ = begun_ || !line_.empty();
    return error_.empty() ? Result::incomplete : Result::protocol_error;
}

/// The short way for most replies: those of one part that lie whole in the input. False, and
/// nothing done, for all others.
CYCLONE_INLINE bool ReplyReader::read_at_once(Reply& reply) {
    const void* const found =
        input_.empty() ? nullptr : std::memchr(input_.data(), '\n', input_.size());
    if (found == nullptr) {
        return false;
    }
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - input_.data());
    if (end < 2 || input_[end - 1] != '\r') {
        return false;
    }
    const char kind = input_.front();
    const std::string_view text = input_.substr(1, end - 2);
    if (kind != '$') {
        if ((kind != '+' && kind != '-' && kind != ':') || !read_scalar(kind, text, reply)) {
            return false;
        }
        input_.remove_prefix(end + 1);
        return true;
    }
    const auto length = detail::length_of_bulk(text);
    if (!length) {
        return false;
    }
    if (*length == -1) {
        reply = Reply();
        input_.remove_prefix(end + 1);
        return true;
    }
    const auto size = static_cast<std::size_t>(*length);
    const std::string_view rest = input_.substr(end + 1);
    if (rest.size() < size + 2 || rest[size] != '\r' || rest[size + 1] != '\n') {
        return false;
    }
    reply.set_text(Reply::Type::string, rest.substr(0, size));
    input_ = rest.substr(size + 2);
    return true;
}

/// The next line, without its end; false when it is not complete, or no line of the protocol.
CYCLONE_INLINE bool ReplyReader::take_line(std::string_view& line) {
    if (input_.empty()) {
        return false;
    }
    const void* const found = std::memchr(input_.data(), '\n', input_.size());
    const std::size_t size =
        found == nullptr
            ? input_.size()
            : static_cast<std::size_t>(static_cast<const char*>(found) - input_.data()) + 1;
    if (line_.size() + size > longest_line) {
        return fail("a line of more than " + std::to_string(longest_line) + " bytes");
    }
    if (found == nullptr || !line_.empty()) {
        line_ += input_.substr(0, size);
    }
    line = line_.empty() ? input_.substr(0, size) : std::string_view(line_);
    input_.remove_prefix(size);
    if (found == nullptr) {
        return false;
    }
    if (line.size() < 3 || line[line.size() - 2] != '\r') {
        return fail("a line that begins with no type or does not end with \\r\\n");
    }
    line.remove_suffix(2);
    return true;
}

/// Where the next value belongs.
CYCLONE_INLINE Reply& ReplyReader::place() {
    return open_.empty() ? root_ : open_.back().aggregate->elements().emplace_back();
}

CYCLONE_INLINE ReplyReader::Step ReplyReader::read_value() {
    std::string_view line;
    if (!take_line(line)) {
        return Step::stuck;
    }
    const char kind = line.front();
    const std::string_view text = line.substr(1);
    Step step = Step::value;
    switch (kind) {
        case '$':
        case '=':
        case '!':
            step = begin_bulk(kind, text);
            break;
        case '*':
            step = open(Reply::Type::array, text);
            break;
        case '%':
            step = open(Reply::Type::map, text);
            break;
        case '~':
            step = open(Reply::Type::set, text);
            break;
        case '>':
            step = open_.empty() ? open(Reply::Type::push, text)
                                 : refuse("a push within another reply");
            break;
        case '|':
            step = open_attributes(text);
            break;
        default:
            step = read_scalar(kind, text, place()) ? Step::value : Step::stuck;
    }
    line_.clear();
    return step;
}

CYCLONE_INLINE bool ReplyReader::read_scalar(char kind, std::string_view text, Reply& into) {
    switch (kind) {
        case '+':
            into.set_text(Reply::Type::status, text);
            return true;
        case '-':
            into.set_text(Reply::Type::error, text);
            return true;
        case ':':
            if (const auto value = detail::whole_number<std::int64_t>(text)) {
                into = Reply::integer(*value);
                return true;
            }
            return fail("an integer that is none");
        case '_':
            into = Reply();
            return text.empty() || fail("a nil that has a value");
        case '#':
            into = Reply::boolean(text == "t");
            return text == "t" || text == "f" || fail("a boolean that is neither t nor f");
        case ',':
            if (const auto value = detail::whole_number<double>(text)) {
                into = Reply::number(*value);
                return true;
            }
            return fail("a double that is none");
        case '(':
            into.set_text(Reply::Type::big_number, text);
            return true;
        default:
            return fail("\"" + std::string(1, kind) + "\" as the type of a reply");
    }
}

CYCLONE_INLINE ReplyReader::Step ReplyReader::begin_bulk(char kind, std::string_view text) {
    const auto length = detail::length_of_bulk(text);
    if (!length || (*length == -1 && kind != '$') || (*length < 4 && kind == '=')) {
        return refuse("a string of no possible length");
    }
    Reply& target = place();
    if (*length == -1) {
        target = Reply();
        return Step::value;
    }
    target.set_text(kind == '!' ? Reply::Type::error : Reply::Type::string, {});
    // Not to the announced length, which a hostile server could make up.
    constexpr std::int64_t trusted = 1024 * 1024;
    target.text().reserve(static_cast<std::size_t>(std::min(trusted, *length)));
    bulk_ = &target;
    bulk_kind_ = kind;
    bulk_missing_ = static_cast<std::uint64_t>(*length) + 2;
    const Step step = fill_bulk();
    return step == Step::stuck && error_.empty() ? Step::opened : step;
}

/// Moves on with a string that had not come as a whole.
CYCLONE_INLINE ReplyReader::Step ReplyReader::fill_bulk() {
    if (bulk_missing_ > 2) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(bulk_missing_ - 2, input_.size()));
        bulk_->text().append(input_.substr(0, size));
        input_.remove_prefix(size);
        bulk_missing_ -= size;
    }
    for (; bulk_missing_ > 0 && bulk_missing_ <= 2 && !input_.empty(); --bulk_missing_) {
        if (input_.front() != (bulk_missing_ == 2 ? '\r' : '\n')) {
            return refuse("a string that does not end where it should");
        }
        input_.remove_prefix(1);
    }
    if (bulk_missing_ > 0) {
        return Step::stuck;
    }
    Reply& filled = *std::exchange(bulk_, nullptr);
    if (bulk_kind_ == '=') {
        const std::string text = std::move(filled).text();
        if (text[3] != ':') {
            return refuse("a verbatim string without its format");
        }
        filled = Reply::verbatim(text.substr(4), std::string_view(text).substr(0, 3));
    }
    return Step::value;
}

CYCLONE_INLINE ReplyReader::Step ReplyReader::open(Reply::Type type, std::string_view count) {
    const auto number = detail::whole_number<std::int64_t>(count);
    if (number == -1 && type == Reply::Type::array) {
        place() = Reply();
        return Step::value;
    }
    constexpr std::int64_t most = std::int64_t{1} << 32;
    if (!number || *number < 0 || *number > most) {
        return refuse("an aggregate of no possible length");
    }
    if (open_.size() == deepest) {
        return refuse("aggregates within aggregates, more than " + std::to_string(deepest));
    }
    const std::uint64_t elements =
        static_cast<std::uint64_t>(*number) * (type == Reply::Type::map ? 2 : 1);
    // Grown as elements arrive, for the same reason. The address of an aggregate under
    // construction stays valid: its siblings come only after it is complete.
    constexpr std::uint64_t trusted = 1024;
    std::vector<Reply> none;
    none.reserve(static_cast<std::size_t>(std::min(trusted, elements)));
    Reply& target = place();
    target = Reply(type, std::move(none));
    if (elements == 0) {
        return Step::value;
    }
    open_.push_back({&target, elements});
    return Step::opened;
}

CYCLONE_INLINE ReplyReader::Step ReplyReader::open_attributes(std::string_view count) {
    const auto number = detail::whole_number<std::uint32_t>(count);
    if (!number || *number == 0 || open_.size() == deepest) {
        return refuse("attributes of no possible number or place");
    }
    auto attributes = std::make_unique<Reply>(Reply::map({}));
    Reply* const target = attributes.get();
    open_.push_back({target, std::uint64_t{*number} * 2, std::move(attributes)});
    return Step::opened;
}

/// Closes the aggregates that a value has completed, and says whether the reply is whole.
CYCLONE_INLINE bool ReplyReader::finish_value() {
    while (!open_.empty()) {
        Level& last = open_.back();
        if (--last.missing > 0) {
            return false;
        }
        const auto attributes = std::move(last.attributes);
        open_.pop_back();
        if (attributes != nullptr) {
            if (open_.empty()) {
                attributes_ = std::move(*attributes);
            }
            // What they are about comes next.
            return false;
        }
    }
    return true;
}

}  // namespace cyclone::redis
