// Owns the check that a request comes from this machine, for services meant for the administrator only.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

namespace wampfcgi::checks {

/// Refuses a request from a client address that is not loopback. Refuses a Host other than a loopback address,
/// "localhost" or a name below it: any other name could be DNS rebinding. Refuses a request forwarded by a proxy, since
/// every client then has the proxy's address. Fails with address_denied.
result<void> check_local(const request& req);

}  // namespace wampfcgi::checks
