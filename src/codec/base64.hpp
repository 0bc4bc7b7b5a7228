// Owns Base64 with the standard alphabet (RFC 4648, section 4), in the one form that WAMP's binary strings have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// The bytes that `text` stands for; nothing unless it is padded, without other characters, and its unused bits are 0.
std::optional<std::string> from_base64(std::string_view text);

/// Appends `bytes` as Base64 with padding.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace wampfcgi::codec
