// Owns how the kernel schedules this process among others.
#pragma once

namespace wampfcgi {

/// Asks the kernel not to interrupt a running process when this one wakes up (SCHED_BATCH, sched(7)). The web server
/// and the router then go on until they wait, so that each wake-up finds more to do, and a busy machine switches less
/// often. On an idle processor nothing changes. Changes the calling thread if its policy is the usual one; another one
/// was chosen by the administrator. Where a sandbox forbids it, nothing happens.
void schedule_in_batches() noexcept;

}  // namespace wampfcgi
