#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <cyclone/httputil/arguments.hpp>
#include <cyclone/httputil/http_file.hpp>
#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/httputil/multipart_parser.hpp>

namespace cyclone::httputil {

struct FormLimits {
    MultipartLimits multipart{};
    /// Of application/x-www-form-urlencoded.
    std::size_t max_arguments = 10'000;
};

/// What a form was taken apart into.
struct Form {
    Arguments arguments{};
    Files files{};
    /// A sentence, for a 400; empty where nothing is wrong.
    std::string error{};
};

/// Takes a whole body of multipart/form-data apart. A part with a file name is a file, any other an
/// argument. As tornado.httputil.parse_multipart_form_data; `boundary` may stand in quotes.
Form parse_multipart_form_data(std::string_view boundary, std::string_view body,
                               const MultipartLimits& limits = {});

/// Takes the body of a form apart, application/x-www-form-urlencoded or multipart/form-data; of any
/// other type there is nothing to be had, and that is no error. As
/// tornado.httputil.parse_body_arguments.
///
/// `headers`, where given, are the request's: a body with a Content-Encoding is refused, for its
/// bytes are not the form's.
Form parse_body_arguments(std::string_view content_type, std::string_view body,
                          const HTTPHeaders* headers = nullptr, const FormLimits& limits = {});

}  // namespace cyclone::httputil

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/httputil_body_arguments.ipp>
#endif
