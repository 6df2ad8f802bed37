#include <redislive/demo/traffic.hpp>

#include <cmath>
#include <iterator>
#include <numbers>

namespace redislive::demo {

namespace {

using Command = std::vector<std::string>;

constexpr const char* names[] = {"Ada",          "Bo \"the boss\"",
                                 "Chlo\xc3\xa9", "D'Arcy",
                                 "Emil",         "Fr\xc3\xado",
                                 "Gro\xc3\x9f",  "H\\H",
                                 "I/O",          "J & K",
                                 "<b>Lou</b>",   "M\nN",
                                 "Olga?",        "P*",
                                 "Q:R",          "\xe6\x9d\x8e"};
constexpr const char* pages[] = {"home", "search", "basket", "about us", "checkout", "help"};

}  // namespace

std::uint64_t Traffic::number(std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_);
}

std::uint64_t Traffic::skewed(std::uint64_t count) {
    const double share = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(count) + 1, share)) - 1;
}

std::string Traffic::session() {
    // A number as its bytes, as some clients have them.
    const std::uint64_t id = skewed(3000) * 0x9e3779b97f4a7c15U;
    std::string key = "session:";
    for (int shift = 0; shift < 64; shift += 16) {
        key += static_cast<char>(id >> shift);
    }
    return key;
}

Command Traffic::next() {
    const std::string product = "product:" + std::to_string(skewed(5000));
    const std::string name = names[skewed(std::size(names))];
    const std::string page = pages[skewed(std::size(pages))];
    const std::uint64_t chance = number(100);
    if (chance < 24) {
        return {"GET", "page:" + page + ":" + std::to_string(skewed(200))};
    }
    if (chance < 40) {
        return {"HGETALL", product};
    }
    if (chance < 46) {
        return {"HSET",  product,
                "price", std::to_string(number(10000)),
                "stock", std::to_string(number(50))};
    }
    if (chance < 56) {
        return {"GET", session()};
    }
    if (chance < 61) {
        return {"SETEX", session(), "120", std::string(20 + number(200), 'x')};
    }
    if (chance < 66) {
        return {"SET", "page:" + page + ":" + std::to_string(skewed(200)),
                std::string(100 + number(2000), 'p'), "EX", "300"};
    }
    if (chance < 72) {
        return {"INCR", "visits of " + page};
    }
    if (chance < 78) {
        return {"ZINCRBY", "bestsellers", "1", product};
    }
    if (chance < 81) {
        return {"ZREVRANGE", "bestsellers", "0", "9", "WITHSCORES"};
    }
    if (chance < 85) {
        return {"LPUSH", "jobs:mail", "to " + name};
    }
    if (chance < 89) {
        return {"RPOP", "jobs:mail"};
    }
    if (chance < 92) {
        return {"SADD", "basket of " + name, product};
    }
    if (chance < 94) {
        return {"SMEMBERS", "basket of " + name};
    }
    if (chance < 95) {
        return {"EXPIRE", "basket of " + name, "600"};
    }
    if (chance < 97) {
        return {"MGET", product, "visits of " + page, "page:home:0"};
    }
    if (chance < 98) {
        return {"PUBLISH", "news", name + " has bought " + product};
    }
    if (chance < 99) {
        return {"EVAL", "return redis.call('INCRBY', KEYS[1], ARGV[1])", "1", "turnover",
                std::to_string(number(100))};
    }
    return {"DEL", session()};
}

double Traffic::rate(double seconds) {
    const double wave = 1.0 + 0.6 * std::sin(seconds * 2 * std::numbers::pi / 60);
    const bool is_rush = std::fmod(seconds, 97.0) > 85.0;
    return 800.0 * wave + (is_rush ? 4000.0 : 0.0);
}

}  // namespace redislive::demo
