#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include <cyclone/httputil/body_arguments.hpp>
#include <cyclone/httputil/multipart_parser.hpp>

namespace multipart_test {

namespace httputil = cyclone::httputil;
using httputil::MultipartEvent;
using httputil::MultipartParser;
using namespace std::string_literals;

namespace {

/// What the parser tells of `body`, fed in pieces of `size` bytes: `[name filename type]data.` for
/// each part, `end` or the error at the end. Each piece is overwritten before the next one is fed.
std::string told(std::string_view body, std::size_t size = std::string_view::npos,
                 const httputil::MultipartLimits& limits = {}) {
    std::string text;
    MultipartParser parser("BOUND", limits);
    while (!body.empty()) {
        std::string piece(body.substr(0, size));
        body.remove_prefix(piece.size());
        parser.feed(piece);
        while (const auto event = parser.next()) {
            switch (event->kind) {
                case MultipartEvent::Kind::part_begin:
                    text += "[" + parser.name() + " " + parser.filename().value_or("-") + " " +
                            std::string(parser.content_type()) + "]";
                    break;
                case MultipartEvent::Kind::part_data:
                    BOOST_TEST(!event->data.empty());
                    text += event->data;
                    break;
                case MultipartEvent::Kind::part_end:
                    text += ".";
                    break;
                case MultipartEvent::Kind::end:
                    text += "end";
                    break;
                case MultipartEvent::Kind::failed:
                    text += parser.error();
                    break;
            }
        }
        piece.assign(piece.size(), '!');
    }
    if (parser.error().empty() && !parser.finish()) {
        text += parser.error();
    }
    return text;
}

const std::string form =
    "--BOUND\r\n"
    "Content-Disposition: form-data; name=\"title\"\r\n"
    "\r\n"
    "A title\r\n"
    "--BOUND\r\n"
    "Content-Disposition: form-data; name=\"upload\"; filename=\"a b.txt\"\r\n"
    "Content-Type: text/x-odd\r\n"
    "\r\n"
    "line\r\n--BOUNDARY\r\n-BOUND--\r\n\r\n--BOUN\r\r\n"
    "--BOUND--\r\n";
const std::string form_told =
    "[title - text/plain]A title.[upload a b.txt "
    "text/x-odd]line\r\n--BOUNDARY\r\n-BOUND--\r\n\r\n--BOUN\r.end";

std::string refusal(std::string_view body, const httputil::MultipartLimits& limits = {}) {
    constexpr std::string_view prefix = "this is no multipart/form-data: ";
    const std::string text = told(body, std::string_view::npos, limits);
    const auto at = text.find(prefix);
    return at == text.npos ? "nothing in " + text : text.substr(at + prefix.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multipart_bodies)

BOOST_AUTO_TEST_CASE(a_form_is_told_of_part_by_part) { BOOST_TEST(told(form) == form_told); }

BOOST_AUTO_TEST_CASE(a_form_split_anywhere_is_the_same_form) {
    for (std::size_t size = 1; size <= form.size(); ++size) {
        BOOST_REQUIRE_EQUAL(told(form, size), form_told);
    }
    for (std::size_t at = 0; at <= form.size(); ++at) {
        MultipartParser parser("BOUND");
        std::string data;
        for (const auto& piece : {form.substr(0, at), form.substr(at)}) {
            parser.feed(piece);
            while (const auto event = parser.next()) {
                data += event->data;
            }
        }
        BOOST_REQUIRE(parser.finish());
        BOOST_REQUIRE(data.starts_with("A titleline\r\n--BOUNDARY"));
    }
}

BOOST_AUTO_TEST_CASE(a_body_may_have_text_around_its_parts) {
    const std::string part = "Content-Disposition: form-data; name=a\r\n\r\nx";
    BOOST_TEST(told("preamble\r\n--BOUND\r\n" + part + "\r\n--BOUND--epilogue\r\n--BOUND\r\n") ==
               "[a - text/plain]x.end");
    BOOST_TEST(told("\r\n--BOUND  \t\r\n" + part + "\r\n--BOUND--") == "[a - text/plain]x.end");
    BOOST_TEST(told("--BOUNDS\r\n--BOUND\r\n" + part + "\r\n--BOUND--") == "[a - text/plain]x.end");
}

BOOST_AUTO_TEST_CASE(a_part_may_be_empty) {
    const std::string start = "--BOUND\r\nContent-Disposition: form-data; name=a\r\n";
    BOOST_TEST(told(start + "\r\n\r\n--BOUND--") == "[a - text/plain].end");
    BOOST_TEST(told(start + "\r\n--BOUND--") == "[a - text/plain].end");
    BOOST_TEST(told(start + "\r\n--BOUND--", 1) == "[a - text/plain].end");
    BOOST_TEST(told("--BOUND--\r\n") == "end");
}

BOOST_AUTO_TEST_CASE(the_headers_of_a_part_may_be_folded_and_hold_utf8) {
    BOOST_TEST(told("--BOUND\r\ncontent-disposition: Form-Data;\r\n "
                    "name=\"fä\";\r\n\tfilename*=utf-8''n%C3%A4.txt"
                    "\r\n\r\nx\r\n--BOUND--") == "[fä nä.txt application/unknown]x.end");
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_refused) {
    for (std::size_t size = 0; size < form.size() - 2; ++size) {
        const std::string text = told(form.substr(0, size));
        BOOST_REQUIRE_MESSAGE(text.ends_with("it ends before the last boundary"), text);
    }
}

BOOST_AUTO_TEST_CASE(a_part_that_says_nothing_of_itself_is_refused) {
    BOOST_TEST(refusal("--BOUND\r\n\r\nx\r\n--BOUND--") ==
               "a part has no Content-Disposition: form-data");
    BOOST_TEST(
        refusal("--BOUND\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--BOUND--") ==
        "a part has no Content-Disposition: form-data");
    BOOST_TEST(refusal("--BOUND\r\nContent-Disposition: form-data\r\n\r\nx\r\n--BOUND--") ==
               "a part has no name");
    BOOST_TEST(refusal("--BOUND\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx") ==
               "a part has no name");
}

BOOST_AUTO_TEST_CASE(headers_that_are_none_are_refused) {
    BOOST_TEST(refusal("--BOUND\r\nnonsense\r\n\r\n") ==
               "a line in the headers of a part has no name");
    BOOST_TEST(refusal("--BOUND\r\n: x\r\n\r\n") == "a line in the headers of a part has no name");
    BOOST_TEST(refusal("--BOUND\r\na b: x\r\n\r\n") ==
               "a line in the headers of a part has no name");
    BOOST_TEST(refusal("--BOUND\r\na: x\ny\r\n\r\n") ==
               "a header of a part has a control character in it");
    BOOST_TEST(refusal("--BOUND\r\na: x\0y\r\n\r\n"s) ==
               "a header of a part has a control character in it");
}

BOOST_AUTO_TEST_CASE(headers_and_parts_are_bounded) {
    BOOST_TEST(refusal("--BOUND\r\na: " + std::string(200, 'x'), {.max_header_bytes = 100}) ==
               "the headers of a part take more than 100 bytes");
    BOOST_TEST(
        refusal("--BOUND\r\na: " + std::string(200, 'x') + "\r\n\r\n", {.max_header_bytes = 100}) ==
        "the headers of a part take more than 100 bytes");
    BOOST_TEST(refusal(form, {.max_parts = 1}) == "it has more than 1 parts");
    BOOST_TEST(told(form, 7, {.max_parts = 2}) == form_told);
}

BOOST_AUTO_TEST_CASE(headers_of_just_the_allowed_size_are_allowed_however_they_arrive) {
    const std::string headers = "Content-Disposition: form-data; name=a";
    const std::string body = "--BOUND\r\n" + headers + "\r\n\r\nx\r\n--BOUND--";
    for (std::size_t size = 1; size <= body.size(); ++size) {
        BOOST_REQUIRE_EQUAL(told(body, size, {.max_header_bytes = headers.size()}),
                            "[a - text/plain]x.end");
        BOOST_REQUIRE(told(body, size, {.max_header_bytes = headers.size() - 1})
                          .ends_with("the headers of a part take more than 37 bytes"));
    }
}

BOOST_AUTO_TEST_CASE(a_failed_parser_says_so_once_and_takes_nothing_more) {
    MultipartParser parser("bad\r\nboundary");
    parser.feed(form);
    BOOST_REQUIRE(parser.next().has_value());
    BOOST_TEST(parser.error() ==
               "this is no multipart/form-data: the boundary is none of 1 to 70 characters that "
               "RFC 2046 allows");
    BOOST_TEST(!parser.next().has_value());
    parser.feed(form);
    BOOST_TEST(!parser.next().has_value());
    BOOST_TEST(!parser.finish());
}

BOOST_AUTO_TEST_CASE(a_boundary_has_a_length) {
    for (const auto& boundary : {""s, std::string(71, 'a'), "a "s, "a\"b"s}) {
        MultipartParser parser(boundary);
        BOOST_TEST(!parser.error().empty(), boundary << " was accepted");
    }
    MultipartParser parser(std::string(70, 'a'));
    BOOST_TEST(parser.error().empty());
}

BOOST_AUTO_TEST_CASE(bytes_that_arrive_before_the_last_were_taken_apart_are_not_lost) {
    MultipartParser parser("BOUND");
    parser.feed(std::string_view(form).substr(0, 100));
    BOOST_REQUIRE(parser.next().has_value());
    parser.feed(std::string_view(form).substr(100));
    std::string data;
    while (const auto event = parser.next()) {
        data += event->data;
    }
    BOOST_TEST(parser.finish());
    BOOST_TEST(data.starts_with("A titleline"));
}

BOOST_AUTO_TEST_CASE(a_header_that_arrives_byte_by_byte_takes_no_longer_than_it_must) {
    MultipartParser parser("BOUND", {.max_header_bytes = 1'000'000});
    parser.feed("--BOUND\r\na: ");
    for (int i = 0; i < 500'000; ++i) {
        BOOST_REQUIRE(!parser.next().has_value());
        parser.feed("x");
    }
    parser.feed("\r\nContent-Disposition: form-data; name=b\r\n\r\n\r\n--BOUND--");
    while (parser.next()) {
    }
    BOOST_TEST(parser.finish());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(form_bodies)

BOOST_AUTO_TEST_CASE(a_multipart_form_has_arguments_and_files) {
    const auto parsed =
        httputil::parse_body_arguments("multipart/form-data; boundary=\"BOUND\"", form);
    BOOST_TEST(parsed.error == "");
    BOOST_TEST(parsed.arguments.find("title").value_or("none") == "A title");
    BOOST_REQUIRE(parsed.files.at("upload").size() == 1u);
    const auto& file = parsed.files.at("upload")[0];
    BOOST_TEST(file.filename == "a b.txt");
    BOOST_TEST(file.content_type == "text/x-odd");
    BOOST_TEST(file.body.ends_with("--BOUN\r"));
}

BOOST_AUTO_TEST_CASE(a_file_field_without_a_file_is_an_argument) {
    const auto parsed = httputil::parse_multipart_form_data(
        "BOUND",
        "--BOUND\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\n\r\n--BOUND--");
    BOOST_TEST(parsed.error == "");
    BOOST_TEST(parsed.files.empty());
    BOOST_TEST(parsed.arguments.find("f").value_or("none") == "");
}

BOOST_AUTO_TEST_CASE(a_bad_multipart_form_leaves_nothing_but_an_error) {
    const auto cut = httputil::parse_body_arguments("multipart/form-data; boundary=BOUND",
                                                    form.substr(0, form.size() - 6));
    BOOST_TEST(cut.error == "this is no multipart/form-data: it ends before the last boundary");
    BOOST_TEST(cut.arguments.empty());
    BOOST_TEST(httputil::parse_body_arguments("multipart/form-data", form).error ==
               "the Content-Type multipart/form-data has no boundary");
}

BOOST_AUTO_TEST_CASE(an_urlencoded_form_keeps_blank_values) {
    const auto parsed = httputil::parse_body_arguments(
        "Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1&b=&a=%26");
    BOOST_TEST((parsed.arguments == httputil::Arguments{{"a", "1"}, {"b", ""}, {"a", "&"}}));
    BOOST_TEST(httputil::parse_body_arguments("application/x-www-form-urlencoded", "a&b&c", nullptr,
                                              {.max_arguments = 2})
                   .error == "the form has more than 2 arguments");
}

BOOST_AUTO_TEST_CASE(a_body_of_another_type_is_no_form_and_no_error) {
    const auto parsed = httputil::parse_body_arguments("application/json", "{\"a\":1}");
    BOOST_TEST(parsed.arguments.empty());
    BOOST_TEST(parsed.error == "");
    BOOST_TEST(httputil::parse_body_arguments("", "a=1").arguments.empty());
}

BOOST_AUTO_TEST_CASE(an_encoded_form_is_refused) {
    const httputil::HTTPHeaders headers{{"Content-Encoding", "gzip"}};
    BOOST_TEST(httputil::parse_body_arguments("application/x-www-form-urlencoded", "a=1", &headers)
                   .error == "a form with the Content-Encoding gzip is not supported");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace multipart_test
