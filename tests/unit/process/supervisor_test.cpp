#include "wampfcgi/process/supervisor.hpp"

#include "wampfcgi/log/log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using namespace wampfcgi;
using namespace wampfcgi::process;
using namespace std::chrono_literals;

namespace {

constexpr int deadline_ms = 10'000;

/// A process of its own that runs a pool, and what it and its workers log. All of them are gone afterwards.
class running_pool {
public:
    running_pool(const pool_options& options, const worker_program& program)
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(pipe(ends.data()) == 0);
        log_ = ends[0];
        prctl(PR_SET_CHILD_SUBREAPER, 1);  // workers that have lost their supervisor are waited for here
        std::fflush(nullptr);
        pid_ = fork();
        BOOST_REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            setpgid(0, 0);
            dup2(ends[1], STDERR_FILENO);
            close(ends[0]);
            close(ends[1]);
            _exit(run_pool(options, program));
        }
        setpgid(pid_, pid_);
        close(ends[1]);
    }

    ~running_pool()
    {
        kill(-pid_, SIGKILL);
        while (waitpid(-1, nullptr, 0) > 0) {}
        close(log_);
    }

    running_pool(const running_pool&) = delete;
    running_pool& operator=(const running_pool&) = delete;

    void signal(int number) const { kill(pid_, number); }

    /// The next line of the log, without its line feed; empty once every process of the pool has ended.
    std::string line()
    {
        while (text_.find('\n') == std::string::npos)
            if (!read_more())
                return std::exchange(text_, {});
        const auto end = text_.find('\n');
        const std::string first = text_.substr(0, end);
        text_.erase(0, end + 1);
        return first;
    }

    /// The exit status of the supervisor, once it and its workers have ended; -1: ended by a signal.
    int exit_status()
    {
        while (read_more()) {}
        int status = 0;
        waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    bool read_more()
    {
        pollfd readable{log_, POLLIN, 0};
        BOOST_REQUIRE(poll(&readable, 1, deadline_ms) == 1);
        std::array<char, 4096> buffer{};
        const ssize_t n = read(log_, buffer.data(), buffer.size());
        text_.append(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
        return n > 0;
    }

    pid_t pid_ = -1;
    int log_ = -1;
    std::string text_;
};

int say_and_wait(const pool_link&)
{
    log::write(log_level::notice, "up");
    while (true)
        pause();
}

int say_pid_and_wait(const pool_link&)
{
    log::write(log_level::notice, std::to_string(getpid()));
    while (true)
        pause();
}

}  // namespace

