#pragma once
// The router's TLS certificate, and the clients that it accepts.

#include "options.hpp"

#include <boost/asio/ssl/context.hpp>

#include <optional>

namespace wampfcgi::devrouter {

using tls_context = boost::asio::ssl::context;

/// Nothing without a configured certificate. Throws boost::system::system_error for invalid files.
std::optional<tls_context> make_tls_context(const options& settings);

}  // namespace wampfcgi::devrouter
