#pragma once

#include <boost/json/array.hpp>

#include <redislive/api/controller/base_controller.hpp>

namespace redislive {

struct ServerListController : BaseController {
    void get() {
        boost::json::array servers;
        for (const ServerAddress& server : backend().servers) {
            const auto& connection = server.connection;
            const bool is_unix = !connection.unix_path.empty();
            servers.push_back(boost::json::object{
                {"server", is_unix ? connection.unix_path : connection.host},
                {"port", is_unix ? boost::json::value() : boost::json::value(connection.port)},
                {"id", server.id()}});
        }
        write({{"servers", std::move(servers)}});
    }
};

}  // namespace redislive
