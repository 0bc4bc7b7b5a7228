// Owns Base64 (RFC 4648): the strict form of WAMP's binary strings, and all forms used for signatures.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi {

/// Which texts are accepted. Unused bits must be 0 in both forms, so that in one alphabet bytes have exactly one
/// encoding.
enum class base64_form {
    standard,  ///< the standard alphabet (RFC 4648, 4), padded
    any,       ///< also the URL-safe alphabet (5), a space for "+", with or without padding
};

/// Decodes into the start of `out` and returns the number of bytes. Nothing when `text` is not Base64 or does not fit;
/// the content of `out` is then undefined.
std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::byte> out, base64_form form) noexcept;

/// Decodes `text` in the standard form.
std::optional<std::string> from_base64(std::string_view text);

/// Appends `bytes`, encoded in the standard form.
void append_base64(std::string& out, std::string_view bytes);

inline std::string to_base64(std::string_view bytes)
{
    std::string text;
    append_base64(text, bytes);
    return text;
}

}  // namespace wampfcgi