BOOST_AUTO_TEST_CASE(sigterm_and_sigint_end_all_workers_and_then_the_supervisor_with_0)
{
    for (const int number : {SIGTERM, SIGINT}) {
        running_pool pool({.workers = 2}, {say_and_wait});
        BOOST_TEST(pool.line() == "notice: starting 2 worker(s)");
        BOOST_TEST(pool.line() == "notice: up");
        BOOST_TEST(pool.line() == "notice: up");

        pool.signal(number);

        BOOST_TEST(pool.line() == (number == SIGTERM ? "notice: SIGTERM: stopping" : "notice: SIGINT: stopping"));
        BOOST_TEST(pool.line() == "");
        BOOST_TEST(pool.exit_status() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_worker_that_was_killed_is_replaced)
{
    running_pool pool({.workers = 1}, {say_pid_and_wait});
    pool.line();
    const std::string first = pool.line().substr(8);

    kill(static_cast<pid_t>(std::stol(first)), SIGKILL);

    BOOST_TEST(pool.line().starts_with("warning: worker " + first + " was ended by signal 9 (Killed); next start "));
    BOOST_TEST(pool.line() != "notice: " + first);
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(workers_that_do_not_heed_sigterm_are_killed_after_the_grace)
{
    const auto stubborn = [](const pool_link& link) {
        std::signal(SIGTERM, SIG_IGN);
        return say_and_wait(link);
    };
    running_pool pool({.workers = 1}, {.main = stubborn, .grace = 50ms});
    pool.line();
    pool.line();

    pool.signal(SIGTERM);

    BOOST_TEST(pool.line() == "notice: SIGTERM: stopping");
    BOOST_TEST(pool.line() == "warning: 1 worker(s) did not end in time: killing");
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(a_pool_whose_first_workers_all_end_at_once_is_given_up_with_1)
{
    running_pool pool({.workers = 10}, {[](const pool_link&) { return 3; }});
    pool.line();

    std::string last;
    for (std::string line = pool.line(); !line.empty(); line = pool.line())
        last = line;

    BOOST_TEST(last == "error: giving up: workers end as soon as they are started");
    BOOST_TEST(pool.exit_status() == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_worker_is_logged_and_ends_it_with_1)
{
    running_pool pool({.workers = 1}, {[](const pool_link&) -> int {
                          log::write(log_level::notice, std::to_string(getpid()));
                          throw std::runtime_error("no configuration");
                      }});
    pool.line();
    const std::string pid = pool.line().substr(8);

    BOOST_TEST(pool.line() == "error: the worker failed: no configuration");
    BOOST_TEST(pool.line() == "warning: worker " + pid + " ended with status 1; next start in 100 ms");
}

BOOST_AUTO_TEST_CASE(sigusr1_reopens_the_log_of_the_supervisor_and_reaches_the_workers)
{
    pool_options options{.workers = 1};
    options.reopen_log = [] { log::write(log_level::notice, "opened again"); };
    running_pool pool(options, {[](const pool_link& link) {
                          std::signal(SIGUSR1, [](int) { log::write(log_level::notice, "worker got SIGUSR1"); });
                          return say_and_wait(link);
                      }});
    pool.line();
    pool.line();

    pool.signal(SIGUSR1);

    BOOST_TEST(pool.line() == "notice: opened again");
    BOOST_TEST(pool.line() == "notice: worker got SIGUSR1");
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(a_reload_that_gives_no_program_keeps_the_workers)
{
    pool_options options{.workers = 1};
    options.reload = [] { return std::nullopt; };
    running_pool pool(options, {say_pid_and_wait});
    pool.line();
    const std::string first = pool.line().substr(8);

    pool.signal(SIGHUP);

    BOOST_TEST(pool.line() == "notice: SIGHUP: reading the configuration again");
    BOOST_TEST(pool.line() == "error: keeping the old configuration");
    BOOST_TEST(kill(static_cast<pid_t>(std::stol(first)), 0) == 0);
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(after_a_reload_a_worker_ends_once_the_new_one_is_ready)
{
    pool_options options{.workers = 1};
    options.reload = [] {
        return worker_program{[](const pool_link& link) {
            log::write(log_level::notice, link.takes_over ? "new, takes over" : "new");
            link.tell_ready();
            return say_and_wait(link);
        }};
    };
    running_pool pool(options, {[](const pool_link& link) {
                          std::signal(SIGTERM, [](int) {
                              log::write(log_level::notice, "told to end");
                              _exit(0);
                          });
                          return say_and_wait(link);
                      }});
    pool.line();
    BOOST_TEST(pool.line() == "notice: up");

    pool.signal(SIGHUP);

    BOOST_TEST(pool.line() == "notice: SIGHUP: reading the configuration again");
    BOOST_TEST(pool.line() == "notice: new, takes over");
    const std::array<std::string, 3> rest{pool.line(), pool.line(), pool.line()};
    for (const char* wanted :
         {"notice: up", "notice: told to end", "notice: new workers serve with the new configuration"})
        BOOST_TEST(std::count(rest.begin(), rest.end(), wanted) == 1);
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_asks_for_it_is_replaced)
{
    running_pool pool({.workers = 1}, {[](const pool_link& link) -> int {
                          log::write(log_level::notice, link.takes_over ? "second" : "first");
                          link.tell_ready();
                          if (!link.takes_over)
                              link.ask_for_replacement();
                          while (true)
                              pause();
                      }});
    pool.line();

    BOOST_TEST(pool.line() == "notice: first");
    BOOST_TEST(pool.line() == "notice: second");
    pool.signal(SIGTERM);
    BOOST_TEST(pool.line() == "notice: SIGTERM: stopping");
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(workers_get_sigterm_when_their_supervisor_is_killed)
{
    const auto watching = [](const pool_link&) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        log::write(log_level::notice, supervisor_has_gone() ? "gone" : "there");
        sigwaitinfo(&set, nullptr);
        log::write(log_level::notice, supervisor_has_gone() ? "gone" : "there");
        return 0;
    };
    running_pool pool({.workers = 1}, {.main = watching});
    pool.line();
    BOOST_TEST(pool.line() == "notice: there");

    pool.signal(SIGKILL);

    BOOST_TEST(pool.line() == "notice: gone");
    BOOST_TEST(pool.exit_status() == -1);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_no_worker_has_lost_no_supervisor)
{
    BOOST_TEST(!supervisor_has_gone());
}
