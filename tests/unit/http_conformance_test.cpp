#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <cyclone/testing/http_client.hpp>

#include "tests/unit/http_conformance_rows.hpp"
#include "tests/unit/scripted_service.hpp"

BOOST_AUTO_TEST_SUITE(http_conformance_test)

using namespace cyclone;
using http::ExchangePtr;

namespace {

http::ServerSettings conformance_settings() {
    http::ServerSettings settings;
    settings.max_header_size = 2048;
    settings.max_header_count = 20;
    settings.max_target_size = 256;
    settings.max_body_size = 1000;
    return settings;
}

std::shared_ptr<ScriptedService> conformance_service() {
    auto service = std::make_shared<ScriptedService>();
    service->on("/chunked", [](ExchangePtr exchange) {
        exchange->response.body = "one";
        exchange->send();
        exchange->response.body = "two";
        exchange->finish();
    });
    const auto bodiless = [](unsigned status) {
        return [status](ExchangePtr exchange) {
            exchange->response.status = status;
            exchange->response.body = "not to be sent";
            exchange->finish();
        };
    };
    service->on("/204", bodiless(204));
    service->on("/304", bodiless(304));
    service->on("/upgrade", [](ExchangePtr exchange) {
        exchange->response.status = exchange->can_upgrade() ? 200 : 426;
        exchange->finish();
    });
    auto length = std::make_shared<std::size_t>(0);
    service->on_stream(
        "/stream",
        [length](ExchangePtr, std::string_view piece) {
            *length += piece.size();
            return succeed();
        },
        [length](ExchangePtr exchange) {
            exchange->response.body = std::to_string(*length);
            exchange->finish();
        },
        [length](ExchangePtr) { *length = 0; });
    service->on_stream(
        "/early", [](ExchangePtr, std::string_view) { return succeed(); }, [](ExchangePtr) {},
        [](ExchangePtr exchange) { exchange->finish(); });
    return service;
}

/// All that a client sees but the dates.
struct Seen {
    std::vector<std::string> answers;
    bool closed = false;
    bool operator==(const Seen&) const = default;

    /// In the words of ConformanceRow::answers.
    std::string text() const {
        std::string text;
        for (const std::string& answer : answers) {
            text += (text.empty() ? "" : " ") + answer.substr(0, 3);
        }
        return text + (closed ? text.empty() ? "close" : " close" : "");
    }
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
    for (const std::string& answer : seen.answers) {
        out << "[" << answer << "] ";
    }
    return out << (seen.closed ? "closed" : "open");
}

/// One connection, which is given bytes as they come and then asked for what it has answered.
class Client {
public:
    Client() : connection_(service(), conformance_settings()) {}

    void send(std::string_view bytes, std::size_t piece = std::string_view::npos) {
        connection_.send(bytes, piece);
    }
    /// The first request is a HEAD where `request` begins so.
    Seen seen(std::string_view request) {
        Seen seen;
        std::string bytes = connection_.received();
        seen.closed = connection_.closed();
        std::string_view method = request.starts_with("HEAD") ? "HEAD" : "GET";
        while (auto response = testing::take_response(bytes, method, seen.closed)) {
            std::string answer = std::to_string(response->status);
            for (const auto& field : response->headers) {
                if (field.name != "Date") {
                    answer.append(" ").append(field.name).append("=").append(field.value);
                }
            }
            seen.answers.push_back(answer + " " + response->body);
            method = "GET";
        }
        BOOST_TEST(bytes == "");
        return seen;
    }
    void end() { connection_.shut_down(); }

private:
    static const std::shared_ptr<ScriptedService>& service() {
        static const auto only = conformance_service();
        only->refused.clear();
        return only;
    }

    testing::MemoryConnection connection_;
};

Seen seen_for(const std::string& request) {
    Client client;
    client.send(request);
    return client.seen(request);
}

std::string without_more(std::string answers) {
    if (answers.ends_with("more")) {
        answers.erase(answers.size() - 4);
    }
    return answers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_request_of_the_conformance_table_gets_its_answers) {
    const auto rows = conformance_rows();
    BOOST_TEST(rows.size() >= 150U);
    for (const ConformanceRow& row : rows) {
        BOOST_TEST_CONTEXT(row.section << " " << row.rule) {
            const Seen seen = seen_for(row.request);
            BOOST_TEST(seen.text() == without_more(row.answers));
            for (std::size_t i = 0; i < seen.answers.size(); ++i) {
                const bool last = i + 1 == seen.answers.size();
                const bool says_close =
                    seen.answers[i].find("Connection=close") != std::string::npos;
                BOOST_TEST(says_close == (last && seen.closed));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(requests_split_at_every_byte_get_the_same_answers) {
    for (const ConformanceRow& row : conformance_rows()) {
        const Seen whole = seen_for(row.request);
        for (std::size_t split = 1; split < row.request.size(); ++split) {
            Client client;
            client.send(std::string_view(row.request).substr(0, split));
            client.send(std::string_view(row.request).substr(split));
            const Seen seen = client.seen(row.request);
            if (seen != whole) {
                BOOST_TEST_CONTEXT(row.rule << ", split at " << split) {
                    BOOST_TEST(seen == whole);
                }
                break;
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(requests_that_come_byte_by_byte_get_the_same_answers) {
    for (const ConformanceRow& row : conformance_rows()) {
        BOOST_TEST_CONTEXT(row.rule) {
            Client client;
            client.send(row.request, 1);
            BOOST_TEST(client.seen(row.request) == seen_for(row.request));
        }
    }
}

BOOST_AUTO_TEST_CASE(requests_joined_pairwise_get_the_same_answers) {
    const auto rows = conformance_rows();
    std::vector<Seen> alone;
    for (const ConformanceRow& row : rows) {
        alone.push_back(seen_for(row.request));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::string_view(rows[i].answers).ends_with("more")) {
            continue;
        }
        for (std::size_t j = 0; j < rows.size(); ++j) {
            // The client knows which answer has no body from its first request alone.
            if (rows[j].request.starts_with("HEAD")) {
                continue;
            }
            Seen expected = alone[i];
            if (!expected.closed) {
                expected.answers.insert(expected.answers.end(), alone[j].answers.begin(),
                                        alone[j].answers.end());
                expected.closed = alone[j].closed;
            }
            const Seen seen = seen_for(rows[i].request + rows[j].request);
            if (seen != expected) {
                BOOST_TEST_CONTEXT(rows[i].rule << ", then " << rows[j].rule) {
                    BOOST_TEST(seen == expected);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(requests_that_are_cut_off_are_never_answered_as_if_they_were_complete) {
    for (const ConformanceRow& row : conformance_rows()) {
        BOOST_TEST_CONTEXT(row.rule) {
            Client client;
            client.send(row.request);
            const Seen before = client.seen(row.request);
            client.end();
            const Seen after = client.seen(row.request);
            BOOST_CHECK(after.answers == before.answers);
            BOOST_TEST(after.closed);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
