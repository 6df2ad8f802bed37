#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace cyclone::redis_tests {

/// What is done to the bytes that pass. The same for the same seed.
struct Faults {
    /// Pieces are of 1 to so many bytes.
    std::size_t longest_piece = std::numeric_limits<std::size_t>::max();
    std::chrono::milliseconds delay{0};
    /// A connection ends after so many bytes of replies.
    std::size_t cut_after = std::numeric_limits<std::size_t>::max();
    /// One byte in so many of the replies has a bit changed; 0: none.
    unsigned corrupt_one_in = 0;
    unsigned seed = 1;
};

/// Stands between a client and a server, and does to their bytes what Faults says.
class FaultProxy {
public:
    FaultProxy(std::uint16_t to, const Faults& faults)
        : faults_(faults),
          to_(to),
          listener_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
          port_(listener_.local_endpoint().port()) {
        thread_ = std::thread([this] { accept_all(); });
    }
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy() {
        stopping_ = true;
        ::shutdown(listener_.native_handle(), SHUT_RDWR);
        thread_.join();
    }

    std::uint16_t port() const { return port_; }
    int connections() const { return connections_; }

private:
    using Socket = boost::asio::ip::tcp::socket;

    void accept_all() {
        std::vector<std::thread> pairs;
        while (!stopping_) {
            boost::system::error_code error;
            auto client = std::make_shared<Socket>(context_);
            listener_.accept(*client, error);
            if (error) {
                break;
            }
            auto server = std::make_shared<Socket>(context_);
            server->connect({boost::asio::ip::address_v4::loopback(), to_}, error);
            if (!error) {
                pairs.emplace_back([this, client, server, number = ++connections_] {
                    pass(*client, *server, static_cast<unsigned>(number));
                });
            }
        }
        for (std::thread& pair : pairs) {
            pair.join();
        }
    }

    void pass(Socket& client, Socket& server, unsigned number) {
        std::minstd_rand random(faults_.seed + number);
        std::size_t replied = 0;
        std::vector<char> buffer(16 * 1024);
        while (!stopping_) {
            std::array<::pollfd, 2> both{
                {{client.native_handle(), POLLIN, 0}, {server.native_handle(), POLLIN, 0}}};
            ::poll(both.data(), both.size(), 20);
            for (std::size_t side = 0; side < 2; ++side) {
                if (both[side].revents == 0) {
                    continue;
                }
                const bool replies = side == 1;
                const auto size = ::recv(both[side].fd, buffer.data(), buffer.size(), 0);
                if (size <= 0) {
                    return;
                }
                std::this_thread::sleep_for(faults_.delay);
                auto left = static_cast<std::size_t>(size);
                if (replies) {
                    corrupt(buffer, left, random);
                    left = std::min(left, faults_.cut_after - replied);
                    replied += left;
                }
                send(both[1 - side].fd, buffer.data(), left, random);
                if (replied >= faults_.cut_after) {
                    return;
                }
            }
        }
    }

    void corrupt(std::vector<char>& bytes, std::size_t size, std::minstd_rand& random) const {
        for (std::size_t i = 0; faults_.corrupt_one_in > 0 && i < size; ++i) {
            if (random() % faults_.corrupt_one_in == 0) {
                bytes[i] = static_cast<char>(bytes[i] ^ (1 << random() % 8));
            }
        }
    }

    void send(int to, const char* bytes, std::size_t left, std::minstd_rand& random) const {
        while (left > 0) {
            const std::size_t piece = std::min<std::size_t>(
                left, 1 + random() % std::min<std::size_t>(faults_.longest_piece, 1 << 20));
            if (::send(to, bytes, piece, MSG_NOSIGNAL) <= 0) {
                return;
            }
            bytes += piece;
            left -= piece;
        }
    }

    Faults faults_;
    std::uint16_t to_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor listener_;
    std::uint16_t port_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> connections_{0};
    std::thread thread_;
};

}  // namespace cyclone::redis_tests
