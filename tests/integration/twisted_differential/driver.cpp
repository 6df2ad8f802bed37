// Runs scripts of Deferred operations, as run.py makes them, and says what happens: cyclone's side
// of the comparison with Twisted. A script ends with the line "end", the answer to it with "end of
// script".

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <cyclone/defer.hpp>
#include <cyclone/log.hpp>
#include <cyclone/task.hpp>

namespace {

using namespace cyclone;

constexpr auto tick = std::chrono::milliseconds(500);

struct ScriptError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
ScriptError script_error(int number) { return ScriptError("E" + std::to_string(number)); }

std::string text_of(const Failure& failure) {
    try {
        failure.raise_exception();
    } catch (const FirstError& error) {
        return "first error " + std::to_string(error.index) + " " + text_of(error.sub_failure);
    } catch (const FailureGroup&) {
        return "all of them failed";
    } catch (const std::exception& error) {
        return error.what();
    }
}
std::string text_of(Outcome<int> outcome) {
    return outcome ? "value " + std::to_string(outcome.value())
                   : "error " + text_of(outcome.failure());
}

class Script {
public:
    explicit Script(std::string& said) : said_(said) {}
    ~Script() {
        silent_ = true;
        // What is given back goes to the next who waits, while there are any.
        while (!locks_.empty() || !entries_.empty()) {
            release(locks_);
            release(entries_);
        }
    }

    void run(const std::vector<std::string>& lines) {
        for (const std::string& line : lines) {
            say("> " + line);
            words_ = std::istringstream(line);
            operation(word());
        }
        say("> end");
        for (auto& [slot, chain] : chains_) {
            auto watched = std::move(chain).add_both([this, number = slot](Outcome<int> outcome) {
                say("final " + std::to_string(number) + " " + text_of(std::move(outcome)));
                return 0;
            });
            chain = std::move(watched);
        }
    }

private:
    std::string word() {
        std::string next;
        words_ >> next;
        return next;
    }
    int number() { return std::stoi(word()); }
    std::vector<Deferred<int>> rest() {
        std::vector<Deferred<int>> all;
        int slot = 0;
        while (words_ >> slot) {
            all.push_back(give_away(slot));
        }
        return all;
    }

    void say(const std::string& text) {
        if (!silent_) {
            said_ += text + "\n";
        }
    }
    Deferred<int> give_away(int slot) { return std::move(chains_.extract(slot).mapped()); }
    void set(int slot, Deferred<int> chain) { chains_.insert_or_assign(slot, std::move(chain)); }

    void operation(const std::string& name) {
        if (name == "new") {
            const int slot = number();
            make(slot, word());
        } else if (name == "callback" || name == "errback") {
            const int slot = number();
            fire(name == "callback", slot, number());
        } else if (name == "add") {
            const int slot = number();
            const std::string kind = word();
            set(slot, added(give_away(slot), kind, number()));
        } else if (name == "chain" || name == "rescuechain") {
            const int slot = number();
            auto inner = std::make_shared<Deferred<int>>(give_away(number()));
            kept_.push_back(inner);
            auto outer = give_away(slot);
            if (name == "chain") {
                set(slot,
                    std::move(outer).add_callback([inner](int) { return std::move(*inner); }));
            } else {
                set(slot, std::move(outer).add_errback(
                              [inner](const Failure&) { return std::move(*inner); }));
            }
        } else if (name == "cancel") {
            chains_.at(number()).cancel();
        } else if (name == "coroutine") {
            const int slot = number();
            const bool strict = word() == "strict";
            auto awaited = std::make_shared<std::vector<Deferred<int>>>(rest());
            kept_.push_back(awaited);
            set(slot, coroutine(slot, strict, std::move(awaited)));
        } else if (name == "list") {
            const int slot = number();
            const std::string flags = word();
            set(slot, list(slot, flags, rest()));
        } else if (name == "lock") {
            acquire(number(), lock_.acquire(), locks_, "locked ");
        } else if (name == "unlock") {
            release(locks_);
        } else if (name == "enter") {
            acquire(number(), semaphore_.acquire(), entries_, "entered ");
        } else if (name == "leave") {
            release(entries_);
        } else if (name == "put") {
            try {
                queue_.put(number());
            } catch (const QueueOverflow&) {
                say("overflow");
            }
        } else if (name == "get") {
            get(number());
        } else if (name == "delay") {
            const int slot = number();
            set(slot, task::defer_later(
                          tick * number(), [slot] { return slot; }, clock_));
        } else if (name == "loop") {
            const int slot = number();
            const int ticks = number();
            const bool now = word() == "now";
            set(slot, loop(slot, ticks, now, number()));
        } else if (name == "tick") {
            clock_.advance(tick);
        } else {
            throw std::invalid_argument("there is no operation " + name);
        }
    }

