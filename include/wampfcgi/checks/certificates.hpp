// Owns what can be said about the PEM files of TLS before a connection is made with them.
#pragma once

#include <string_view>

namespace wampfcgi::checks {

/// True if `pem` holds at least one certificate, and everything in it that is marked as PEM can be read.
bool holds_certificates(std::string_view pem);

/// True if `pem` holds a private key that is not encrypted.
bool holds_private_key(std::string_view pem);

/// True if the private key in `key` belongs to the first certificate in `chain`.
bool is_key_of(std::string_view key, std::string_view chain);

}  // namespace wampfcgi::checks
