#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#if !defined(CYCLONE_WITHOUT_BROTLI)
#include <brotli/encode.h>
#endif

#include <cyclone/httputil/accept_encoding.hpp>
#include <cyclone/httputil/header_value.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/web/compression.hpp>

namespace cyclone::web {

namespace detail {

/// A stream of compressed bytes.
class Compressor {
public:
    virtual ~Compressor() = default;
    /// Replaces `chunk` by what it becomes; all of it can be read by then, also where more follows.
    virtual void compress(std::string& chunk, bool finishing) = 0;
};

class GzipCompressor final : public Compressor {
public:
    explicit GzipCompressor(int level) {
        constexpr int gzip_window = 15 + 16;
        if (::deflateInit2(&stream_, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) !=
            Z_OK) {
            throw std::runtime_error("zlib cannot compress at level " + std::to_string(level));
        }
    }
    GzipCompressor(const GzipCompressor&) = delete;
    GzipCompressor& operator=(const GzipCompressor&) = delete;
    ~GzipCompressor() override { ::deflateEnd(&stream_); }

    void compress(std::string& chunk, bool finishing) override {
        std::string compressed;
        std::string_view rest = chunk;
        do {
            // zlib counts its input in 32 bits.
            const std::string_view piece = rest.substr(0, std::numeric_limits<uInt>::max());
            rest.remove_prefix(piece.size());
            const int flush = !rest.empty() ? Z_NO_FLUSH : finishing ? Z_FINISH : Z_SYNC_FLUSH;
            deflate_piece(piece, flush, compressed);
        } while (!rest.empty());
        chunk = std::move(compressed);
    }

private:
    void deflate_piece(std::string_view piece, int flush, std::string& compressed) {
        std::array<char, 16 * 1024> space;
        // zlib takes it as not const, but leaves it alone.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
        stream_.avail_in = static_cast<uInt>(piece.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(space.data());
            stream_.avail_out = static_cast<uInt>(space.size());
            ::deflate(&stream_, flush);
            compressed.append(space.data(), space.size() - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

    z_stream stream_{};
};

#if !defined(CYCLONE_WITHOUT_BROTLI)
class BrotliCompressor final : public Compressor {
public:
    explicit BrotliCompressor(int quality)
        : state_(::BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (state_ == nullptr) {
            throw std::bad_alloc();
        }
        ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_QUALITY,
                                    static_cast<std::uint32_t>(quality));
        // Enough for pages, and a sixteenth of the memory of brotli's own choice.
        ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_LGWIN, 18);
    }

    void compress(std::string& chunk, bool finishing) override {
        std::string compressed;
        std::size_t left = chunk.size();
        const auto* in = reinterpret_cast<const std::uint8_t*>(chunk.data());
        do {
            std::size_t no_space = 0;
            if (::BrotliEncoderCompressStream(
                    state_.get(), finishing ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH,
                    &left, &in, &no_space, nullptr, nullptr) == BROTLI_FALSE) {
                throw std::runtime_error("brotli cannot compress");
            }
            std::size_t size = 0;
            while (const std::uint8_t* out = ::BrotliEncoderTakeOutput(state_.get(), &size)) {
                if (size == 0) {
                    break;
                }
                compressed.append(reinterpret_cast<const char*>(out), size);
                size = 0;
            }
        } while (left > 0 || ::BrotliEncoderHasMoreOutput(state_.get()) != BROTLI_FALSE);
        chunk = std::move(compressed);
    }

private:
    struct Destroy {
        void operator()(BrotliEncoderState* state) const { ::BrotliEncoderDestroyInstance(state); }
    };
    std::unique_ptr<BrotliEncoderState, Destroy> state_;
};
#endif

inline std::optional<std::string_view> wanted_encoding(const httputil::HTTPServerRequest& request) {
    const auto header = request.headers.get("Accept-Encoding");
    const auto view = header ? std::optional<std::string_view>(*header) : std::nullopt;
#if defined(CYCLONE_WITHOUT_BROTLI)
    return httputil::choose_encoding(view, {"gzip"});
#else
    return httputil::choose_encoding(view, {"br", "gzip"});
#endif
}

class CompressionTransform final : public OutputTransform {
public:
    CompressionTransform(std::optional<std::string_view> encoding,
                         const CompressionSettings& settings)
        : encoding_(encoding), settings_(settings) {}

    void transform_first_chunk(unsigned& status, httputil::HTTPHeaders& headers, std::string& chunk,
                               bool finishing) override {
        // It depends on Accept-Encoding also that this one goes out as it is.
        const std::string vary = headers.get("Vary", "");
        if (vary.find("Accept-Encoding") == std::string::npos) {
            headers.set("Vary", vary.empty() ? "Accept-Encoding" : vary + ", Accept-Encoding");
        }
        if (status == 304 && encoding_) {
            weaken_etag(headers);
        }
        const bool whole = status != 206 && status != 204 && status != 304 && status != 101;
        if (!encoding_ || !whole || headers.contains("Content-Encoding") ||
            (finishing && chunk.size() < settings_.min_length) ||
            !is_compressible_type(headers.find("Content-Type").value_or(""))) {
            return;
        }
#if !defined(CYCLONE_WITHOUT_BROTLI)
        if (*encoding_ == "br") {
            compressor_ = std::make_unique<BrotliCompressor>(settings_.brotli_quality);
        }
#endif
        if (compressor_ == nullptr) {
            compressor_ = std::make_unique<GzipCompressor>(settings_.gzip_level);
        }
        headers.set("Content-Encoding", *encoding_);
        weaken_etag(headers);
        headers.remove("Content-Length");
        compressor_->compress(chunk, finishing);
    }

    void transform_chunk(std::string& chunk, bool finishing) override {
        if (compressor_ != nullptr) {
            compressor_->compress(chunk, finishing);
        }
    }

private:
    static void weaken_etag(httputil::HTTPHeaders& headers) {
        const std::string etag(headers.find("Etag").value_or(""));
        if (etag.starts_with('"')) {
            headers.set("Etag", "W/" + etag);
        }
    }

    std::optional<std::string_view> encoding_;
    CompressionSettings settings_;
    std::unique_ptr<Compressor> compressor_;
};

}  // namespace detail

CYCLONE_INLINE bool is_compressible_type(std::string_view content_type) {
    constexpr std::array<std::string_view, 10> types{
        "application/javascript", "application/x-javascript",
        "application/xml",        "application/atom+xml",
        "application/rss+xml",    "application/json",
        "application/xhtml+xml",  "image/svg+xml",
        "application/wasm",       "application/manifest+json"};
    const std::string type = httputil::parse_header(content_type).value;
    // An event stream is flushed event by event, and each flush of a compressor costs.
    return (type.starts_with("text/") && type != "text/event-stream") ||
           std::ranges::find(types, type) != types.end();
}

CYCLONE_INLINE OutputTransformFactory compress_response(const CompressionSettings& settings) {
    return
        [settings](const httputil::HTTPServerRequest& request) -> std::unique_ptr<OutputTransform> {
            return std::make_unique<detail::CompressionTransform>(detail::wanted_encoding(request),
                                                                  settings);
        };
}

}  // namespace cyclone::web
