// Functions instead of classes, for the small service.
//
//     ./bottle --port=8888                           prints: listening on http://127.0.0.1:8888/
//     curl http://127.0.0.1:8888/user/7              prints: {"id":7,"name":"nobody"}
//     curl -d name=Ada http://127.0.0.1:8888/user/7
//     curl http://127.0.0.1:8888/user/7              prints: {"id":7,"name":"Ada"}

#include <iostream>
#include <map>

#include <cyclone/bottle.hpp>
#include <cyclone/options.hpp>

using namespace cyclone;

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    options::parse_command_line(argc, argv);
    std::map<int, std::string> names;

    bottle::App app;
    app.get<"/">([] { return "hello\n"; });
    app.get<"/user/<int>">([&](int id) {
        const auto found = names.find(id);
        return boost::json::object{{"id", id},
                                   {"name", found == names.end() ? "nobody" : found->second}};
    });
    app.post<"/user/<int>">([&](bottle::Request& request, int id) {
        names[id] = request.get_argument("name");
        request.redirect("/user/" + std::to_string(id), false, 303);
    });

    const auto listening = reactor::listen_tcp(*port, app, "127.0.0.1");
    std::cout << "listening on http://" << listening.address() << "/" << std::endl;
    reactor::run();
}
