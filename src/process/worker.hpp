// Owns what a process is between fork and its worker_main: signals, the tie to its supervisor, its end.
#pragma once

#include <functional>
#include <sys/types.h>

namespace wampfcgi::process {

/// Sets a signal's action: a handler, SIG_DFL or SIG_IGN. Numbers that do not allow it are left alone.
void set_action(int signal_number, void (*action)(int)) noexcept;

/// The life of a worker, from the fork to the end of the process. `supervisor` is the process that forked it.
[[noreturn]] void be_worker(const std::function<int()>& worker_main, pid_t supervisor) noexcept;

}  // namespace wampfcgi::process
