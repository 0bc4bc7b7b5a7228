// Owns the checks of PEM files for TLS before they are used.
#pragma once

#include <string_view>

namespace wampfcgi::checks {

/// True if `pem` holds at least one certificate and every PEM block in it can be parsed.
bool holds_certificates(std::string_view pem);

/// True if `pem` holds a private key that is not encrypted.
bool holds_private_key(std::string_view pem);

/// True if the private key in `key` belongs to the first certificate in `chain`.
bool is_key_of(std::string_view key, std::string_view chain);

}  // namespace wampfcgi::checks
