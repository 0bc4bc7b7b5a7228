#include "wampfcgi/process/supervisor.hpp"

#include "restart_policy.hpp"
#include "wampfcgi/log/log.hpp"
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace wampfcgi::process {

namespace {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

constexpr std::array supervised_signals{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};

sigset_t supervised_set() noexcept
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : supervised_signals)
        sigaddset(&set, number);
    return set;
}

/// Waits for one of the supervised signals; nothing where none came until `deadline`. No deadline: as long as it takes.
std::optional<int> wait_for_signal(const std::optional<time_point>& deadline) noexcept
{
    using namespace std::chrono;
    const sigset_t set = supervised_set();
    int number = 0;
    if (deadline) {
        const auto left = std::max(nanoseconds{0}, duration_cast<nanoseconds>(*deadline - clock::now()));
        const auto whole = duration_cast<seconds>(left);
        const timespec patience{whole.count(), (left - whole).count()};
        number = sigtimedwait(&set, nullptr, &patience);
    } else {
        number = sigwaitinfo(&set, nullptr);
    }
    return number > 0 ? std::optional<int>(number) : std::nullopt;
}

std::string in_words(int wait_status)
{
    if (WIFEXITED(wait_status))
        return "ended with status " + std::to_string(WEXITSTATUS(wait_status));
    const int number = WTERMSIG(wait_status);
    return "was ended by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
}

/// An end that a worker may have once it was told to stop.
bool is_orderly(int wait_status) noexcept
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status) == 0;
    const int number = WTERMSIG(wait_status);
    return number == SIGTERM || number == SIGINT || number == SIGKILL;
}

/// "at once" or "in N ms".
std::string in_words(std::chrono::nanoseconds delay)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(delay).count();
    return ms <= 0 ? "at once" : "in " + std::to_string(ms) + " ms";
}

/// The supervisor's state. One thread, no handlers: signals stay blocked and are waited for.
class supervisor {
public:
    supervisor(const pool_options& pool, const std::function<int()>& worker_main)
        : grace_(pool.grace),
          worker_main_(worker_main),
          policy_(pool.workers),
          slots_(pool.workers)
    {}

    int run();

private:
    struct slot {
        pid_t pid = 0;     ///< 0: no worker
        time_point due{};  ///< without a worker: when to start one
    };

    void start_due();
    void start(unsigned index);
    void reap();
    void report_end(pid_t pid, int wait_status, unsigned index);
    void on_signal(int number);
    void stop(int status);
    void kill_overdue();
    void send_all(int number) const noexcept;
    std::ptrdiff_t running() const noexcept;
    std::optional<time_point> next_deadline() const noexcept;

    std::chrono::milliseconds grace_;
    const std::function<int()>& worker_main_;
    restart_policy policy_;
    std::vector<slot> slots_;
    bool stopping_ = false;
    std::optional<time_point> kill_at_;  ///< while stopping, until the rest was killed
    int status_ = 0;
};

int supervisor::run()
{
    log::write(log_level::notice, "starting " + std::to_string(slots_.size()) + " worker(s)");
    while (true) {
        reap();
        if (!stopping_ && policy_.hopeless()) {
            log::write(log_level::error, "giving up: workers end as soon as they are started");
            stop(1);
        }
        if (stopping_ && running() == 0)
            return status_;
        if (stopping_)
            kill_overdue();
        else
            start_due();
        if (const auto number = wait_for_signal(next_deadline()))
            on_signal(*number);
    }
}

void supervisor::start_due()
{
    for (unsigned index = 0; index < slots_.size(); ++index)
        if (slots_[index].pid == 0 && slots_[index].due <= clock::now())
            start(index);
}

void supervisor::start(unsigned index)
{
    const pid_t self = getpid();
    std::fflush(nullptr);  // or the worker would write what is buffered here a second time
    const pid_t pid = fork();
    if (pid == 0)
        be_worker(worker_main_, self);
    const int error_number = errno;
    const time_point now = clock::now();
    if (pid > 0) {
        slots_[index].pid = pid;
        policy_.started(index, now);
        return;
    }
    slots_[index].due = policy_.start_failed(index, now);
    log::write(log_level::warning, "cannot start a worker: " + std::generic_category().message(error_number) +
                                       "; next try " + in_words(slots_[index].due - now));
}

void supervisor::reap()
{
    int wait_status = 0;
    while (true) {
        const pid_t pid = waitpid(-1, &wait_status, WNOHANG);
        if (pid <= 0)
            return;
        const auto ended = std::find_if(slots_.begin(), slots_.end(), [&](const slot& s) { return s.pid == pid; });
        if (ended == slots_.end())  // a child of whatever this process was before exec
            continue;
        ended->pid = 0;
        report_end(pid, wait_status, static_cast<unsigned>(ended - slots_.begin()));
    }
}

void supervisor::report_end(pid_t pid, int wait_status, unsigned index)
{
    const time_point now = clock::now();
    slots_[index].due = policy_.ended(index, now);
    const std::string what = "worker " + std::to_string(pid) + " " + in_words(wait_status);
    if (!stopping_)
        log::write(log_level::warning, what + "; next start " + in_words(slots_[index].due - now));
    else if (!is_orderly(wait_status))
        log::write(log_level::warning, what);
}

void supervisor::on_signal(int number)
{
    switch (number) {
    case SIGTERM:
    case SIGINT:
        if (!stopping_) {
            log::write(log_level::notice, std::string(number == SIGTERM ? "SIGTERM" : "SIGINT") + ": stopping");
            stop(0);
        }
        break;
    case SIGHUP:
        log::write(log_level::notice, "SIGHUP: reload is not supported yet");
        break;
    case SIGUSR1:
        send_all(SIGUSR1);
        break;
    default:  // SIGCHLD: run() looks at its children each time round
        break;
    }
}

void supervisor::stop(int status)
{
    stopping_ = true;
    status_ = status;
    kill_at_ = clock::now() + grace_;
    send_all(SIGTERM);
}

void supervisor::kill_overdue()
{
    if (!kill_at_ || clock::now() < *kill_at_)
        return;
    kill_at_.reset();
    log::write(log_level::warning, std::to_string(running()) + " worker(s) did not end within " +
                                       std::to_string(grace_.count()) + " ms: killing");
    send_all(SIGKILL);
}

void supervisor::send_all(int number) const noexcept
{
    for (const slot& each : slots_)
        if (each.pid != 0)
            kill(each.pid, number);
}

std::ptrdiff_t supervisor::running() const noexcept
{
    return std::count_if(slots_.begin(), slots_.end(), [](const slot& each) { return each.pid != 0; });
}

std::optional<time_point> supervisor::next_deadline() const noexcept
{
    if (stopping_)
        return kill_at_;
    std::optional<time_point> next;
    for (const slot& each : slots_)
        if (each.pid == 0 && (!next || each.due < *next))
            next = each.due;
    return next;
}

}  // namespace

int run_pool(const pool_options& pool, const std::function<int()>& worker_main)
{
    ignore_sigpipe();
    const sigset_t set = supervised_set();
    sigprocmask(SIG_BLOCK, &set, nullptr);
    for (const int number : supervised_signals)  // what was ignored before exec would be ignored now; SIGCHLD above all
        set_action(number, SIG_DFL);
    return supervisor(pool, worker_main).run();
}

}  // namespace wampfcgi::process
