// Owns the id of a request in the log and in X-Request-Id.
#pragma once

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {

inline constexpr std::size_t longest_request_id = 64;

/// True for 1 to longest_request_id characters of A-Z a-z 0-9 . _ ~ @ / + = -.
bool is_plain_token(std::string_view text) noexcept;

/// The web server's UNIQUE_ID if it is a plain token, else the client's X-Request-Id if that is one, else a new id,
/// which is unique on this machine for a long time. That one is valid until the next call.
std::string_view request_id(std::string_view unique_id, std::string_view x_request_id);

}  // namespace wampfcgi::fcgi
