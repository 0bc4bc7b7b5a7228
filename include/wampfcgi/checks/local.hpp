// Owns whether a request comes from this machine alone, for services that show the program to those who run it.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

namespace wampfcgi::checks {

/// Refuses a request whose client address is not a loopback one; whose Host is neither a loopback address nor
/// "localhost" or below it, for any other name may lead here by a DNS answer that was made for that (rebinding); and
/// one that a proxy has passed on, behind which all clients have the proxy's address. Fails with address_denied.
result<void> check_local(const request& req);

}  // namespace wampfcgi::checks
