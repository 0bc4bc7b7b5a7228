#include "wampfcgi/process/supervisor.hpp"

#include "process/hang_detector.hpp"
#include "process/notify.hpp"
#include "process/pool_link.hpp"
#include "process/roster.hpp"
#include "process/wait_status.hpp"
#include "process/worker.hpp"
#include "wampfcgi/core/code_pages.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <map>
#include <optional>
#include <poll.h>
#include <set>
#include <string>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wampfcgi::process {

namespace {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

constexpr std::chrono::seconds status_every{5};

constexpr std::array supervised_signals{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};

sigset_t supervised_set() noexcept
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : supervised_signals)
        sigaddset(&set, number);
    return set;
}

descriptor open_signals()
{
    const sigset_t set = supervised_set();
    descriptor opened(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (opened.get() < 0)
        throw std::system_error(errno, std::generic_category(), "cannot wait for signals");
    return opened;
}

/// Returns when there is something to read, or at the deadline, if any.
void wait_for_any(std::vector<pollfd>& waited, const std::optional<time_point>& deadline) noexcept
{
    using namespace std::chrono;
    timespec patience{};
    if (deadline) {
        const auto left = std::max(nanoseconds{0}, duration_cast<nanoseconds>(*deadline - clock::now()));
        const auto whole = duration_cast<seconds>(left);
        patience = {whole.count(), (left - whole).count()};
    }
    ppoll(waited.data(), waited.size(), deadline ? &patience : nullptr, nullptr);
}

/// "at once" or "in N ms".
std::string in_words(std::chrono::nanoseconds delay)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(delay).count();
    return ms <= 0 ? "at once" : "in " + std::to_string(ms) + " ms";
}

void send_all(const std::vector<pid_t>& workers, int number) noexcept
{
    for (const pid_t each : workers)
        kill(each, number);
}

/// The supervisor's state. Has one thread and no signal handlers: signals stay blocked and are read from a descriptor.
class supervisor {
public:
    supervisor(const pool_options& pool, worker_program program)
        : pool_(pool),
          observer_(pool.observer != nullptr ? *pool.observer : nobody_),
          program_(std::move(program)),
          roster_(pool.workers),
          hanging_({pool.alive_every, pool.patience}),
          signals_(open_signals())
    {}

    int run();

private:
    void look_after_workers();
    void end_those_that_hang(time_point now);
    void start(const roster::vacancy& where);
    void reap();
    worker_end reason_of(pid_t pid, int wait_status, const roster::end_report& meaning) const;
    void forget(pid_t pid);
    void tell_status();
    static void report_end(pid_t pid, int wait_status, const roster::end_report& meaning, time_point now);
    void wait();
    void on_signal(int number);
    void reload();
    void stop(int status);
    roster::patience patience() const noexcept { return {program_.grace, program_.ready_within, program_.drain}; }

    const pool_options& pool_;
    pool_observer nobody_;
    pool_observer& observer_;
    worker_program program_;
    roster roster_;
    hang_detector hanging_;
    notifier notify_;
    handover_socket handover_;
    report_pipes reports_;
    std::set<pid_t> still_old_;  // replaced, but may begin another request until they report otherwise or end
    descriptor signals_;
    std::optional<time_point> alive_at_;   // next sign of life to the service manager
    std::optional<time_point> status_at_;  // next status line to it
    std::string status_line_;              // the last one sent
    std::map<pid_t, std::optional<std::uint32_t>> slots_;
    std::set<pid_t> hung_;     // killed because they hung
    std::set<pid_t> overdue_;  // killed because their time was over
    bool reload_wanted_ = false;
    bool reloading_ = false;
    bool stopping_ = false;
    int status_ = 0;
};

int supervisor::run()
{
    log::write(log_level::notice, "starting " + std::to_string(pool_.workers) + " worker(s)");
    if (notify_.interval())
        alive_at_ = clock::now();
    look_after_workers();
    notify_.ready();
    if (notify_.has_listener())
        status_at_ = clock::now() + status_every;
    while (true) {
        reap();
        if (!stopping_ && roster_.hopeless()) {
            log::write(log_level::error, "giving up: workers end right after they start; the lines before say why");
            stop(1);
        }
        if (stopping_ && roster_.empty())
            return status_;
        look_after_workers();
        wait();
    }
}

void supervisor::look_after_workers()
{
    const time_point now = clock::now();
    if (const auto late = roster_.overdue(now); !late.empty()) {
        log::write(log_level::warning,
                   "killing " + std::to_string(late.size()) + " worker(s) that did not end in time");
        overdue_.insert(late.begin(), late.end());
        send_all(late, SIGKILL);
    }
    end_those_that_hang(now);
    if (stopping_)
        return;
    const auto replaced = roster_.change_over(now);
    send_all(replaced, drain_signal);
    still_old_.insert(replaced.begin(), replaced.end());
    if (reloading_ && !roster_.replacing_all(now) && still_old_.empty()) {
        reloading_ = false;
        log::write(log_level::notice, "reloaded: new workers serve with the new configuration");
        notify_.ready();
    }
    if (!reloading_ && std::exchange(reload_wanted_, false))
        reload();
    for (const auto& where : roster_.vacancies(clock::now()))
        start(where);
}

// Uses SIGKILL, because a stopped process handles no other signal.
void supervisor::end_those_that_hang(time_point now)
{
    for (const pid_t each : hanging_.find_hanging(now)) {
        log::write(log_level::warning, "killing worker " + std::to_string(each) + ": no sign of life for " +
                                           std::to_string(pool_.patience.count() / 1000) + " s");
        hung_.insert(each);
        send_all({each}, SIGKILL);
    }
}

