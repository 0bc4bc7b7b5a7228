// Files truncated, overwritten, removed or filled up by something else: nothing that may have been remembered is
// accepted.
#include "support.hpp"

#include "store/layout.hpp"

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
namespace fs = std::filesystem;

namespace {

constexpr auto now = window_begin;
constexpr std::chrono::microseconds one{1};

void overwrite(const std::string& path, off_t position, const std::string& with)
{
    const int fd = open(path.c_str(), O_WRONLY);
    BOOST_REQUIRE(pwrite(fd, with.data(), with.size(), position) == static_cast<ssize_t>(with.size()));
    close(fd);
}

}  // namespace

BOOST_AUTO_TEST_CASE(after_damage_what_may_have_been_remembered_is_refused_until_it_has_expired)
{
    struct row {
        std::string name;
        std::function<void(const std::string& file)> damage;
    };
    const std::vector<row> rows{
        {"emptied", [](auto& file) { fs::resize_file(file, 0); }},
        {"cut within the header", [](auto& file) { fs::resize_file(file, 20); }},
        {"cut behind the header", [](auto& file) { fs::resize_file(file, page_bytes); }},
        {"cut by a byte", [](auto& file) { fs::resize_file(file, fs::file_size(file) - 1); }},
        {"another magic number", [](auto& file) { overwrite(file, 0, "something"); }},
        {"another generation", [](auto& file) { overwrite(file, 8, std::string(8, '\0')); }},
        {"another number of segments", [](auto& file) { overwrite(file, 40, std::string(8, '\xff')); }},
    };
    for (const row& each : rows)
        for (const bool opened_again : {false, true})
            BOOST_TEST_CONTEXT(each.name << (opened_again ? ", opened again" : ""))
            {
                user_memory user;
                const std::string file = user.state + "/replay-300.0";
                BOOST_TEST(user.ask(1, now) == "new");
                each.damage(file);
                memory fresh{user.state, delta, ample};
                memory& used = opened_again ? fresh : user.shared;

                const auto ask = [&](std::uint64_t number, instant at, instant signed_at) {
                    return outcome_of(used.remember(signature_of(number), signed_at + delta, at));
                };
                const std::string said = written_by([&] { BOOST_TEST(ask(1, now, now) == "overloaded"); });

                BOOST_TEST(said == "warning: " + file + " is damaged and begun anew; signed requests are refused " +
                                       "until their timestamps are later than any that it may have held\n");
                BOOST_TEST(ask(2, now, now) == "overloaded");
                BOOST_TEST(ask(2, now + delta, now + delta - one) == "overloaded");
                BOOST_TEST(ask(3, now + delta, now + delta) == "new");  // belongs to the next window, in the other file
                BOOST_TEST(ask(4, now + 2 * window, now + 2 * window) == "new");
                BOOST_TEST(ask(4, now + 2 * window, now + 2 * window) == "request_replayed");
            }
}

BOOST_AUTO_TEST_CASE(after_damage_late_in_a_window_timestamps_beyond_those_that_were_possible_are_accepted)
{
    user_memory user;
    const auto early = now - delta;  // signatures of this time, and up to delta later, expire in the window
    BOOST_TEST(user.ask(1, early, early + delta) == "new");
    fs::resize_file(user.state + "/replay-300.0", 0);

    written_by([&] { BOOST_TEST(user.ask(1, early, early + delta) == "overloaded"); });

    BOOST_TEST(user.ask(2, now, early + delta) == "overloaded");
    BOOST_TEST(user.ask(2, now, early + delta + one) == "new");
}

