#pragma once

#include <utility>

#include <cyclone/escape/utf8.hpp>
#include <cyclone/httputil/body_arguments.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/httputil/url.hpp>
#include <cyclone/impl/config.hpp>

namespace cyclone::httputil {

CYCLONE_INLINE Form parse_multipart_form_data(std::string_view boundary, std::string_view body,
                                              const MultipartLimits& limits) {
    if (boundary.size() >= 2 && boundary.front() == '"' && boundary.back() == '"') {
        boundary = boundary.substr(1, boundary.size() - 2);
    }
    Form form;
    MultipartParser parser(boundary, limits);
    parser.feed(body);
    std::string value;
    while (const auto event = parser.next()) {
        switch (event->kind) {
            case MultipartEvent::Kind::part_begin:
                value.clear();
                break;
            case MultipartEvent::Kind::part_data:
                value += event->data;
                break;
            case MultipartEvent::Kind::part_end:
                if (const auto& filename = parser.filename(); filename && !filename->empty()) {
                    form.files[parser.name()].push_back(
                        {*filename, std::string(parser.content_type()), std::move(value)});
                } else {
                    form.arguments.add(parser.name(), std::move(value));
                }
                break;
            case MultipartEvent::Kind::end:
            case MultipartEvent::Kind::failed:
                break;
        }
    }
    if (!parser.finish()) {
        return {.error = parser.error()};
    }
    return form;
}

CYCLONE_INLINE Form parse_body_arguments(std::string_view content_type, std::string_view body,
                                         const HTTPHeaders* headers, const FormLimits& limits) {
    const HeaderValue type = parse_header(content_type);
    const bool urlencoded =
        detail::equal_ignoring_case(type.value, "application/x-www-form-urlencoded");
    const bool multipart = detail::equal_ignoring_case(type.value, "multipart/form-data");
    if (!urlencoded && !multipart) {
        return {};
    }
    if (headers != nullptr) {
        const auto encoding = headers->find("Content-Encoding");
        if (encoding && !detail::equal_ignoring_case(*encoding, "identity")) {
            return {.error = "a form with the Content-Encoding " + escape::utf8(*encoding) +
                             " is not supported"};
        }
    }
    if (multipart) {
        const auto boundary = type.find("boundary");
        return boundary ? parse_multipart_form_data(*boundary, body, limits.multipart)
                        : Form{.error = "the Content-Type multipart/form-data has no boundary"};
    }
    auto arguments = parse_qs_bytes_bounded(body, limits.max_arguments);
    if (!arguments) {
        return {.error = "the form has more than " + std::to_string(limits.max_arguments) +
                         " arguments"};
    }
    return {.arguments = std::move(*arguments)};
}

}  // namespace cyclone::httputil
