#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cyclone/impl/config.hpp>
#include <cyclone/impl/ssl_read_certificate.ipp>
#include <cyclone/ssl/server_context.hpp>

namespace cyclone::ssl {

namespace detail {

/// The newest of OpenSSL's errors in words; all of them are taken.
CYCLONE_INLINE std::string take_errors() {
    std::string text = "unknown error";
    while (const unsigned long error = ::ERR_get_error()) {
        char line[256];
        ::ERR_error_string_n(error, line, sizeof line);
        text = line;
    }
    return text;
}

struct SessionSocket {
    int number;
    /// It had nothing more when it was read from last.
    bool exhausted = false;
    /// Its end has been announced.
    bool ends = false;
    /// OpenSSL was told to wait.
    bool blocked = false;
};

CYCLONE_INLINE SessionSocket& socket_of(BIO* bio) {
    return *static_cast<SessionSocket*>(::BIO_get_data(bio));
}

// OpenSSL's own socket BIO writes by write(2), which raises SIGPIPE where the client is gone.
CYCLONE_INLINE BIO_METHOD* socket_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cyclone");
        ::BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
            ::BIO_clear_retry_flags(bio);
            const ssize_t sent =
                ::send(socket_of(bio).number, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
                ::BIO_set_retry_write(bio);
            }
            return static_cast<int>(sent);
        });
        ::BIO_meth_set_read(made, [](BIO* bio, char* space, int size) {
            ::BIO_clear_retry_flags(bio);
            SessionSocket& socket = socket_of(bio);
            ssize_t read = -1;
            errno = EAGAIN;
            if (!socket.exhausted) {
                read = ::recv(socket.number, space, static_cast<std::size_t>(size), 0);
                socket.exhausted = read < 0 ? errno != EINTR : read < size && !socket.ends;
            }
            if (read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
                ::BIO_set_retry_read(bio);
                socket.blocked = errno != EINTR;
            } else if (read == 0) {
                ::BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
            }
            return static_cast<int>(read);
        });
        ::BIO_meth_set_ctrl(made, [](BIO* bio, int command, long, void*) -> long {
            if (command == BIO_CTRL_EOF) {
                // Without it, a client that just closes would count as an error of TLS.
                return ::BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
            }
            return command == BIO_CTRL_FLUSH ? 1 : 0;
        });
        ::BIO_meth_set_create(made, [](BIO* bio) {
            ::BIO_set_init(bio, 1);
            return 1;
        });
        return made;
    }();
    return method;
}

}  // namespace detail

struct ServerContext::Loaded {
    explicit Loaded(const ServerOptions& options) : context(::SSL_CTX_new(::TLS_server_method())) {
        ::ERR_clear_error();
        if (context == nullptr) {
            throw Error("TLS cannot be used: " + detail::take_errors());
        }
        try {
            load(options);
        } catch (...) {
            ::SSL_CTX_free(context);
            throw;
        }
    }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;
    ~Loaded() { ::SSL_CTX_free(context); }

    void load(const ServerOptions& options) {
        ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_IGNORE_UNEXPECTED_EOF);
        // An idle connection holds no buffers of OpenSSL's.
        ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        // A record's header and its text by one call of the system.
        ::SSL_CTX_set_read_ahead(context, 1);
        // Records without text in them, new keys for instance, could keep one read busy for ever.
        ::SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
        const auto require = [](int done, const std::string& what) {
            if (done != 1) {
                throw Error(what + ": " + detail::take_errors());
            }
        };
        const std::string& key =
            options.private_key.empty() ? options.certificate : options.private_key;
        require(::SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()),
                "the certificate " + options.certificate + " cannot be used");
        require(::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM),
                "the private key " + key + " cannot be used");
        require(::SSL_CTX_check_private_key(context),
                "the private key " + key + " does not belong to the certificate " +
                    options.certificate);
        if (!options.ciphers.empty()) {
            require(::SSL_CTX_set_cipher_list(context, options.ciphers.c_str()),
                    "the ciphers " + options.ciphers + " cannot be used");
        }
        if (!options.client_authorities.empty()) {
            require(::SSL_CTX_load_verify_locations(context, options.client_authorities.c_str(),
                                                    nullptr),
                    "the authorities " + options.client_authorities + " cannot be used");
            const int required =
                options.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
            ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
        }
        static constexpr unsigned char session_context[] = "cyclone";
        ::SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
        for (const std::string& protocol : options.protocols) {
            protocols += static_cast<char>(protocol.size());
            protocols += protocol;
        }
        ::SSL_CTX_set_alpn_select_cb(
            context,
            [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
               unsigned offered_size, void* argument) {
                const auto& ours = *static_cast<const std::string*>(argument);
                unsigned char* found = nullptr;
                const int result = ::SSL_select_next_proto(
                    &found, size, reinterpret_cast<const unsigned char*>(ours.data()),
                    static_cast<unsigned>(ours.size()), offered, offered_size);
                *chosen = found;
                // RFC 7301 3.2: with nothing in common, the handshake fails.
                return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                                        : SSL_TLSEXT_ERR_ALERT_FATAL;
            },
            &protocols);
    }

    SSL_CTX* context;
    std::string protocols;
};

