#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <cyclone/options/conversion.hpp>

namespace cyclone::options {

/// What can be said of an option beside its name, default and help.
template <class T>
struct Definition {
    /// The heading under which --help shows it; none: with the others that have none.
    std::string group{};
    /// What stands behind the = in --help; none: what suits the type, as NUMBER.
    std::string metavar{};
    /// Refuses a value of the right type by giving false.
    std::function<bool(const T&)> accept{};
    /// The sentence that someone reads whose value was refused; "a port is a number from 0 to
    /// 65535". None: made of the option's name and what its type takes.
    std::string rule{};
    /// Called with each new value. A std::invalid_argument from here is told as what is wrong with
    /// the value; an options::Error is passed on as it is.
    std::function<void(const T&)> callback{};
    /// The value is neither shown in --help nor repeated in a message.
    bool secret = false;
    /// Not shown in --help.
    bool hidden = false;
};

namespace detail {

class Entry {
public:
    virtual ~Entry() = default;

    /// Throws std::invalid_argument with a sentence.
    virtual void parse(std::string_view text) = 0;
    virtual std::string default_text() const = 0;
    virtual std::string value_text() const = 0;

    /// With dashes, never underscores.
    std::string name;
    std::string help;
    std::string group;
    std::string metavar;
    bool secret = false;
    bool hidden = false;
    /// Its name alone means true.
    bool is_switch = false;
    bool given = false;
};

template <class T>
class TypedEntry final : public Entry {
public:
    TypedEntry(std::string name_, T default_value, std::string_view help_, Definition<T> definition)
        : value(default_value),
          default_(std::move(default_value)),
          accept_(std::move(definition.accept)),
          rule_(std::move(definition.rule)),
          callback_(std::move(definition.callback)) {
        name = std::move(name_);
        help = help_;
        group = std::move(definition.group);
        metavar =
            definition.metavar.empty() ? Conversion<T>::metavar() : std::move(definition.metavar);
        secret = definition.secret;
        hidden = definition.hidden;
        is_switch = std::is_same_v<T, bool> || std::is_same_v<T, std::optional<bool>>;
    }

    void parse(std::string_view text) override {
        auto parsed = Conversion<T>::parse(text);
        if (!parsed || (accept_ && !accept_(*parsed))) {
            throw std::invalid_argument(rule_.empty() ? name + " is " + Conversion<T>::rule()
                                                      : rule_);
        }
        set(std::move(*parsed));
    }
    void set(T new_value) {
        value = std::move(new_value);
        given = true;
        if (callback_) {
            callback_(value);
        }
    }
    std::string default_text() const override { return Conversion<T>::format(default_); }
    std::string value_text() const override { return Conversion<T>::format(value); }

    T value;

private:
    T default_;
    std::function<bool(const T&)> accept_;
    std::string rule_;
    std::function<void(const T&)> callback_;
};

}  // namespace detail

/// An option that was defined: what options::define() gives. Reads as its value: the one given, or
/// else the default. Copies mean the same option. Good as long as its OptionParser is, so that one
/// of the process always is.
template <class T>
class Option {
public:
    explicit Option(detail::TypedEntry<T>& entry) : entry_(&entry) {}

    const T& value() const { return entry_->value; }
    const T& operator*() const { return entry_->value; }
    const T* operator->() const { return &entry_->value; }
    operator const T&() const { return entry_->value; }

    /// Whether it was given, by whatever way; false: value() is the default.
    bool given() const { return entry_->given; }
    /// For the program itself: checked by nobody, but the callback is called.
    void set(T value) const { entry_->set(std::move(value)); }

private:
    detail::TypedEntry<T>* entry_;
};

}  // namespace cyclone::options
