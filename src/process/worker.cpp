#include "process/worker.hpp"

#include "wampfcgi/log/log.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>

namespace wampfcgi::process {

namespace {

pid_t supervisor_pid = 0;  // set in workers only

/// Restores the default action of every signal, with exceptions: signals about writing; SIGHUP, which is for the
/// supervisor even when sent to the process group; SIGUSR1, which must not kill a worker that does not handle it yet.
void reset_signals() noexcept
{
    for (int number = 1; number <= SIGRTMAX; ++number)
        set_action(number, SIG_DFL);
    set_action(SIGHUP, SIG_IGN);
    set_action(SIGUSR1, SIG_IGN);
    ignore_write_signals();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

int guarded(const std::function<int()>& worker_main) noexcept
{
    try {
        return worker_main();
    } catch (const std::exception& thrown) {
        log::write(log_level::error, std::string("the worker failed: ") + thrown.what());
    } catch (...) {
        log::write(log_level::error, "the worker failed for an unknown reason");
    }
    return EXIT_FAILURE;
}

}  // namespace

void be_worker(const std::function<int()>& worker_main, pid_t supervisor) noexcept
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != supervisor)  // the supervisor ended before prctl
        _exit(EXIT_FAILURE);
    supervisor_pid = supervisor;
    reset_signals();
    log::forget_unsaid();
    const int status = guarded(worker_main);
    std::fflush(nullptr);
    _exit(status);
}

void set_action(int signal_number, void (*action)(int)) noexcept
{
    struct sigaction wanted {};
    wanted.sa_handler = action;
    sigaction(signal_number, &wanted, nullptr);
}

bool supervisor_has_gone() noexcept
{
    return supervisor_pid != 0 && getppid() != supervisor_pid;
}

void ignore_write_signals() noexcept
{
    set_action(SIGPIPE, SIG_IGN);
    set_action(SIGXFSZ, SIG_IGN);
}

}  // namespace wampfcgi::process
