#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <new>
#include <stdexcept>

#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/deflate.hpp>

namespace cyclone::websocket {

namespace detail {

struct DeflateStream {
    DeflateStream(int memory_level, std::uint8_t bits, int compression_level)
        : level(compression_level), mem_level(memory_level), window_bits(bits) {
        // zlib can't compress with 8, but with 9 it never refers further back than 2^8 bytes: 2^9 -
        // 262.
        const int result = deflateInit2(&z, level, Z_DEFLATED, -std::max<int>(bits, 9), mem_level,
                                        Z_DEFAULT_STRATEGY);
        if (result == Z_MEM_ERROR) {
            throw std::bad_alloc();
        }
        if (result != Z_OK) {
            throw std::invalid_argument(
                "websocket: compression_level goes from 0 to 9, mem_level from 1 to 9, window_bits "
                "from 8 to 15");
        }
    }
    DeflateStream(const DeflateStream&) = delete;
    DeflateStream& operator=(const DeflateStream&) = delete;
    ~DeflateStream() { deflateEnd(&z); }

    z_stream z{};
    int level;
    int mem_level;
    std::uint8_t window_bits;
};

struct InflateStream {
    explicit InflateStream(std::uint8_t bits) : window_bits(bits) {
        if (inflateInit2(&z, -static_cast<int>(std::max<std::uint8_t>(bits, 9))) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    InflateStream(const InflateStream&) = delete;
    InflateStream& operator=(const InflateStream&) = delete;
    ~InflateStream() { inflateEnd(&z); }

    z_stream z{};
    std::uint8_t window_bits;
};

CYCLONE_INLINE void DeflateStreamDeleter::operator()(DeflateStream* stream) const noexcept {
    delete stream;
}
CYCLONE_INLINE void InflateStreamDeleter::operator()(InflateStream* stream) const noexcept {
    delete stream;
}

/// zlib's states that connections without context takeover lend each other: to make one costs more
/// than to compress a short message.
template <class Stream, class Deleter>
class StreamShelf {
public:
    using Ptr = std::unique_ptr<Stream, Deleter>;

    static StreamShelf& of_this_thread() {
        thread_local StreamShelf shelf;
        return shelf;
    }
    template <class Fits>
    Ptr take(Fits fits) {
        for (Ptr& kept : kept_) {
            if (kept && fits(*kept)) {
                return std::move(kept);
            }
        }
        return nullptr;
    }
    void put(Ptr stream) {
        for (Ptr& place : kept_) {
            if (!place) {
                place = std::move(stream);
                return;
            }
        }
        kept_[next_++ % kept_.size()] = std::move(stream);
    }

private:
    std::array<Ptr, 4> kept_;
    std::size_t next_ = 0;
};

using DeflateShelf = StreamShelf<DeflateStream, DeflateStreamDeleter>;
using InflateShelf = StreamShelf<InflateStream, InflateStreamDeleter>;

// Of what is inflated at a time; longer messages take several rounds.
inline constexpr std::size_t inflate_step = 16 * 1024;

}  // namespace detail

CYCLONE_INLINE void Deflater::compress(std::string_view message, std::string& out) {
    if (message.empty()) {
        // RFC 7692 7.2.3.6. zlib would write nothing for a second flush.
        out += '\0';
        return;
    }
    if (!stream_ && !context_takeover_) {
        stream_ = detail::DeflateShelf::of_this_thread().take([&](const auto& kept) {
            return kept.level == level_ && kept.mem_level == mem_level_ &&
                   kept.window_bits == window_bits_;
        });
    }
    if (!stream_) {
        stream_.reset(new detail::DeflateStream(mem_level_, window_bits_, level_));
    } else if (forget_) {
        deflateReset(&stream_->z);
    }
    forget_ = false;
    z_stream& z = stream_->z;
    const std::size_t before = out.size();
    std::size_t used = before;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    std::size_t left = message.size();
    do {
        z.avail_in = static_cast<uInt>(std::min<std::size_t>(left, INT_MAX));
        left -= z.avail_in;
        const int flush = left == 0 ? Z_SYNC_FLUSH : Z_NO_FLUSH;
        do {
            // The first guess is right for nearly all; the rest doubles.
            const std::size_t room = used == before
                                         ? std::min<std::size_t>(message.size() + 64, 256 * 1024)
                                         : used - before;
            out.resize(used + room);
            z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
            z.avail_out = static_cast<uInt>(std::min<std::size_t>(room, INT_MAX));
            deflate(&z, flush);
            used = static_cast<std::size_t>(reinterpret_cast<char*>(z.next_out) - out.data());
        } while (z.avail_out == 0);
    } while (left != 0);
    // RFC 7692 7.2.1: the 00 00 ff ff of the flush is not sent.
    out.resize(used - 4);
    if (!context_takeover_) {
        deflateReset(&z);
        detail::DeflateShelf::of_this_thread().put(std::move(stream_));
    }
}

CYCLONE_INLINE Inflater::Result Inflater::inflate(std::string_view piece, std::string& out,
                                                  std::size_t most) {
    if (!stream_ && !context_takeover_) {
        stream_ = detail::InflateShelf::of_this_thread().take(
            [&](const auto& kept) { return kept.window_bits == window_bits_; });
    }
    if (!stream_) {
        stream_.reset(new detail::InflateStream(window_bits_));
    }
    z_stream& z = stream_->z;
    std::array<char, detail::inflate_step> step;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    std::size_t left = piece.size();
    do {
        z.avail_in = static_cast<uInt>(std::min<std::size_t>(left, INT_MAX));
        left -= z.avail_in;
        do {
            z.next_out = reinterpret_cast<Bytef*>(step.data());
            z.avail_out = static_cast<uInt>(step.size());
            const int result = ::inflate(&z, Z_SYNC_FLUSH);
            const std::size_t produced = step.size() - z.avail_out;
            if (produced > most - std::min(most, out.size())) {
                return Result::too_long;
            }
            out.append(step.data(), produced);
            if (result == Z_STREAM_END) {
                // RFC 7692 7.2.3.5: a block may be marked as the last one, and yet more follows,
                // which may refer to it. Whoever sends nothing but such blocks is not to make us
                // copy the window for each.
                inflateResetKeep(&z);
            } else if (result == Z_MEM_ERROR) {
                throw std::bad_alloc();
            } else if (result != Z_OK && result != Z_BUF_ERROR) {
                return Result::invalid;
            } else if (result == Z_BUF_ERROR && produced == 0) {
                break;
            }
        } while (z.avail_in != 0 || z.avail_out == 0);
    } while (left != 0);
    return Result::ok;
}

CYCLONE_INLINE Inflater::Result Inflater::finish(std::string& out, std::size_t most) {
    using namespace std::string_view_literals;
    const Result result = inflate("\x00\x00\xff\xff"sv, out, most);
    if (result == Result::ok && !context_takeover_) {
        inflateReset(&stream_->z);
        detail::InflateShelf::of_this_thread().put(std::move(stream_));
    }
    return result;
}

}  // namespace cyclone::websocket
