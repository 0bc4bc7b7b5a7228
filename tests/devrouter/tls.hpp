#pragma once
// What the router shows of itself over TLS, and whom it lets in.

#include "options.hpp"

#include <boost/asio/ssl/context.hpp>

#include <optional>

namespace wampfcgi::devrouter {

using tls_context = boost::asio::ssl::context;

/// Nothing where no certificate is configured. Throws boost::system::system_error for files that are not as expected.
std::optional<tls_context> make_tls_context(const options& settings);

}  // namespace wampfcgi::devrouter
