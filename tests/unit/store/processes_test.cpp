// Many processes with one memory, some of them killed at random times.
#include "support.hpp"

#include <atomic>
#include <csignal>
#include <functional>
#include <new>
#include <random>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;

namespace {

constexpr auto now = window_begin;

/// Counters shared between processes, initially zero.
class shared_counters {
public:
    explicit shared_counters(std::size_t size) : bytes_(size * sizeof(std::atomic<std::uint32_t>))
    {
        void* const memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);  // zeros
        BOOST_REQUIRE(memory != MAP_FAILED);
        first_ = static_cast<std::atomic<std::uint32_t>*>(memory);
    }
    ~shared_counters() { munmap(first_, bytes_); }
    shared_counters(const shared_counters&) = delete;
    shared_counters& operator=(const shared_counters&) = delete;

    std::atomic<std::uint32_t>& operator[](std::size_t index) { return first_[index]; }

private:
    std::size_t bytes_;
    std::atomic<std::uint32_t>* first_;
};

bool ended_well(pid_t child)
{
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_processes_with_the_same_signatures_exactly_one_wins_each)
{
    constexpr std::size_t signatures = 40'000;  // more than one segment holds
    constexpr int processes = 4;
    scratch_folder scratch;
    const std::string state = scratch / "state";
    shared_counters wins{signatures};
    shared_counters replays{signatures};

    std::vector<pid_t> all;
    for (int i = 0; i < processes; ++i)
        all.push_back(start([&] {
            memory own{state, delta, ample};  // the first process creates the folder and its files
            for (std::size_t number = 0; number < signatures; ++number) {
                const auto outcome = outcome_of(own.remember(signature_of(number), now + delta, now));
                if (outcome == "new")
                    ++wins[number];
                if (outcome == "request_replayed")
                    ++replays[number];
            }
        }));
    for (const pid_t each : all)
        BOOST_TEST(ended_well(each));

    for (std::size_t number = 0; number < signatures; ++number) {
        BOOST_REQUIRE(wins[number] == 1U);
        BOOST_REQUIRE(replays[number] == processes - 1U);
    }
}

BOOST_AUTO_TEST_CASE(processes_killed_at_any_moment_leave_no_lock_lose_nothing_and_let_nothing_through_twice)
{
    constexpr std::size_t signatures = 60'000;
    constexpr int rounds = 400;
    constexpr int processes = 3;
    scratch_folder scratch;
    const std::string state = scratch / "state";
    shared_counters wins{signatures};
    shared_counters next{1};

    // All processes take numbers from the same source, each number several times. A winner counts before it goes on, so
    // a kill in between loses a count but never adds one. Time advances too: files change to new windows while
    // processes die.
    const auto instant_of = [](std::uint32_t number) { return now + std::chrono::seconds{number / 100}; };
    const auto work = [&] {
        memory own{state, delta, ample};
        while (true) {
            const std::uint32_t number = next[0]++ / processes;
            if (number >= signatures)
                return;
            const auto signed_at = instant_of(number);
            if (outcome_of(own.remember(signature_of(number), signed_at + delta, signed_at)) == "new")
                ++wins[number];
        }
    };
    std::vector<pid_t> all(processes);
    for (pid_t& each : all)
        each = start(work);
    std::mt19937 random{4711};
    int killed = 0;
    for (int i = 0; i < rounds && next[0] / processes < signatures; ++i) {
        usleep(std::uniform_int_distribution<useconds_t>{100, 3000}(random));
        pid_t& victim = all[static_cast<std::size_t>(i % processes)];
        kill(victim, SIGKILL);
        killed += ended_well(victim) ? 0 : 1;
        victim = start(work);
    }
    for (const pid_t each : all)
        BOOST_TEST(ended_well(each));

    BOOST_TEST(killed > 100);
    std::size_t won = 0;
    for (std::size_t number = 0; number < signatures; ++number) {
        BOOST_REQUIRE(wins[number] <= 1U);
        won += wins[number];
    }
    BOOST_TEST(won + static_cast<std::size_t>(killed) >= signatures);
    // What was accepted last is still fresh, and is not accepted again.
    memory last{state, delta, ample};
    const auto end = instant_of(signatures - 1);
    for (std::uint32_t number = signatures - 100 * 250; number < signatures; ++number)
        if (wins[number] == 1U)
            BOOST_REQUIRE(outcome_of(last.remember(signature_of(number), instant_of(number) + delta, end)) ==
                          "request_replayed");
}
