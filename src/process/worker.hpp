// Owns a worker process from fork until its worker_main: signals, the tie to its supervisor, its end.
#pragma once

#include <functional>
#include <sys/types.h>

namespace wampfcgi::process {

/// Sets a signal's action: a handler, SIG_DFL or SIG_IGN. Ignores signals that do not allow it.
void set_action(int signal_number, void (*action)(int)) noexcept;

/// Runs a worker, from fork to the end of the process. `supervisor` is the parent process.
[[noreturn]] void be_worker(const std::function<int()>& worker_main, pid_t supervisor) noexcept;

}  // namespace wampfcgi::process
