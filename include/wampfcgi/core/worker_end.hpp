// Owns the reasons why a worker ends. process/ determines them, metrics/ counts them.
#pragma once

#include <cstddef>

namespace wampfcgi {

enum class worker_end { stopped, replaced, exited, by_signal, hung, overdue };

inline constexpr std::size_t worker_ends = 6;

}  // namespace wampfcgi
