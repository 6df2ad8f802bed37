// A program of services, which can run in the background: what a TAC file and twistd make.
//
//     ./service_application --port=8888      prints: started
//     curl http://127.0.0.1:8888/            prints: served 0 times a second ago
//     ./service_application --port=8889 --daemon --pidfile=/tmp/service.pid
//     curl http://127.0.0.1:8889/            prints: served 0 times a second ago
//     kill $(cat /tmp/service.pid)
//
// Under systemd neither is needed: see service_application.service.

#include <iostream>
#include <string>

#include <cyclone/options.hpp>
#include <cyclone/service.hpp>
#include <cyclone/web.hpp>

using namespace cyclone;
using namespace std::chrono_literals;

int served = 0;
int served_before = 0;

struct Main : web::RequestHandler {
    void get() {
        write("served " + std::to_string(served_before) + " times a second ago\n");
        ++served;
    }
};

struct Web : service::Service {
    explicit Web(const options::Option<std::uint16_t>& number) : port(number) {}
    Deferred<> start_service() override {
        reactor::listen_tcp(*port, application, "127.0.0.1");
        std::cout << "started" << std::endl;
        return succeed();
    }
    options::Option<std::uint16_t> port;
    web::Application application{{web::url<Main>("/")}};
};

const auto port = options::define<std::uint16_t>("port", 8888, "the port to listen on");

int main(int argc, char** argv) {
    service::Application application("service_application");
    application.add<service::TimerService>(1s, [] {
        served_before = served;
        return succeed();
    });
    application.add<Web>(port);
    return application.main(argc, argv);
}
