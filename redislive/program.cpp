#include <redislive/program.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include <cyclone/log.hpp>
#include <cyclone/options.hpp>
#include <cyclone/reactor.hpp>
#include <redislive/dataprovider/redis_provider.hpp>
#include <redislive/dataprovider/sqlite_provider.hpp>

namespace redislive {

namespace options = cyclone::options;
namespace fs = std::filesystem;

namespace {

constexpr const char* usual_config = "redis-live.conf";

std::string read_file(const std::string& path) {
    std::error_code ignored;
    std::ifstream file(path, std::ios::binary);
    if (!file.is_open() || fs::is_directory(path, ignored)) {
        throw options::Error(
            "--config=" + path + ": " +
            (fs::exists(path, ignored) ? "this file cannot be read" : "there is no such file"));
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

template <class T>
T value_of(Parsed<T> parsed, const std::string& flag) {
    if (!parsed) {
        throw options::Error(flag + parsed.error());
    }
    return std::move(parsed).value();
}

}  // namespace

struct ProgramOptions::Flags {
    options::Option<std::string> config = options::define<std::string>(
        "config", "", "a configuration in JSON (redis-live.conf, if it is there)",
        {.metavar = "FILE"});
    options::Option<std::string> monitor = options::define<std::string>(
        "monitor", "",
        "what to watch: host:port, unix:path, redis:// or rediss://user:password@host:port "
        "(127.0.0.1:6379)",
        {.metavar = "SERVER,..."});
    options::Option<std::string> store = options::define<std::string>(
        "store", "",
        "where to keep it: sqlite:PATH or redis://host:port (sqlite:db/redislive.sqlite)",
        {.metavar = "STORE"});
    options::Option<std::optional<int>> keep_days = options::define<std::optional<int>>(
        "keep-days", std::nullopt, "how long to keep it (31)",
        {.metavar = "DAYS",
         .accept =
             [](const std::optional<int>& days) { return days && *days >= 1 && *days <= 36500; },
         .rule = "the number of days is a number from 1 to 36500"});
};

ProgramOptions::ProgramOptions() : flags_(std::make_shared<Flags>()) {}

Settings ProgramOptions::read() const {
    Settings settings;
    std::error_code ignored;
    const std::string& named = flags_->config.value();
    const std::string path =
        flags_->config.given() || !fs::exists(usual_config, ignored) ? named : usual_config;
    if (flags_->config.given() || !path.empty()) {
        settings = value_of(parse_settings(read_file(path), path), "");
        for (const std::string& warning : settings.warnings) {
            cyclone::log::warning(warning);
        }
    }
    if (flags_->monitor.given()) {
        settings.servers = value_of(parse_server_list(flags_->monitor.value()), "--monitor=");
    }
    if (settings.servers.empty()) {
        settings.servers.emplace_back();
    }
    if (flags_->store.given()) {
        settings.store = value_of(parse_store(flags_->store.value()), "--store=");
    }
    settings.keep_days = flags_->keep_days.value().value_or(settings.keep_days);
    return settings;
}

namespace {

/// Makes the folder of the store that nobody has named; removes it again unless kept.
class UsualFolder {
public:
    explicit UsualFolder(const StoreSettings& store) {
        const StoreSettings usual;
        if (store.kind == StoreKind::sqlite && store.path == usual.path) {
            folder_ = fs::path(usual.path).parent_path();
            std::error_code ignored;
            is_new_ = fs::create_directory(folder_, ignored);
        }
    }
    UsualFolder(const UsualFolder&) = delete;
    UsualFolder& operator=(const UsualFolder&) = delete;
    ~UsualFolder() {
        std::error_code ignored;
        if (is_new_) {
            fs::remove(folder_, ignored);
        }
    }
    void keep() { is_new_ = false; }

private:
    fs::path folder_;
    bool is_new_ = false;
};

std::shared_ptr<DataProvider> make_provider(const Settings& settings) {
    const std::chrono::days keep(settings.keep_days);
    if (settings.store.kind == StoreKind::sqlite) {
        return std::make_shared<SqliteProvider>(settings.store.path, keep);
    }
    auto connection = settings.store.redis;
    // A page is told at once that the store is away; the collector keeps what it has.
    connection.when_away = cyclone::redis::WhenAway::fail;
    connection.backoff.longest = std::chrono::milliseconds(250);
    connection.client_name = "redislive-store";
    return std::make_shared<RedisProvider>(connection, keep);
}

}  // namespace

std::shared_ptr<DataProvider> open_store(const Settings& settings) {
    UsualFolder folder(settings.store);
    auto provider = make_provider(settings);
    cyclone::reactor::current().run_until(provider->ready());
    folder.keep();
    return provider;
}

int fail(const std::string& program, const std::string& sentence, int status) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), sentence.c_str());
    return status;
}

}  // namespace redislive
