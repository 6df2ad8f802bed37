#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/unit/http_in_memory.hpp"

namespace http_answer {

using namespace cyclone;
using http::Exchange;
using http::ExchangePtr;
using testing::MemoryConnection;

namespace {

std::string date_of(std::string_view received) {
    const std::size_t at = received.find("Date: ");
    return std::string(received.substr(at, received.find("\r\n", at) - at));
}

}  // namespace

}  // namespace http_answer

BOOST_FIXTURE_TEST_SUITE(http_answer, HttpInMemory)

BOOST_AUTO_TEST_CASE(an_answer_has_a_date_and_a_length) {
    connection().send(get);
    const std::string received = connection().take_received();
    BOOST_TEST(received ==
               "HTTP/1.1 200 OK\r\n" + date_of(received) + "\r\nContent-Length: 6\r\n\r\nGET / ");
    BOOST_TEST(date_of(received).size() ==
               std::string("Date: Tue, 24 Nov 2026 15:04:05 GMT").size());
}

BOOST_AUTO_TEST_CASE(nothing_a_handler_sets_splits_the_head) {
    service->on("/", [](ExchangePtr exchange) {
        auto& response = exchange->response;
        response.reason = "OK\r\nX-Evil: 1\r\n\r\n";
        BOOST_CHECK_THROW(response.headers.add("X", "a\r\nX-Evil: 1"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("X", "a\nX-Evil: 1"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("X", std::string_view("a\0b", 3)),
                          std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.set("X", "a\rb"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("X-Evil: 1\r\nX", "a"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("X Y", "a"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("X:", "a"), std::invalid_argument);
        BOOST_CHECK_THROW(response.headers.add("", "a"), std::invalid_argument);
        exchange->finish();
    });
    connection().send(get);
    const std::string received = connection().take_received();
    BOOST_TEST(received ==
               "HTTP/1.1 200 OK\r\n" + date_of(received) + "\r\nContent-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_transfer_encoding_of_a_handler_is_dropped) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Transfer-Encoding", "chunked");
        exchange->response.body = "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        exchange->finish();
    });
    connection().send(get);
    const auto response = answer();
    BOOST_TEST(response.header("Transfer-Encoding") == "");
    BOOST_TEST(response.body == "0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    BOOST_TEST(rest == "");
}

BOOST_AUTO_TEST_CASE(a_date_of_a_handler_replaces_the_engines) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        exchange->finish();
    });
    connection().send(get);
    BOOST_TEST(answer().headers.get_list("Date").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_head_that_leaves_the_end_in_doubt_is_not_sent_and_can_be_corrected) {
    const auto bad_length = [](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", exchange->request.uri.substr(1));
        BOOST_CHECK_THROW(exchange->finish(), std::logic_error);
        BOOST_CHECK_THROW(exchange->send(), std::logic_error);
        BOOST_TEST(!exchange->headers_sent());
        exchange->response.headers.clear();
        exchange->response.status = 500;
        exchange->finish();
    };
    service->on("/-1", bad_length);
    service->on("/+1", bad_length);
    service->on("/1,1", bad_length);
    service->on("/x", bad_length);
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "0");
        exchange->response.headers.add("content-length", "1");
        BOOST_CHECK_THROW(exchange->finish(), std::logic_error);
        exchange->response.headers.clear();
        exchange->response.status = 500;
        exchange->finish();
    });
    for (const char* path : {"/-1", "/+1", "/1,1", "/x", "/"}) {
        connection().send(get_path(path));
        BOOST_TEST(answer().status == 500U);
    }
    BOOST_TEST(!connection().closed());
}

BOOST_AUTO_TEST_CASE(a_final_answer_has_a_final_status_of_three_digits) {
    service->on("/", [](ExchangePtr exchange) {
        for (const unsigned status : {0U, 20U, 99U, 100U, 101U, 103U, 199U, 1000U, 1200U}) {
            exchange->response.status = status;
            BOOST_CHECK_THROW(exchange->finish(), std::logic_error);
        }
        exchange->response.status = 299;
        exchange->finish();
    });
    connection().send(get);
    const auto response = answer();
    BOOST_TEST(response.status == 299U);
    BOOST_TEST(response.reason == "Unknown");
}

