// Owns the TLS setup for a server, and the log text for a failed handshake.
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <variant>

#include <openssl/types.h>

namespace wampfcgi::net {

/// A context that requires TLS 1.2 or later and verifies the server's certificate; or why there is none, for the log.
std::variant<boost::asio::ssl::context, std::string> make_tls_context(const tls_settings& given);

/// Requires the certificate to match `host`, a name or an address, and sends a name as SNI. Returns false when memory
/// runs out.
bool expect_host(SSL* session, const std::string& host);

/// Why a handshake with `peer` failed. Names the fault of the certificate if that was the reason.
std::string handshake_failure(SSL* session, const std::string& peer, const boost::system::error_code& error);

}  // namespace wampfcgi::net
