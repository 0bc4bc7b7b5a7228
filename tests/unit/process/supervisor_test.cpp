#include "running_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::process;
using namespace wampfcgi::test;
using namespace std::chrono_literals;

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

    BOOST_TEST(pool.line().starts_with("warning: worker " + first + " was killed by signal 9 (Killed); next start "));
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
    BOOST_TEST(pool.line() == "warning: killing 1 worker(s) that did not end in time");
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_hangs_is_killed_and_replaced_even_if_it_was_stopped)
{
    running_pool pool({.workers = 1, .alive_every = 10ms, .patience = 1s}, {say_pid_and_wait});
    pool.line();
    const std::string first = pool.line().substr(8);
    kill(static_cast<pid_t>(std::stol(first)), SIGSTOP);

    BOOST_TEST(pool.line() == "warning: killing worker " + first + ": no sign of life for 1 s");
    BOOST_TEST(pool.line().starts_with("warning: worker " + first + " was killed by signal 9 (Killed); next start "));
    BOOST_TEST(pool.line() != "notice: " + first);
}

BOOST_AUTO_TEST_CASE(a_pool_whose_first_workers_all_end_at_once_is_given_up_with_1)
{
    running_pool pool({.workers = 10}, {[](const pool_link&) { return 3; }});
    pool.line();

    std::string last;
    for (std::string line = pool.line(); !line.empty(); line = pool.line())
        last = line;

    BOOST_TEST(last == "error: giving up: workers end right after they start; the lines before say why");
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
                          std::signal(SIGUSR1, [](int) { say_from_handler("worker got SIGUSR1\n"); });
                          return say_and_wait(link);
                      }});
    pool.line();
    pool.line();

    pool.signal(SIGUSR1);

    BOOST_TEST(pool.line() == "notice: opened again");
    BOOST_TEST(pool.line() == "worker got SIGUSR1");
    pool.signal(SIGTERM);
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
        // The signal comes when the thread ends that forked; a sanitizer's thread may live a little longer.
        const auto enough = std::chrono::steady_clock::now() + 10s;
        while (!supervisor_has_gone() && std::chrono::steady_clock::now() < enough)
            std::this_thread::sleep_for(1ms);
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