namespace detail {

class ServerSession final : public reactor::TlsSession {
public:
    /// `keep` is what `ssl` was made from.
    ServerSession(SSL* ssl, int socket, std::shared_ptr<void> keep)
        : keep_(std::move(keep)), ssl_(ssl), socket_{socket} {
        BIO* const bio = ::BIO_new(socket_method());
        ::BIO_set_data(bio, &socket_);
        ::SSL_set_bio(ssl_, bio, bio);
        ::SSL_set_accept_state(ssl_);
    }
    ServerSession(const ServerSession&) = delete;
    ServerSession& operator=(const ServerSession&) = delete;
    ~ServerSession() override { ::SSL_free(ssl_); }

    Result handshake() override {
        ::ERR_clear_error();
        return result_of(::SSL_do_handshake(ssl_));
    }
    void readable(bool end) override {
        socket_.exhausted = false;
        socket_.ends |= end;
    }
    Result read(std::span<char> space, std::size_t& bytes) override {
        ::ERR_clear_error();
        bytes = 0;
        socket_.blocked = false;
        const Result result = result_of(::SSL_read_ex(ssl_, space.data(), space.size(), &bytes));
        return result == Result::wants_read && !socket_.blocked ? Result::done : result;
    }
    Result write(std::span<const char> text, std::size_t& bytes) override {
        ::ERR_clear_error();
        return result_of(::SSL_write_ex(ssl_, text.data(), text.size(), &bytes));
    }
    void shut_down() override {
        ::ERR_clear_error();
        if (::SSL_is_init_finished(ssl_) == 1) {
            ::SSL_shutdown(ssl_);
        }
    }
    std::shared_ptr<const Certificate> peer_certificate() override {
        // There is no other one later: nothing is renegotiated.
        if (!certificate_) {
            const std::unique_ptr<X509, void (*)(X509*)> shown(::SSL_get1_peer_certificate(ssl_),
                                                               ::X509_free);
            certificate_ = shown ? std::make_shared<Certificate>(read_certificate(shown.get()))
                                 : nullptr;
        }
        return *certificate_;
    }

private:
    Result result_of(int returned) {
        if (returned > 0) {
            return Result::done;
        }
        switch (::SSL_get_error(ssl_, returned)) {
            case SSL_ERROR_WANT_READ:
                return Result::wants_read;
            case SSL_ERROR_WANT_WRITE:
                return Result::wants_write;
            case SSL_ERROR_ZERO_RETURN:
                return Result::closed;
            default:
                ::ERR_clear_error();
                return Result::failed;
        }
    }

    std::shared_ptr<void> keep_;
    SSL* ssl_;
    SessionSocket socket_;
    /// Nothing until somebody has asked for it.
    std::optional<std::shared_ptr<const Certificate>> certificate_;
};

}  // namespace detail

CYCLONE_INLINE ServerContext::ServerContext(ServerOptions options)
    : options_(std::move(options)), loaded_(std::make_shared<Loaded>(options_)) {}
CYCLONE_INLINE ServerContext::~ServerContext() = default;

CYCLONE_INLINE void ServerContext::reload() { loaded_ = std::make_shared<Loaded>(options_); }

CYCLONE_INLINE std::unique_ptr<reactor::TlsSession> ServerContext::accept(int socket) {
    SSL* const ssl = ::SSL_new(loaded_->context);
    if (ssl == nullptr) {
        throw Error("TLS has no memory for a connection: " + detail::take_errors());
    }
    return std::make_unique<detail::ServerSession>(ssl, socket, loaded_);
}

}  // namespace cyclone::ssl
