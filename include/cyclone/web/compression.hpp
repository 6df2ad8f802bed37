#pragma once

/// Compressed answers. Links zlib, and libbrotlienc unless CYCLONE_WITHOUT_BROTLI is defined.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <cyclone/web/output_transform.hpp>

namespace cyclone::web {

struct CompressionSettings {
    /// zlib's, from 1 to 9.
    int gzip_level = 6;
    /// Brotli's, from 0 to 11: from 5 on it takes more time than gzip.
    int brotli_quality = 4;
    /// A body that is written at once and is shorter goes out as it is.
    std::size_t min_length = 1024;
};

/// Whether compressing such contents is worth it: text, and what is text by another name.
bool is_compressible_type(std::string_view content_type);

/// One of `transforms` in an Application's settings: compresses what is text with brotli or gzip,
/// as the client wants it.
///
///     web::Application application({...}, {.transforms = {web::compress_response()}});
///
/// Not what has a Content-Encoding, is a range, or is sent from a file by sendfile. A strong Etag
/// becomes a weak one, for the bytes are others. As Tornado's setting compress_response.
///
/// Where a page has both a secret and what an attacker can put in, its length tells about the
/// secret (BREACH): XSRF tokens are masked, your own secrets are not.
OutputTransformFactory compress_response(const CompressionSettings& settings = {});

}  // namespace cyclone::web

#ifndef CYCLONE_SEPARATE_COMPILATION
#include <cyclone/impl/web_compression.ipp>
#endif
