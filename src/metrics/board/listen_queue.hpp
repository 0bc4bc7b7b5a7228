// Owns asking the system for the number of connections in a listening socket's backlog.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <optional>

namespace wampfcgi::metrics {

/// Nothing when the system does not tell. For a Unix socket it uses sock_diag(7), which may be forbidden.
std::optional<listen_queue> queue_of(int listen_fd) noexcept;

}  // namespace wampfcgi::metrics