BOOST_AUTO_TEST_CASE(what_is_more_than_the_content_length_cuts_the_connection) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "3");
        exchange->response.body = "four";
        BOOST_CHECK_THROW(exchange->finish(), std::logic_error);
    });
    connection().send(get + get);
    BOOST_TEST(connection().closed());
    BOOST_TEST(connection().server_side().cut());
    BOOST_TEST(connection().received().find("four") == std::string::npos);
    BOOST_TEST(service->started == 1);
}

BOOST_AUTO_TEST_CASE(what_is_less_than_the_content_length_cuts_the_connection) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Content-Length", "5");
        exchange->response.body = "four";
        BOOST_CHECK_THROW(exchange->finish(), std::logic_error);
    });
    connection().send(get + get);
    BOOST_TEST(connection().closed());
    BOOST_TEST(service->started == 1);
}

BOOST_AUTO_TEST_CASE(no_content_length_goes_with_204) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.status = 204;
        exchange->response.headers.add("Content-Length", "4");
        exchange->response.body = "four";
        exchange->finish();
    });
    connection().send(get);
    const std::string received = connection().take_received();
    BOOST_TEST(received == "HTTP/1.1 204 No Content\r\n" + date_of(received) + "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(head_keeps_the_length_and_drops_the_body) {
    connection().send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string received = connection().take_received();
    BOOST_TEST(received ==
               "HTTP/1.1 200 OK\r\n" + date_of(received) + "\r\nContent-Length: 7\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_file_is_sent_with_a_length_and_not_within_chunks) {
    const auto file = std::make_shared<http::OpenFile>(::dup(0));
    service->on("/", [file](ExchangePtr exchange) {
        BOOST_CHECK_THROW(exchange->send_file({file, 0, 5}), std::logic_error);
        exchange->response.body = "x";
        exchange->send();
        BOOST_CHECK_THROW(exchange->send_file({file, 0, 5}), std::logic_error);
        exchange->finish();
    });
    connection().send(get);
    BOOST_TEST(answer().body == "x");
}

BOOST_AUTO_TEST_CASE(an_empty_piece_does_not_end_the_chunks) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->send();
        exchange->send();
        exchange->response.body = "x";
        exchange->finish();
    });
    connection().send(get);
    BOOST_TEST(answer().body == "x");
}

BOOST_AUTO_TEST_CASE(a_handler_that_says_close_in_a_list_closes) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Connection", "x-foo, Close");
        exchange->finish();
    });
    connection().send(get + get);
    BOOST_TEST(connection().closed());
    BOOST_TEST(service->started == 1);
}

BOOST_AUTO_TEST_CASE(an_engine_that_closes_says_so_beside_a_handlers_keep_alive) {
    service->on("/", [](ExchangePtr exchange) {
        exchange->response.headers.add("Connection", "keep-alive");
        exchange->finish();
    });
    connection().send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    BOOST_TEST(answer().headers.get("Connection", "") == "keep-alive,close");
}

BOOST_AUTO_TEST_CASE(the_last_request_of_a_connection_is_told_so) {
    settings.max_requests_per_connection = 2;
    connection().send(get + get + get);
    BOOST_TEST(answer().header("Connection") == "");
    BOOST_TEST(answer().header("Connection") == "close");
    BOOST_TEST(connection().closed());
    BOOST_TEST(service->started == 2);
}

BOOST_AUTO_TEST_CASE(a_tunnel_is_never_made_by_accident) {
    struct Knowing final : http::Service {
        std::unique_ptr<http::RequestDelegate> start_request(Exchange& exchange) override {
            return inner.start_request(exchange);
        }
        bool knows_method(std::string_view) const override { return true; }
        void on_refused(const Exchange&, unsigned, std::string_view) override {}
        ScriptedService inner;
    };
    MemoryConnection knowing(std::make_shared<Knowing>());
    knowing.send("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n" + get);
    BOOST_TEST(knowing.closed());
    BOOST_TEST(knowing.received().find("Connection: close") != std::string::npos);
    BOOST_TEST(knowing.received().find("GET /") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
