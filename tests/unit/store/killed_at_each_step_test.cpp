// A process that is killed at each system call of its work with the memory.
#include "support.hpp"

#include "store/layout.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <string>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
namespace fs = std::filesystem;

namespace {

constexpr auto now = window_begin;

/// Runs `program` in a process, and stops it before or after system call number `steps`. Then calls `meanwhile` with
/// the process, and kills it. Returns false when the process ended before.
bool run_until(int steps, const std::function<void()>& program, const std::function<void(pid_t)>& meanwhile = {})
{
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
            _exit(1);
        raise(SIGSTOP);
        program();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    BOOST_REQUIRE(WIFSTOPPED(status));
    for (int i = 0; i < steps && !WIFEXITED(status); ++i) {
        ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        waitpid(child, &status, 0);
    }
    if (WIFEXITED(status)) {
        BOOST_REQUIRE(WEXITSTATUS(status) == 0);
        return false;
    }
    if (meanwhile)
        meanwhile(child);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return true;
}

/// True when a new process can use the files at once: it remembers a signature in each file. If it has to wait for
/// `other`, which is stopped, continues that.
bool starts_well_beside(const std::string& state, pid_t other)
{
    const pid_t child = fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        signatures own{state, delta, ample, [] { return now; }};
        const auto is_new = [&](std::uint64_t number, instant expires_at) {
            std::optional<result<void>> outcome;
            while (!outcome)
                outcome = own.try_to_remember({}, signature_of(number), expires_at);
            return outcome_of(*outcome) == "new";
        };
        _exit(is_new(1, now + delta) && is_new(2, now + window) ? 0 : 1);
    }
    int status = 0;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > patience)
            ptrace(PTRACE_DETACH, other, nullptr, nullptr);
        std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// An accepted request.
struct accepted {
    std::uint64_t number;
    instant signed_at;
};

struct scene {
    std::string name;
    std::function<void(user_memory&)> prepare;
    instant at;                        ///< the time of the killed process
    std::vector<accepted> remembered;  ///< by prepare(), and still fresh at that time
};

/// Fills the first segment until a signature does not fit, and removes that one again. Returns its number.
std::uint64_t fill_first_segment(user_memory& user)
{
    const std::string file = user.state + "/replay-300.0";
    std::uint64_t number = 0;
    while (fs::file_size(file) < file_bytes(2))
        BOOST_REQUIRE(user.ask(number++, now) == "new");
    header head;
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.read(reinterpret_cast<char*>(&head), sizeof head);
    --head.segments;
    seal(head);
    bytes.seekp(0);
    bytes.write(reinterpret_cast<const char*>(&head), sizeof head);
    bytes.close();
    fs::resize_file(file, file_bytes(1));
    return number - 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(whatever_a_killed_process_was_about_the_next_one_goes_on_and_nothing_is_forgotten)
{
    std::uint64_t under_way = 1'000'000;  // the signature being remembered
    const std::vector<scene> scenes{
        {"the first of all", [](user_memory&) {}, now, {}},
        {"no folder yet", [](user_memory& user) { fs::remove_all(user.state); }, now, {}},
        {"another of the window", [](user_memory& user) { BOOST_REQUIRE(user.ask(1, now) == "new"); }, now, {{1, now}}},
        {"the first of a new window",
         [](user_memory& user) {
             BOOST_REQUIRE(user.ask(1, now) == "new");
             BOOST_REQUIRE(user.ask(2, now + window) == "new");
         },
         now + window + delta,
         {{2, now + window}}},
        {"no room in the first segment",
         [&](user_memory& user) { under_way = fill_first_segment(user); },
         now,
         {{0, now}, {1, now}, {100, now}}},
    };
    for (const scene& each : scenes) {
        user_memory prepared;
        each.prepare(prepared);
        int steps = 0;
        for (bool killed = true; killed;) {
            BOOST_TEST_CONTEXT(each.name << ", killed at step " << steps)
            {
                scratch_folder scratch;
                const std::string state = scratch / "state";
                if (fs::exists(prepared.state))
                    fs::copy(prepared.state, state);
                killed = run_until(++steps, [&] {
                    memory own{state, delta, ample};
                    (void)own.remember(signature_of(under_way), each.at + delta, each.at);
                });

                memory next{state, delta, ample};
                const auto ask = [&](const accepted& request) {
                    return outcome_of(next.remember(signature_of(request.number), request.signed_at + delta, each.at));
                };
                for (const accepted& request : each.remembered)
                    BOOST_TEST(ask(request) == "request_replayed");
                const std::string again = ask({under_way, each.at});
                BOOST_TEST((again == "request_replayed" || (killed && again == "new")), again);
                BOOST_TEST(ask({under_way, each.at}) == "request_replayed");
                BOOST_TEST(ask({under_way + 1, each.at}) == "new");
            }
        }
        BOOST_TEST(steps > 10);
    }
}

BOOST_AUTO_TEST_CASE(processes_that_start_at_the_same_time_take_nothing_of_each_other_for_lost)
{
    int steps = 0;
    for (bool stopped = true; stopped;) {
        BOOST_TEST_CONTEXT("the first process at step " << steps)
        {
            scratch_folder scratch;
            const std::string state = scratch / "state";
            stopped = run_until(
                ++steps,
                [&] {
                    memory first{state, delta, ample};
                },
                [&](pid_t first) { BOOST_TEST(starts_well_beside(state, first)); });
        }
    }
    BOOST_TEST(steps > 10);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_made_anew_refuses_what_was_in_the_one_before_from_its_first_moment)
{
    user_memory prepared;
    BOOST_REQUIRE(prepared.ask(1, now) == "new");
    int steps = 0;
    int made_anew = 0;
    for (bool killed = true; killed;) {
        BOOST_TEST_CONTEXT("killed at step " << steps)
        {
            scratch_folder scratch;
            const std::string state = scratch / "state";
            const std::string file = state + "/replay-300.0";
            fs::copy(prepared.state, state);
            memory watches{state, delta, ample};  // has not read its files before they were removed
            killed = run_until(++steps, [&] {
                close(STDERR_FILENO);  // hides the warnings
                memory own{state, delta, ample};
                unlink(file.c_str());
                (void)own.remember(signature_of(2), now + delta, now);
            });
            made_anew += fs::exists(file) ? 1 : 0;

            written_by([&] {
                memory next{state, delta, ample};
                BOOST_TEST(outcome_of(next.remember(signature_of(1), now + delta, now)) != "new");
                BOOST_TEST(outcome_of(watches.remember(signature_of(1), now + delta, now)) != "new");
            });
        }
    }
    BOOST_TEST(made_anew > 5);
}
