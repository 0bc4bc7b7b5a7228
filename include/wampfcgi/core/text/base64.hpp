// Owns Base64 (RFC 4648), in the one form that WAMP's binary strings have and in all that signatures come in.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi {

/// Which texts are taken for Base64. Bits that no byte needs must be 0 in both, so that bytes have one spelling in an
/// alphabet.
enum class base64_form {
    standard,  ///< the standard alphabet (RFC 4648, 4), padded
    any,       ///< the URL-safe alphabet (5) too, a space for "+", with or without padding
};

/// Decodes into the start of `out`, and returns how many bytes that are. Nothing when `text` is no Base64, or stands
/// for more bytes than `out` has; what is in `out` then means nothing.
std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::byte> out, base64_form form) noexcept;

/// The bytes that `text` stands for in the standard form. It is their only copy.
std::optional<std::string> from_base64(std::string_view text);

/// Appends `bytes` in the standard form.
void append_base64(std::string& out, std::string_view bytes);

inline std::string to_base64(std::string_view bytes)
{
    std::string text;
    append_base64(text, bytes);
    return text;
}

}  // namespace wampfcgi
