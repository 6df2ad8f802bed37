#pragma once

#include <algorithm>
#include <utility>

#include <cyclone/httputil/http_headers.hpp>
#include <cyclone/impl/config.hpp>
#include <cyclone/websocket/deflate_parameters.hpp>
#include <cyclone/websocket/extension_list.hpp>

namespace cyclone::websocket {

namespace detail {

/// The parameters of one offer or answer as they stand there.
struct DeflateElement {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::optional<std::uint8_t> server_max_window_bits;
    /// 0: without a value.
    std::optional<std::uint8_t> client_max_window_bits;
};

/// 8 to 15 without a leading zero. RFC 7692 7.1.2.
CYCLONE_INLINE std::optional<std::uint8_t> window_bits_of(const std::string& value) {
    if (value == "8" || value == "9") {
        return static_cast<std::uint8_t>(value[0] - '0');
    }
    if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') {
        return static_cast<std::uint8_t>(10 + value[1] - '0');
    }
    return std::nullopt;
}

CYCLONE_INLINE bool is_deflate(const Extension& extension) {
    return httputil::detail::equal_ignoring_case(extension.name, "permessage-deflate");
}

CYCLONE_INLINE std::optional<DeflateElement> read_deflate(const Extension& extension) {
    DeflateElement element;
    const auto set_flag = [](bool& flag, const Extension::Parameter& parameter) {
        return !parameter.value && !std::exchange(flag, true);
    };
    for (const Extension::Parameter& parameter : extension.parameters) {
        bool good = false;
        if (parameter.name == "server_no_context_takeover") {
            good = set_flag(element.server_no_context_takeover, parameter);
        } else if (parameter.name == "client_no_context_takeover") {
            good = set_flag(element.client_no_context_takeover, parameter);
        } else if (parameter.name == "server_max_window_bits") {
            good = !element.server_max_window_bits && parameter.value;
            if (good) {
                element.server_max_window_bits = window_bits_of(*parameter.value);
                good = element.server_max_window_bits.has_value();
            }
        } else if (parameter.name == "client_max_window_bits") {
            good = !element.client_max_window_bits;
            element.client_max_window_bits = 0;
            if (good && parameter.value) {
                element.client_max_window_bits = window_bits_of(*parameter.value);
                good = element.client_max_window_bits.has_value();
            }
        }
        if (!good) {
            return std::nullopt;
        }
    }
    return element;
}

CYCLONE_INLINE DeflateAgreement agree(const DeflateElement& offer,
                                      const CompressionOptions& options) {
    DeflateAgreement agreement;
    DeflateParameters& agreed = agreement.parameters;
    std::string& response = agreement.response;
    response = "permessage-deflate";
    if (offer.server_no_context_takeover || options.no_context_takeover) {
        agreed.server_no_context_takeover = true;
        response += "; server_no_context_takeover";
    }
    if (offer.client_no_context_takeover || options.no_context_takeover) {
        agreed.client_no_context_takeover = true;
        response += "; client_no_context_takeover";
    }
    agreed.server_max_window_bits =
        std::min(options.window_bits, offer.server_max_window_bits.value_or(15));
    // RFC 7692 7.1.2.1: to accept the parameter is to return it, whatever its value.
    if (offer.server_max_window_bits || agreed.server_max_window_bits < 15) {
        response += "; server_max_window_bits=" + std::to_string(agreed.server_max_window_bits);
    }
    // RFC 7692 7.1.2.2: only a client that has offered it understands it in the response.
    if (offer.client_max_window_bits) {
        const std::uint8_t most =
            *offer.client_max_window_bits == 0 ? std::uint8_t{15} : *offer.client_max_window_bits;
        agreed.client_max_window_bits = std::min(options.window_bits, most);
        if (agreed.client_max_window_bits < 15) {
            response += "; client_max_window_bits=" + std::to_string(agreed.client_max_window_bits);
        }
    }
    return agreement;
}

}  // namespace detail

CYCLONE_INLINE std::optional<DeflateAgreement> accept_deflate(std::string_view offers,
                                                              const CompressionOptions& options) {
    const auto extensions = parse_extensions(offers);
    if (!extensions) {
        return std::nullopt;
    }
    for (const Extension& extension : *extensions) {
        if (detail::is_deflate(extension)) {
            if (const auto offer = detail::read_deflate(extension)) {
                return detail::agree(*offer, options);
            }
        }
    }
    return std::nullopt;
}

CYCLONE_INLINE std::string deflate_offer(const CompressionOptions& options) {
    std::string offer = "permessage-deflate";
    if (options.no_context_takeover) {
        offer += "; server_no_context_takeover; client_no_context_takeover";
    }
    if (options.window_bits < 15) {
        offer += "; server_max_window_bits=" + std::to_string(options.window_bits);
    }
    offer += "; client_max_window_bits";
    return offer;
}

CYCLONE_INLINE bool check_deflate_response(std::string_view response,
                                           const CompressionOptions& options,
                                           std::optional<DeflateParameters>& agreed) {
    agreed.reset();
    const auto extensions = parse_extensions(response);
    if (!extensions || extensions->size() > 1) {
        return false;
    }
    if (extensions->empty()) {
        return true;
    }
    if (!detail::is_deflate(extensions->front())) {
        return false;
    }
    const auto element = detail::read_deflate(extensions->front());
    // RFC 7692 7.1.2.2: in a response the value is required.
    if (!element || element->client_max_window_bits == std::uint8_t{0} ||
        (options.no_context_takeover && !element->server_no_context_takeover) ||
        element->server_max_window_bits.value_or(15) > options.window_bits) {
        return false;
    }
    agreed.emplace();
    agreed->server_no_context_takeover = element->server_no_context_takeover;
    agreed->client_no_context_takeover =
        element->client_no_context_takeover || options.no_context_takeover;
    agreed->server_max_window_bits = element->server_max_window_bits.value_or(15);
    agreed->client_max_window_bits =
        std::min(element->client_max_window_bits.value_or(15), options.window_bits);
    return true;
}

}  // namespace cyclone::websocket
