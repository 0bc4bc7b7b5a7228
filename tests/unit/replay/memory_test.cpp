#include "support.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::replay;

BOOST_AUTO_TEST_CASE(it_keeps_to_the_contract_wherever_in_a_window_it_begins)
{
    for (const auto after : {std::chrono::seconds{0}, std::chrono::seconds{1}, delta, window - std::chrono::seconds{1}})
        BOOST_TEST_CONTEXT(after.count())
        {
            user_memory user;
            check_replay_contract(user.shared, delta, window_begin + after);
        }
}

BOOST_AUTO_TEST_CASE(it_keeps_to_the_contract_before_1970)
{
    user_memory user;
    check_replay_contract(user.shared, delta, instant{} - window * 3 / 2);
}

BOOST_AUTO_TEST_CASE(what_one_memory_was_told_every_other_one_knows_also_when_the_first_is_gone)
{
    user_memory user;
    auto first = std::make_unique<memory>(user.state, delta, ample);
    memory second{user.state, delta, ample};
    const auto now = window_begin;

    BOOST_TEST(outcome_of(first->remember(signature_of(1), now + delta, now)) == "new");
    first.reset();

    BOOST_TEST(outcome_of(second.remember(signature_of(1), now + delta, now)) == "request_replayed");
    memory third{user.state, delta, ample};
    BOOST_TEST(outcome_of(third.remember(signature_of(1), now + delta, now)) == "request_replayed");
}

BOOST_AUTO_TEST_CASE(memories_of_different_limits_are_apart)
{
    user_memory user;
    memory other{user.state, delta * 2, ample};
    BOOST_TEST(user.ask(1, window_begin) == "new");
    BOOST_TEST(outcome_of(other.remember(signature_of(1), window_begin + delta * 2, window_begin)) == "new");
}

BOOST_AUTO_TEST_CASE(the_capacity_is_held_and_one_more_is_refused_but_a_replay_is_still_told)
{
    constexpr std::uint64_t capacity = 1024;
    user_memory user{capacity};
    for (std::uint64_t number = 0; number < capacity; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "new");

    const auto refused = user.shared.remember(signature_of(capacity), window_begin + delta, window_begin);

    BOOST_TEST(outcome_of(refused) == "overloaded");
    BOOST_TEST(refused.error().detail == "1024 requests are remembered, as many as replay_capacity allows");
    for (std::uint64_t number = 0; number < capacity; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "request_replayed");
    BOOST_TEST(user.ask(capacity, window_begin) == "overloaded");
}

BOOST_AUTO_TEST_CASE(the_next_window_has_room_again_and_the_one_behind_it_reuses_the_file)
{
    constexpr std::uint64_t capacity = 1024;
    user_memory user{capacity};
    std::uint64_t number = 0;
    for (int turn = 0; turn < 5; ++turn) {
        const auto now = window_begin + turn * window;
        for (std::uint64_t i = 0; i < capacity; ++i)
            BOOST_REQUIRE(user.ask(number++, now) == "new");
        BOOST_REQUIRE(user.ask(number, now) == "overloaded");
        BOOST_REQUIRE(user.ask(number - 1, now) == "request_replayed");
    }
}

BOOST_AUTO_TEST_CASE(it_grows_with_what_it_holds_and_shrinks_at_the_turn_of_the_window)
{
    constexpr std::uint64_t many = 100'000;  // more than the first segments hold
    user_memory user;
    const std::string file = user.state + "/replay-300.0";
    BOOST_TEST(user.ask(0, window_begin) == "new");
    BOOST_TEST(disk_use_of(file) <= 64U * 1024);

    for (std::uint64_t number = 1; number < many; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "new");
    BOOST_TEST(disk_use_of(file) <= many * 90);
    for (std::uint64_t number = 0; number < many; ++number)
        BOOST_REQUIRE(user.ask(number, window_begin) == "request_replayed");

    BOOST_TEST(user.ask(many, window_begin + 2 * window) == "new");
    BOOST_TEST(disk_use_of(file) <= 64U * 1024);
}

BOOST_AUTO_TEST_CASE(a_small_step_of_the_clock_backwards_forgets_nothing)
{
    using std::chrono::seconds;
    user_memory user;
    const auto now = window_begin + 2 * window;
    BOOST_TEST(user.ask(1, now - seconds{1}) == "new");
    BOOST_TEST(user.ask(2, now, now + delta) == "new");  // the file of the window that has just ended is reused
    BOOST_TEST(user.ask(3, now - seconds{1}, now - delta) == "new");

    // A second earlier the window before is the present one again, and what it held is gone.
    const auto back = user.shared.remember(signature_of(4), now - seconds{1}, now - seconds{1});

    BOOST_TEST(outcome_of(back) == "overloaded");
    BOOST_TEST(back.error().detail == "the clock went back: " + user.state + "/replay-300.1 is of a later time");
    BOOST_TEST(user.ask(1, now - seconds{1}) == "request_replayed");
    BOOST_TEST(user.ask(2, now, now + delta) == "request_replayed");
    BOOST_TEST(user.ask(4, now) == "new");
}

BOOST_AUTO_TEST_CASE(after_a_long_step_backwards_only_later_timestamps_are_accepted)
{
    user_memory user;
    const auto now = window_begin - delta / 2;
    BOOST_TEST(user.ask(1, now) == "new");
    BOOST_TEST(user.ask(2, now + 100 * window) == "new");

    const std::string said = written_by([&] { BOOST_TEST(user.ask(1, now) == "overloaded"); });

    BOOST_TEST(said == "warning: " + user.state +
                           "/replay-300.0 is of a time far ahead and begun anew; signed requests are refused until "
                           "their timestamps are later than all that it may have held\n");
    // Whatever was accepted until now had a timestamp of now + delta at most.
    const auto last = now + delta;
    BOOST_TEST(user.ask(3, last, last) == "overloaded");
    BOOST_TEST(user.ask(4, last, last + std::chrono::microseconds{1}) == "new");
}

BOOST_AUTO_TEST_CASE(a_signature_that_is_not_fresh_is_not_for_the_memory)
{
    const std::chrono::microseconds one{1};
    user_memory user;
    const auto now = window_begin;
    const auto signature = signature_of(1);
    BOOST_CHECK_THROW((void)user.shared.remember(signature, now - one, now), std::logic_error);
    BOOST_CHECK_THROW((void)user.shared.remember(signature, now + window + one, now), std::logic_error);
    BOOST_TEST(outcome_of(user.shared.remember(signature, now + window, now)) == "new");
}

BOOST_AUTO_TEST_CASE(the_folder_is_the_configured_one_or_that_of_systemd_or_the_users_in_shared_memory)
{
    const std::string own = "/dev/shm/wamp-fcgi-" + std::to_string(geteuid());
    BOOST_TEST(find_folder("") == own);
    setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1);
    BOOST_TEST(find_folder("") == "/var/lib/a");
    BOOST_TEST(find_folder("/configured") == "/configured");
    BOOST_TEST(find_folder("/configured//") == "/configured");
    setenv("STATE_DIRECTORY", "relative", 1);
    BOOST_TEST(find_folder("") == own);
    unsetenv("STATE_DIRECTORY");
}