    void make(int slot, const std::string& canceller) {
        Promise<int>& promise = promises_[slot];
        if (canceller != "-") {
            promise = Promise<int>([this, slot, canceller] {
                say("canceller " + std::to_string(slot));
                if (canceller == "value") {
                    promises_[slot].callback(7000 + slot);
                } else if (canceller == "error") {
                    promises_[slot].errback(script_error(7000 + slot));
                }
            });
        }
        set(slot, promise.get_deferred());
    }

    void fire(bool with_value, int slot, int what) {
        try {
            if (with_value) {
                promises_.at(slot).callback(what);
            } else {
                promises_.at(slot).errback(script_error(what));
            }
        } catch (const AlreadyCalledError&) {
            say("already called " + std::to_string(slot));
        }
    }

    Deferred<int> added(Deferred<int> chain, const std::string& kind, int number) {
        const std::string n = std::to_string(number);
        auto throw_it = [this, n, number](int value) -> int {
            say("throw " + n + " at " + std::to_string(value));
            throw script_error(number);
        };
        auto rescue = [this, n, number](const Failure& failure) {
            say("rescue " + n + " from " + text_of(failure));
            return number;
        };
        if (kind == "plus") {
            return std::move(chain).add_callback([this, n, number](int value) {
                say("plus " + n + " to " + std::to_string(value));
                return value + number;
            });
        }
        if (kind == "throw") {
            return std::move(chain).add_callback(throw_it);
        }
        if (kind == "rescue") {
            return std::move(chain).add_errback(rescue);
        }
        if (kind == "replace") {
            return std::move(chain).add_errback([this, n, number](const Failure& failure) -> int {
                say("replace " + n + " for " + text_of(failure));
                throw script_error(number);
            });
        }
        if (kind == "pass") {
            return std::move(chain).add_errback([this, n](const Failure& failure) -> int {
                say("pass " + n + " on " + text_of(failure));
                failure.raise_exception();
            });
        }
        if (kind == "both") {
            return std::move(chain).add_both([this, n](Outcome<int> outcome) {
                say("both " + n + " " + text_of(outcome));
                return outcome.value();
            });
        }
        return std::move(chain).add_callbacks(throw_it, rescue);
    }

    Deferred<int> coroutine(int slot, bool strict,
                            std::shared_ptr<std::vector<Deferred<int>>> awaited) {
        const std::string name = "coroutine " + std::to_string(slot);
        int total = 0;
        for (std::size_t i = 0; i < awaited->size(); ++i) {
            try {
                const int value = co_await (*awaited)[i];
                total += value;
            } catch (...) {
                say(name + " caught " + text_of(Failure(std::current_exception())) + " at " +
                    std::to_string(i));
                if (strict) {
                    throw;
                }
                ++total;
            }
            say(name + " has " + std::to_string(total));
        }
        co_return total;
    }

