#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/captured_log.hpp"
#include "tests/unit/http_port.hpp"

namespace http_server {

using namespace cyclone;
using namespace std::chrono_literals;
using http::ExchangePtr;
using Client = SocketClient;
using Clock = HttpPort::Clock;

namespace {

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos;
         at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

/// A file of `size` bytes, removed in the end.
class TemporaryFile {
public:
    explicit TemporaryFile(std::size_t size) {
        path_ =
            std::filesystem::temp_directory_path() / ("cyclone-test-" + std::to_string(::getpid()));
        std::ofstream(path_) << std::string(size, 'f');
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    std::shared_ptr<const http::OpenFile> open() const {
        return std::make_shared<http::OpenFile>(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    }
    void shrink(std::size_t size) const { std::filesystem::resize_file(path_, size); }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace

}  // namespace http_server

BOOST_FIXTURE_TEST_SUITE(http_server, HttpPort)

BOOST_AUTO_TEST_CASE(a_connection_is_kept_and_pipelined_requests_are_answered_in_order) {
    listen();
    Client client(*this);
    client.send(get_path("/1"));
    client.read_to("GET /1 ");
    std::string many;
    for (int i = 0; i < 1000; ++i) {
        many += get_path("/n" + std::to_string(i));
    }
    client.send(many);
    client.read_to("GET /n999 ");
    BOOST_TEST(count(client.received, "HTTP/1.1 200 OK\r\n") == 1001U);
    BOOST_TEST(client.received.find("GET /n17 ") < client.received.find("GET /n18 "));
    BOOST_TEST(server->connections() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_comes_byte_by_byte_is_answered) {
    listen();
    Client client(*this);
    for (const char c : get) {
        client.send({&c, 1});
        run_for(1ms);
    }
    BOOST_TEST(client.read_to("GET / ").ends_with("GET / "));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_larger_than_all_buffers_arrives_at_the_clients_pace) {
    const std::string body(20'000'000, 'b');
    std::optional<bool> drained;
    service->on("/", [&](ExchangePtr exchange) {
        auto answering = [](ExchangePtr kept, const std::string& bytes,
                            std::optional<bool>& flag) -> Deferred<> {
            kept->response.headers.add("Content-Length", std::to_string(bytes.size()));
            kept->response.body = bytes;
            kept->send();
            flag = false;
            auto draining = kept->drained();
            co_await draining;
            flag = true;
            kept->finish();
        };
        answering(std::move(exchange), body, drained).detach();
    });
    listen();
    Client client(*this);
    client.send(get);
    run_for(50ms);
    BOOST_TEST(drained.value() == false);
    client.read(1'000'000);
    BOOST_TEST(drained.value() == false);
    client.read(body.size());
    run_until([&] { return *drained; });
    BOOST_TEST(drained.value());
    client.send(get_path("/next"));
    client.read_to("GET /next ");
    BOOST_TEST(client.received.ends_with("GET /next "));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_disconnected_and_others_are_served_on) {
    settings.write_timeout = 500ms;
    service->on("/large", [](ExchangePtr exchange) {
        exchange->response.body.assign(20'000'000, 'b');
        exchange->finish();
    });
    listen();
    Client stuck(*this, 4096);
    Client slow(*this, 4096);
    stuck.send(get_path("/large"));
    slow.send(get_path("/large"));
    const auto begin = Clock::now();
    run_until([&] {
        slow.read(slow.received.size() + 2048);
        return server->connections() == 1;
    });
    BOOST_TEST((Clock::now() - begin < 3s));
    BOOST_TEST((Clock::now() - begin >= 400ms));
    BOOST_TEST(!slow.ended);
    Client other(*this);
    other.send(get);
    BOOST_TEST(other.read_to("GET / ").ends_with("GET / "));
}

BOOST_AUTO_TEST_CASE(an_answer_after_a_long_wait_has_all_of_the_write_timeout) {
    settings.write_timeout = 500ms;
    hold("/wait");
    listen();
    Client client(*this, 4096);
    client.send(get_path("/wait"));
    run_for(1200ms);
    BOOST_TEST_REQUIRE(held.size() == 1U);
    held[0]->response.body.assign(20'000'000, 'b');
    held[0]->finish();
    run_for(250ms);
    BOOST_TEST(server->connections() == 1U);
}

BOOST_AUTO_TEST_CASE(each_phase_that_takes_too_long_ends_its_connection) {
    settings.first_byte_timeout = 500ms;
    settings.header_timeout = 500ms;
    settings.body_grace = 500ms;
    settings.min_body_rate = 1000;
    settings.idle_timeout = 500ms;
    settings.handler_timeout = 500ms;
    hold("/wait");
    listen();
    Client silent(*this);
    Client trickling(*this);
    Client starving(*this);
    Client idle(*this);
    Client waiting(*this);
    idle.send(get);
    waiting.send(get_path("/wait"));
    starving.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    const auto begin = Clock::now();
    std::vector<std::chrono::milliseconds> ends;
    while (ends.size() < 2 && Clock::now() - begin < 4s) {
        if (!trickling.ended) {
            trickling.send("G");
            trickling.reads_end(1ms);
            if (trickling.ended) {
                ends.push_back(
                    std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
            }
        }
        if (!starving.ended) {
            starving.send("x");
            starving.reads_end(1ms);
            if (starving.ended) {
                ends.push_back(
                    std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin));
            }
        }
        run_for(20ms);
    }
    BOOST_TEST(ends.size() == 2U);
    BOOST_TEST(silent.reads_end());
    BOOST_TEST(silent.received == "");
    BOOST_TEST(idle.reads_end());
    BOOST_TEST(count(idle.received, "HTTP/1.1") == 1U);
    BOOST_TEST(waiting.reads_end());
    BOOST_TEST(waiting.received.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(trickling.received.starts_with("HTTP/1.1 408 "));
    BOOST_TEST(starving.received.starts_with("HTTP/1.1 408 "));
    BOOST_TEST(service->timeouts == 1);
    run_until([&] { return server->connections() == 0; });
    BOOST_TEST(server->connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_fast_enough_has_all_the_time_it_needs) {
    settings.body_grace = 250ms;
    settings.min_body_rate = 1000;
    listen();
    Client client(*this);
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n");
    for (int i = 0; i < 100; ++i) {
        client.send(std::string(100, 'x'));
        run_for(15ms);
    }
    BOOST_TEST(client.read_to("POST / x").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(a_connection_too_many_gets_a_503) {
    settings.max_connections = 2;
    listen();
    Client first(*this);
    Client second(*this);
    run_until([&] { return server->connections() == 2; });
    for (int i = 0; i < 20; ++i) {
        Client third(*this);
        third.send(get);
        BOOST_TEST(third.reads_end());
        BOOST_TEST(third.received.starts_with("HTTP/1.1 503 "));
        BOOST_TEST(third.received.ends_with("there are too many connections here.\n"));
    }
    first.close();
    run_until([&] { return server->connections() == 1; });
    Client fourth(*this);
    fourth.send(get);
    BOOST_TEST(fourth.read_to("GET / ").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(who_is_turned_away_is_not_reset_before_the_answer_was_read) {
    settings.max_connections = 1;
    listen();
    Client first(*this);
    run_until([&] { return server->connections() == 1; });
    Client second(*this);
    second.send(get + std::string(30'000, 'x'));
    run_for(50ms);
    BOOST_TEST(second.reads_end());
    BOOST_TEST(second.received.starts_with("HTTP/1.1 503 "));
    BOOST_TEST(!second.was_reset);
}

BOOST_AUTO_TEST_CASE(those_who_are_turned_away_and_stay_are_few_and_not_for_long) {
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    settings.max_connections = 1;
    listen();
    Client first(*this);
    run_until([&] { return server->connections() == 1; });
    const auto before = open_files();
    std::vector<std::unique_ptr<Client>> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(std::make_unique<Client>(*this));
    }
    for (auto& client : crowd) {
        client->reads_end();
    }
    BOOST_TEST(open_files() - before > 100);
    BOOST_TEST(open_files() - before <= 100 + 64);
    BOOST_TEST(run_until([&] { return open_files() - before <= 100; }, 3s));
}

BOOST_AUTO_TEST_CASE(a_large_file_does_not_have_the_reactor_for_itself) {
    constexpr std::size_t size = 300'000'000;
    const TemporaryFile file(0);
    file.shrink(size);
    service->on("/", [&file](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", std::to_string(size));
        exchange->send_file({file.open(), 0, size});
        exchange->finish();
    });
    listen();
    // A reader that is always faster.
    const auto read_from = [](int socket, std::size_t bytes) {
        std::vector<char> buffer(4'000'000);
        while (bytes > 0) {
            const ssize_t read = ::recv(socket, buffer.data(), buffer.size(), MSG_TRUNC);
            if (read <= 0) {
                return;
            }
            bytes -= std::min(bytes, static_cast<std::size_t>(read));
        }
    };
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST_REQUIRE(
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_TEST_REQUIRE(::send(socket, get.data(), get.size(), 0) ==
                       static_cast<ssize_t>(get.size()));
    std::jthread reader(read_from, socket, size);
    const auto& metrics = reactor.component<http::Metrics>();
    std::uint64_t largest = 0;
    for (const auto until = Clock::now() + 20s;
         metrics.bytes_sent < size && Clock::now() < until;) {
        const std::uint64_t before = metrics.bytes_sent;
        reactor.context().restart();
        reactor.context().run_one_for(2ms);
        largest = std::max(largest, metrics.bytes_sent - before);
    }
    BOOST_TEST(metrics.bytes_sent >= size);
    BOOST_TEST_MESSAGE("at most " << largest << " bytes in one turn");
    BOOST_TEST(largest <= 3'000'000U);
    reader.join();
    ::close(socket);
}

BOOST_AUTO_TEST_CASE(connections_from_one_address_are_counted_and_forgotten) {
    settings.max_connections_per_address = 1;
    listen();
    for (int i = 0; i < 3; ++i) {
        Client first(*this);
        first.send(get);
        first.read_to("GET / ");
        Client second(*this);
        BOOST_TEST(second.reads_end());
        BOOST_TEST(second.received.starts_with("HTTP/1.1 503 "));
        first.close();
        run_until([&] { return server->connections() == 0; });
    }
}

BOOST_AUTO_TEST_CASE(a_body_by_pieces_is_read_no_faster_than_it_is_taken) {
    CapturedLog log;
    std::vector<Promise<>> pieces;
    std::size_t taken = 0;
    service->on_stream(
        "/",
        [&](ExchangePtr, std::string_view piece) {
            taken += piece.size();
            pieces.emplace_back();
            return pieces.back().get_deferred();
        },
        ScriptedService::echo);
    listen();
    Client client(*this);
    const std::size_t size = 50'000'000;
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) +
                "\r\n\r\n");
    const std::string some(100'000, 'x');
    std::size_t sent = 0;
    for (; sent < size; sent += some.size()) {
        const auto begin = Clock::now();
        client.send(some);
        if (Clock::now() - begin > 1s) {
            break;
        }
    }
    BOOST_TEST(sent < 20'000'000U);
    BOOST_TEST(taken < 100'000U);
    BOOST_TEST(pieces.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_unix_socket_serves_and_its_peer_has_no_address) {
    std::string remote = "unknown";
    service->on("/", [&remote](ExchangePtr exchange) {
        remote = exchange->request.remote_ip;
        ScriptedService::echo(exchange);
    });
    const TemporaryFile name(0);
    const std::string path = name.path() + ".socket";
    port.emplace(reactor::listen_unix(path, *this));
    Client client(*this, path);
    client.send(get + get);
    client.read_to("GET / ");
    BOOST_TEST(count(client.read_to("GET / HTTP"), "HTTP/1.1 200 OK\r\n") >= 1U);
    BOOST_TEST(remote == "");
    auto stopping = port->stop_listening();
    run_until([&] { return stopping.called(); });
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_file_is_sent_between_texts) {
    const TemporaryFile file(3'000'000);
    service->on("/", [&file](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "2000008");
        exchange->response.body = "<<<<";
        exchange->send_file({file.open(), 1000, 2'000'000});
        exchange->response.body = ">>>>";
        exchange->finish();
    });
    listen();
    Client client(*this);
    client.send(get + get_path("/next"));
    client.read_to("GET /next ");
    const std::size_t body = client.received.find("\r\n\r\n") + 4;
    BOOST_TEST(client.received.substr(body, 5) == "<<<<f");
    BOOST_TEST(client.received.substr(body + 2'000'003, 5) == "f>>>>");
    BOOST_TEST(client.received.substr(body + 2'000'008, 8) == "HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(a_file_that_has_become_shorter_ends_the_connection_before_the_length) {
    const TemporaryFile file(3'000'000);
    service->on("/", [&file](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "3000000");
        exchange->send_file({file.open(), 0, 3'000'000});
        exchange->finish();
        file.shrink(1'000'000);
    });
    listen();
    Client client(*this);
    client.send(get + get_path("/next"));
    BOOST_TEST(client.reads_end());
    BOOST_TEST(client.received.size() < 2'000'000U);
    BOOST_TEST(client.received.find("GET /next") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_upgraded_connection_speaks_both_ways) {
    struct Echo final : http::UpgradedStream::Receiver {
        void data_received(std::string_view bytes) override { stream->write(bytes); }
        void connection_lost() override { lost = true; }
        void shut_down() override { stream->close(); }
        std::shared_ptr<http::UpgradedStream> stream;
        bool lost = false;
    };
    Echo echo;
    service->on("/", [&echo](ExchangePtr exchange) {
        echo.stream = exchange->upgrade();
        echo.stream->start(echo);
    });
    listen();
    Client client(*this);
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nearly");
    BOOST_TEST(client.read_to("early").starts_with("HTTP/1.1 101 "));
    client.send(std::string(1'000'000, 'x') + "late");
    BOOST_TEST(client.read_to("late").ends_with("xlate"));
    client.reset();
    BOOST_TEST(run_until([&] { return echo.lost; }));
    BOOST_TEST(run_until([&] { return server->connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_good_bye_reaches_a_client_that_is_still_sending_and_an_abort_cuts_it_off) {
    struct Refuser final : http::UpgradedStream::Receiver {
        void data_received(std::string_view) override {
            stream->write(std::string(50'000, 'g'));
            stream->write(std::string_view("goodbye"));
            aborts ? stream->abort() : stream->close();
        }
        void connection_lost() override {}
        void shut_down() override {}
        std::shared_ptr<http::UpgradedStream> stream;
        bool aborts = false;
    };
    Refuser refuser;
    service->on("/", [&refuser](ExchangePtr exchange) {
        refuser.stream = exchange->upgrade();
        refuser.stream->start(refuser);
    });
    listen();
    for (const bool aborts : {false, true}) {
        refuser.aborts = aborts;
        Client client(*this);
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
        client.read_to("\r\n\r\n");
        // More than the system holds: some of it comes when the server has closed.
        client.send(std::string(aborts ? 1 : 8'000'000, 'x'));
        BOOST_TEST(client.reads_end());
        BOOST_TEST(client.received.ends_with("goodbye") == !aborts);
        BOOST_TEST(client.was_reset == aborts);
        client.close();
        BOOST_TEST(run_until([&] { return server->connections() == 0; }));
    }
}

BOOST_AUTO_TEST_SUITE_END()
