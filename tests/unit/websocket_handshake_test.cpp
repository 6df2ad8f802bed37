#include <boost/test/unit_test.hpp>

#include <cyclone/websocket/handshake.hpp>

BOOST_AUTO_TEST_SUITE(websocket_handshake)

using namespace cyclone::websocket;
using cyclone::httputil::HTTPHeaders;

namespace {

HTTPHeaders good_request() {
    return {{"Host", "server.example.com"},
            {"Upgrade", "WebSocket"},
            {"Connection", "keep-alive, Upgrade"},
            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
            {"Sec-WebSocket-Version", "13"}};
}

/// The status of the refusal when `name` has that value, or is not there; 0 for none.
unsigned status_with(std::string_view name, std::optional<std::string_view> value) {
    HTTPHeaders headers = good_request();
    headers.remove(name);
    if (value) {
        headers.set(name, *value);
    }
    const auto refusal = check_handshake("GET", headers);
    return refusal ? refusal->status : 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_rfcs_key_has_the_rfcs_answer) {
    BOOST_TEST(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

BOOST_AUTO_TEST_CASE(a_right_request_is_not_refused) {
    BOOST_TEST(!check_handshake("GET", good_request()));
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_wrong_is_a_400) {
    BOOST_TEST(status_with("Upgrade", std::nullopt) == 400u);
    BOOST_TEST(status_with("Upgrade", "h2c") == 400u);
    BOOST_TEST(status_with("Upgrade", "h2c, websocket") == 0u);
    BOOST_TEST(status_with("Connection", "keep-alive") == 400u);
    BOOST_TEST(status_with("Sec-WebSocket-Key", std::nullopt) == 400u);
    BOOST_TEST(status_with("Sec-WebSocket-Key", "") == 400u);
    BOOST_TEST(status_with("Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==") == 400u);
    BOOST_TEST(status_with("Sec-WebSocket-Key", "not base64 not base64 !!") == 400u);
    BOOST_TEST(status_with("Sec-WebSocket-Version", std::nullopt) == 400u);
}

BOOST_AUTO_TEST_CASE(two_keys_are_a_400) {
    HTTPHeaders headers = good_request();
    headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    BOOST_TEST(check_handshake("GET", headers)->status == 400u);
}

BOOST_AUTO_TEST_CASE(another_version_is_a_426_and_another_method_a_405) {
    BOOST_TEST(status_with("Sec-WebSocket-Version", "8") == 426u);
    BOOST_TEST(status_with("Sec-WebSocket-Version", "14") == 426u);
    BOOST_TEST(check_handshake("POST", good_request())->status == 405u);
}

BOOST_AUTO_TEST_CASE(subprotocols_come_in_the_clients_order_from_all_fields) {
    HTTPHeaders headers{{"Sec-WebSocket-Protocol", "chat,  superchat"},
                        {"Sec-WebSocket-Protocol", "echo, bad protocol"}};
    const std::vector<std::string_view> expected{"chat", "superchat", "echo"};
    BOOST_TEST(offered_subprotocols(headers) == expected, boost::test_tools::per_element());
    BOOST_TEST(offered_subprotocols({}).empty());
}

BOOST_AUTO_TEST_CASE(an_origin_is_the_same_with_host_and_port_alone) {
    BOOST_TEST(is_same_origin("http://example.org", "example.org"));
    BOOST_TEST(is_same_origin("https://EXAMPLE.org", "example.org"));
    BOOST_TEST(is_same_origin("http://example.org:8888", "example.org:8888"));
    BOOST_TEST(!is_same_origin("http://example.org:8888", "example.org"));
    BOOST_TEST(!is_same_origin("http://example.org.evil.com", "example.org"));
    BOOST_TEST(!is_same_origin("http://evil.com/example.org", "example.org"));
    BOOST_TEST(!is_same_origin("http://user@example.org", "example.org"));
    BOOST_TEST(!is_same_origin("null", "example.org"));
    BOOST_TEST(!is_same_origin("http://", ""));
}

BOOST_AUTO_TEST_CASE(keys_are_16_bytes_and_never_the_same) {
    const std::string key = make_handshake_key();
    BOOST_TEST(key.size() == 24u);
    BOOST_TEST(key != make_handshake_key());
}

BOOST_AUTO_TEST_CASE(a_client_checks_what_the_server_answers) {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    HTTPHeaders answer{{"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};
    BOOST_TEST(check_handshake_response(101, answer, key) == "");
    BOOST_TEST(check_handshake_response(403, answer, key) == "the server answers 403");
    answer.set("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOO=");
    BOOST_TEST(check_handshake_response(101, answer, key) ==
               "the server answers with a wrong Sec-WebSocket-Accept");
    answer.set("Upgrade", "h2c");
    BOOST_TEST(check_handshake_response(101, answer, key) ==
               "the server upgrades to something else");
}

BOOST_AUTO_TEST_SUITE_END()
