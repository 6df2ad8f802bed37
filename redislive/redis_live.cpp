// RedisLive: shows what Redis servers do, and unless --collect=no watches them too.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>

#include <cyclone/cyclone.hpp>
#include <redislive/api/controller/base_static_file_handler.hpp>
#include <redislive/api/controller/commands_controller.hpp>
#include <redislive/api/controller/info_controller.hpp>
#include <redislive/api/controller/memory_controller.hpp>
#include <redislive/api/controller/server_list_controller.hpp>
#include <redislive/api/controller/status_controller.hpp>
#include <redislive/api/controller/top_commands_controller.hpp>
#include <redislive/api/controller/top_keys_controller.hpp>
#include <redislive/page_folders.hpp>
#include <redislive/program.hpp>

using namespace cyclone;
using namespace redislive;

int main(int argc, char** argv) {
    const std::string program = "redis-live";
    options::describe("Shows in a browser what Redis servers are doing, now and before.");
    const ProgramOptions common;
    const auto port = options::define<std::uint16_t>(
        "port", 8888, "the port of the page",
        {.rule = "a port is a number from 0 to 65535 (0 picks a free one)"});
    const auto address = options::define<std::string>(
        "address", "127.0.0.1", "where to listen; who reaches it can read all",
        {.metavar = "ADDRESS"});
    const auto collect = options::define<bool>(
        "collect", true, "no: only show what redis-monitor collects", {.metavar = "yes|no"});
    const auto www = options::define<std::string>("www", "", "the folder of the page's files",
                                                  {.metavar = "FOLDER", .hidden = true});
    const auto rest = options::parse_command_line(argc, argv);
    try {
        if (!rest.empty()) {
            throw options::Error(rest.front() + ": there are flags only; see --help");
        }
        const Settings settings = common.read();
        const PageFolders page = find_page_folders(www.value());
        const auto backend = std::make_shared<Backend>();
        web::Application application({
            web::url<ServerListController>(R"(/api/servers)", backend),
            web::url<InfoController>(R"(/api/info)", backend),
            web::url<MemoryController>(R"(/api/memory)", backend),
            web::url<CommandsController>(R"(/api/commands)", backend),
            web::url<TopCommandsController>(R"(/api/topcommands)", backend),
            web::url<TopKeysController>(R"(/api/topkeys)", backend),
            web::url<StatusController>(R"(/api/status)", backend),
            web::url<BaseStaticFileHandler>(R"(/vendor/(.*))", {.path = page.vendor}),
            web::url<BaseStaticFileHandler>(R"(/(.*))",
                                            {.path = page.www, .default_filename = "index.html"}),
        });
        // Before the store: a second RedisLive by mistake ends here, with nothing touched.
        const auto listening = reactor::listen_tcp(port, application, address.value());
        backend->servers = settings.servers;
        backend->address = address.value();
        backend->stats = open_store(settings);
        if (collect) {
            backend->collector = std::make_shared<Collector>(settings.servers, backend->stats);
            backend->collector->start();
            reactor::current().before_shutdown([&] { return backend->collector->stop(); });
        }
        std::printf("RedisLive: http://%s/\n", listening.address().c_str());
        std::fflush(stdout);
        reactor::run();
        reactor::current().run_until(backend->stats->close());
    } catch (const options::Error& error) {
        return fail(program, error.what(), 2);
    } catch (const std::exception& error) {
        return fail(program, error.what(), 1);
    }
}