void supervisor::start(const roster::vacancy& where)
{
    auto pipe = report_pipes::open();
    std::fflush(nullptr);  // or the worker would write buffered output again
    const auto slot = observer_.worker_starts();
    const pid_t self = getpid();
    const pid_t pid = pipe ? fork() : -1;
    if (pid == 0) {
        reports_.clear();
        signals_.reset();
        pipe->reading.reset();
        const pool_link link{handover_.give(), handover_.take(), pipe->writing.get(), slot,
                             where.takes_over, pool_.alive_every};
        be_worker([&] { return program_.main(link); }, self);
    }
    const int error_number = errno;
    const time_point now = clock::now();
    if (pid > 0) {
        roster_.began(where, pid, now, patience());
        hanging_.began(pid, now);
        slots_[pid] = slot;
        observer_.worker_started();
        forget_code_pages();
        return reports_.add(pid, std::move(pipe->reading));
    }
    observer_.worker_did_not_start(slot);
    const time_point next = roster_.start_failed(where, now);
    log::write(log_level::warning, "cannot start a worker: " + std::generic_category().message(error_number) +
                                       "; next try " + in_words(next - now));
}

void supervisor::reap()
{
    int wait_status = 0;
    while (true) {
        const pid_t pid = waitpid(-1, &wait_status, WNOHANG);
        if (pid <= 0)
            return;
        reports_.remove(pid);
        hanging_.ended(pid);
        still_old_.erase(pid);
        const time_point now = clock::now();
        const auto meaning = roster_.ended(pid, now);
        if (!meaning)
            continue;  // a child from before exec
        report_end(pid, wait_status, *meaning, now);
        observer_.worker_ended(slots_[pid], reason_of(pid, wait_status, *meaning));
        forget(pid);
    }
}

worker_end supervisor::reason_of(pid_t pid, int wait_status, const roster::end_report& meaning) const
{
    if (hung_.contains(pid))
        return worker_end::hung;
    if (overdue_.contains(pid))
        return worker_end::overdue;
    if (meaning.was_told_to_end && is_orderly(wait_status))
        return stopping_ ? worker_end::stopped : worker_end::replaced;
    return WIFSIGNALED(wait_status) ? worker_end::by_signal : worker_end::exited;
}

void supervisor::forget(pid_t pid)
{
    slots_.erase(pid);
    hung_.erase(pid);
    overdue_.erase(pid);
}

void supervisor::tell_status()
{
    if (std::string line = observer_.status(); line != status_line_) {
        notify_.status(line);
        status_line_ = std::move(line);
    }
    status_at_ = clock::now() + status_every;
}

void supervisor::report_end(pid_t pid, int wait_status, const roster::end_report& meaning, time_point now)
{
    const std::string what = "worker " + std::to_string(pid) + " " + end_in_words(wait_status);
    if (!meaning.was_told_to_end)
        log::write(log_level::warning, what + "; next start " + in_words(meaning.next_start - now));
    else if (!is_orderly(wait_status))
        log::write(log_level::warning, what);
}

void supervisor::wait()
{
    const time_point now = clock::now();
    auto deadline = roster_.next_deadline(now);
    if (alive_at_) {
        if (now >= *alive_at_) {
            notify_.alive();
            alive_at_ = now + *notify_.interval();
        }
        deadline = std::min(deadline.value_or(*alive_at_), *alive_at_);
    }
    if (status_at_) {
        if (now >= *status_at_)
            tell_status();
        deadline = std::min(deadline.value_or(*status_at_), *status_at_);
    }
    if (const auto look = hanging_.next_look())
        deadline = std::min(deadline.value_or(*look), *look);
    std::vector<pollfd> waited{{signals_.get(), POLLIN, 0}};
    reports_.list(waited);
    wait_for_any(waited, deadline);
    signalfd_siginfo signal{};
    while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal)
        on_signal(static_cast<int>(signal.ssi_signo));
    for (const auto& each : reports_.receive()) {
        hanging_.heard(each.from);
        if (each.what == report::ready)
            roster_.is_ready(each.from);
        else if (each.what == report::replace_me)
            roster_.asks_for_replacement(each.from);
        else if (each.what == report::takes_no_more)
            still_old_.erase(each.from);
    }
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
        reload_wanted_ = true;
        break;
    case SIGUSR1:
        if (pool_.reopen_log)
            pool_.reopen_log();
        send_all(roster_.everybody(), SIGUSR1);
        break;
    default:  // SIGCHLD: run() checks its children in every turn
        break;
    }
}

void supervisor::reload()
{
    log::write(log_level::notice, "SIGHUP: reading the configuration again");
    notify_.reloading();
    auto program = pool_.reload ? pool_.reload() : std::nullopt;
    if (!program) {
        log::write(log_level::error, "reload failed: the old configuration stays in use");
        observer_.reloaded(false);
        return notify_.ready();
    }
    program_ = std::move(*program);
    reloading_ = true;
    observer_.reloaded(true);
    send_all(roster_.replace_all(clock::now(), patience()), SIGTERM);
}

void supervisor::stop(int status)
{
    stopping_ = true;
    status_ = status;
    notify_.stopping();
    handover_.close_for_all();  // before draining workers hand over connections
    send_all(roster_.dismiss_all(clock::now()), SIGTERM);
}

}  // namespace

int run_pool(const pool_options& pool, worker_program program)
{
    ignore_write_signals();
    const sigset_t set = supervised_set();
    sigprocmask(SIG_BLOCK, &set, nullptr);
    for (const int number : supervised_signals)  // undo signals ignored before exec, above all SIGCHLD
        set_action(number, SIG_DFL);
    return supervisor(pool, std::move(program)).run();
}

}  // namespace wampfcgi::process
