// Owns asking the system how many connections wait on a listening socket.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <optional>

namespace wampfcgi::metrics {

/// Nothing where the system does not tell: for a Unix socket it is asked by sock_diag(7), which may be forbidden.
std::optional<listen_queue> queue_of(int listen_fd) noexcept;

}  // namespace wampfcgi::metrics
