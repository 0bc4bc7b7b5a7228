// Owns a pool that runs beside a test, and its log.
#pragma once

#include "wampfcgi/log/log.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace wampfcgi::test {

inline constexpr int deadline_ms = 10'000;

/// A process that runs a pool, and the log of the pool. All its processes end with it.
class running_pool {
public:
    running_pool(const process::pool_options& options, const process::worker_program& program)
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(pipe(ends.data()) == 0);
        log_ = ends[0];
        prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphaned workers are waited for here
        std::fflush(nullptr);
        pid_ = fork();
        BOOST_REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            setpgid(0, 0);
            dup2(ends[1], STDERR_FILENO);
            close(ends[0]);
            close(ends[1]);
            _exit(process::run_pool(options, program));
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

    /// The next line of the log, without its line feed; empty once all processes of the pool have ended.
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

    /// The exit status of the supervisor, once it and its workers have ended; -1: killed by a signal.
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

/// Writes a line to the log's destination. For signal handlers, which may have interrupted the log itself.
inline void say_from_handler(std::string_view line)
{
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

inline int say_and_wait(const process::pool_link&)
{
    log::write(log_level::notice, "up");
    while (true)
        pause();
}

inline int say_pid_and_wait(const process::pool_link&)
{
    log::write(log_level::notice, std::to_string(getpid()));
    while (true)
        pause();
}

}  // namespace wampfcgi::test