BOOST_AUTO_TEST_CASE(damage_to_what_has_expired_does_no_harm)
{
    user_memory user;
    BOOST_TEST(user.ask(1, now) == "new");
    fs::resize_file(user.state + "/replay-300.0", page_bytes);

    const std::string said = written_by([&] { BOOST_TEST(user.ask(2, now + 2 * window) == "new"); });

    BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_CASE(when_the_files_are_removed_in_use_what_they_held_stays_refused_and_later_requests_are_served)
{
    const std::vector<std::function<void(const std::string&)>> removals{
        [](auto& state) { fs::remove_all(state); },
        [](auto& state) { fs::remove(state + "/replay-300.0"); },
    };
    for (const auto& remove : removals) {
        user_memory user;
        memory neighbour{user.state, delta, ample};
        BOOST_TEST(user.ask(1, now) == "new");
        remove(user.state);

        const std::string said = written_by([&] { BOOST_TEST(user.ask(1, now) == "overloaded"); });

        BOOST_TEST(said == "warning: " + user.state +
                               "/replay-300.0 was removed while in use; signed requests are refused until their " +
                               "timestamps are later than any that it held\n");
        BOOST_TEST(user.ask(2, now) == "overloaded");
        BOOST_TEST(user.ask(3, now + one) == "new");
        written_by([&] {
            BOOST_TEST(outcome_of(neighbour.remember(signature_of(3), now + one + delta, now)) == "request_replayed");
        });
        BOOST_TEST(user.ask(4, now + 2 * one) == "new");
        BOOST_TEST(outcome_of(neighbour.remember(signature_of(4), now + 2 * one + delta, now)) == "request_replayed");
    }
}

BOOST_AUTO_TEST_CASE(who_notices_late_that_a_file_was_removed_refuses_nothing_new)
{
    user_memory user;
    memory late{user.state, delta, ample};
    BOOST_TEST(user.ask(1, now) == "new");
    fs::remove_all(user.state);
    written_by([&] { BOOST_TEST(user.ask(2, now + one) == "new"); });

    written_by([&] {
        BOOST_TEST(outcome_of(late.remember(signature_of(3), now + 2 * one + delta, now)) == "new");
        BOOST_TEST(outcome_of(late.remember(signature_of(2), now + one + delta, now)) == "request_replayed");
        BOOST_TEST(outcome_of(late.remember(signature_of(1), now + delta, now)) == "overloaded");
    });
}

BOOST_AUTO_TEST_CASE(a_process_that_starts_behind_a_removal_refuses_what_others_that_still_run_may_have_accepted)
{
    user_memory user;
    BOOST_TEST(user.ask(1, now) == "new");
    fs::remove_all(user.state);
    std::string said = written_by([&] {
        memory second{user.state, delta, ample};
        const auto ask = [&](std::uint64_t number, instant at) {
            return outcome_of(second.remember(signature_of(number), at + delta, at));
        };
        BOOST_TEST(ask(1, now) == "overloaded");
        BOOST_TEST(ask(2, now + delta - one) == "overloaded");
        BOOST_TEST(ask(3, now + 2 * delta + one) == "new");
        BOOST_TEST(user.ask(1, now) == "overloaded");
        BOOST_TEST(user.ask(3, now + 2 * delta + one) == "request_replayed");
    });
    BOOST_TEST(said.starts_with("warning: " + user.state +
                                "/replay-300.0 was removed while in use by another process; signed requests are "
                                "refused until their timestamps are later than any that it may have held\n"),
               said);
}

BOOST_AUTO_TEST_CASE(who_starts_when_nobody_runs_any_more_begins_with_nothing)
{
    scratch_folder scratch;
    const std::string state = scratch / "state";
    {
        memory first{state, delta, ample};
        BOOST_TEST(outcome_of(first.remember(signature_of(1), now + delta, now)) == "new");
    }
    fs::remove_all(state);

    const std::string said = written_by([&] {
        memory second{state, delta, ample};
        BOOST_TEST(outcome_of(second.remember(signature_of(1), now + delta, now)) == "new");
    });

    BOOST_TEST(said == "");
}

BOOST_AUTO_TEST_CASE(after_a_second_removal_who_knows_only_the_first_file_refuses_what_others_may_have_accepted)
{
    user_memory user;
    const auto then = now + 2 * delta + one;
    written_by([&] {
        BOOST_TEST(user.ask(1, now) == "new");
        fs::remove_all(user.state);
        memory second{user.state, delta, ample};
        BOOST_TEST(outcome_of(second.remember(signature_of(2), then + delta, then)) == "new");
        fs::remove_all(user.state);

        BOOST_TEST(user.ask(2, then) == "overloaded");
        BOOST_TEST(outcome_of(second.remember(signature_of(2), then + delta, then)) == "overloaded");
        // It notices only now that the other file was replaced too, which costs another window.
        BOOST_TEST(user.ask(3, then + window + one) == "overloaded");
        BOOST_TEST(user.ask(4, then + 2 * window + 2 * one) == "new");
        BOOST_TEST(user.ask(5, then + 3 * window + 3 * one) == "new");
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_was_removed_while_a_frozen_process_holds_its_lock_is_in_nobodys_way)
{
    user_memory user;
    BOOST_TEST(user.ask(1, now) == "new");
    const int frozen = open((user.state + "/replay-300.0").c_str(), O_RDWR);
    BOOST_REQUIRE(flock(frozen, LOCK_EX) == 0);
    fs::remove_all(user.state);

    written_by([&] {
        BOOST_TEST(user.ask(1, now) == "overloaded");
        // The stopped process may still accept what was fresh when it was stopped.
        BOOST_TEST(user.ask(2, now + delta - one) == "overloaded");
        BOOST_TEST(user.ask(3, now + 2 * delta + one) == "new");
    });
    close(frozen);
}

BOOST_AUTO_TEST_CASE(a_folder_that_has_become_unsafe_in_use_is_not_used_any_more)
{
    user_memory user;
    BOOST_TEST(user.ask(1, now) == "new");
    fs::remove_all(user.state);
    BOOST_REQUIRE(mkdir(user.state.c_str(), 0700) == 0);
    BOOST_REQUIRE(chmod(user.state.c_str(), 0777) == 0);

    written_by([&] {
        const auto refused = user.shared.remember(signature_of(2), now + delta, now);
        BOOST_TEST(outcome_of(refused) == "overloaded");
        BOOST_TEST(refused.error().detail == user.state + ": expected mode 0700, got 0777");
    });
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_on_the_disk_is_refused_and_the_rest_stays_remembered)
{
    user_memory user;
    BOOST_TEST(user.ask(1, now) == "new");
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{fs::file_size(user.state + "/replay-300.0") / 2, before.rlim_max};
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &tight);

    std::uint64_t refused = 0;
    std::vector<std::uint64_t> accepted;
    for (std::uint64_t number = 100; number < 200; ++number) {
        if (user.ask(number, now) == "new")
            accepted.push_back(number);
        else
            ++refused;
    }
    const auto why = user.shared.remember(signature_of(100'000), now + window, now);  // a new file for the next window

    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    BOOST_TEST(refused > 0U);
    BOOST_TEST(accepted.size() > 0U);
    BOOST_TEST(outcome_of(why) == "overloaded");
    BOOST_TEST(why.error().detail == user.state + "/replay-300.1 cannot be resized: File too large");
    for (const std::uint64_t number : accepted)
        BOOST_TEST(user.ask(number, now) == "request_replayed");
}