    Deferred<int> list(int slot, const std::string& flags, std::vector<Deferred<int>> all) {
        const std::string name = "list " + std::to_string(slot);
        const auto first = [this, name](FirstResult<int> result) {
            say(name + " first " + std::to_string(result.index) + " is " +
                std::to_string(result.value));
            return result.value;
        };
        const auto none = [this, name](const Failure& failure) -> int {
            if (const auto group = group_of(failure)) {
                std::string text = name + " has";
                for (const Failure& one : group->failures) {
                    text += " " + text_of(one);
                }
                say(text);
            }
            failure.raise_exception();
        };
        if (flags == "c") {
            Deferred<FirstResult<int>> listed =
                DeferredList(std::move(all), fire_on_one_callback, consume_errors);
            return std::move(listed).add_callbacks(first, none);
        }
        if (flags == "ce") {
            Deferred<FirstResult<int>> listed = DeferredList(std::move(all), fire_on_one_callback,
                                                             fire_on_one_errback, consume_errors);
            return std::move(listed).add_callbacks(first, none);
        }
        const auto each = [this, name](std::vector<Outcome<int>> outcomes) {
            std::string text = name + " has";
            for (auto& outcome : outcomes) {
                text +=
                    " " + (outcome ? std::to_string(outcome.value()) : text_of(outcome.failure()));
            }
            say(text);
            return static_cast<int>(outcomes.size());
        };
        if (flags == "e") {
            Deferred<std::vector<Outcome<int>>> listed =
                DeferredList(std::move(all), fire_on_one_errback, consume_errors);
            return std::move(listed).add_callback(each);
        }
        Deferred<std::vector<Outcome<int>>> listed = DeferredList(std::move(all), consume_errors);
        return std::move(listed).add_callback(each);
    }
    static std::optional<FailureGroup> group_of(const Failure& failure) {
        try {
            failure.raise_exception();
        } catch (const FailureGroup& group) {
            return group;
        } catch (...) {
            return std::nullopt;
        }
    }

    using Holds = std::deque<DeferredLock::Hold>;
    void acquire(int slot, Deferred<DeferredLock::Hold> acquiring, Holds& holds,
                 const std::string& what) {
        set(slot,
            std::move(acquiring).add_callback([this, slot, &holds, what](DeferredLock::Hold hold) {
                holds.push_back(std::move(hold));
                say(what + std::to_string(slot));
                return 1;
            }));
    }
    static void release(Holds& holds) {
        if (!holds.empty()) {
            const auto hold = std::move(holds.front());
            holds.pop_front();
        }
    }

    void get(int slot) {
        try {
            set(slot, queue_.get());
        } catch (const QueueUnderflow&) {
            say("underflow");
            set(slot, succeed(-1));
        }
    }

    Deferred<int> loop(int slot, int ticks, bool now, int limit) {
        auto calls = std::make_shared<int>(0);
        auto self = std::make_shared<std::optional<task::LoopingCall>>();
        self->emplace(task::LoopingCall::with_count(
            [this, slot, limit, calls, loop = self.get()](std::int64_t count) {
                ++*calls;
                say("loop " + std::to_string(slot) + " call " + std::to_string(*calls) + " count " +
                    std::to_string(count) + " at " + std::to_string(clock_.seconds() / tick));
                if (*calls == limit) {
                    (*loop)->stop();
                }
            },
            clock_));
        loops_.push_back(self);
        return (*self)->start(tick * ticks, now).add_callback([calls](const task::LoopingCall&) {
            return *calls;
        });
    }

    std::string& said_;
    std::istringstream words_;
    bool silent_ = false;
    task::Clock clock_;
    DeferredLock lock_;
    DeferredSemaphore semaphore_{2};
    DeferredQueue<int> queue_{2, 2};
    Holds locks_;
    Holds entries_;
    std::vector<std::shared_ptr<std::optional<task::LoopingCall>>> loops_;
    // A Deferred that is dropped is cancelled, which Twisted's is not: what a chain does not come
    // to is kept.
    std::vector<std::shared_ptr<void>> kept_;
    std::map<int, Promise<int>> promises_;
    std::map<int, Deferred<int>> chains_;
};

}  // namespace

int main() {
    log::set_level(log::Level::none);
    std::vector<std::string> lines;
    for (std::string line; std::getline(std::cin, line);) {
        if (line != "end") {
            lines.push_back(line);
            continue;
        }
        std::string said;
        Script(said).run(lines);
        std::cout << said << "end of script\n";
        lines.clear();
    }
}
