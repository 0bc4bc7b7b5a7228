// Owns the list of why a worker of a pool has ended. process/ finds out, metrics/ counts.
#pragma once

#include <cstddef>

namespace wampfcgi {

enum class worker_end { stopped, replaced, exited, by_signal, hung, overdue };

inline constexpr std::size_t worker_ends = 6;

}  // namespace wampfcgi
