#include "process/restart_policy.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

using namespace wampfcgi::process;
using namespace std::chrono_literals;

namespace {

using time_point = restart_policy::time_point;
using milliseconds = std::chrono::milliseconds;

constexpr time_point start{1h};

/// Lets the slot's worker live for `life`, advances `now`, and returns the delay of its successor.
milliseconds delay_after(restart_policy& policy, time_point& now, milliseconds life, unsigned slot = 0)
{
    policy.started(slot, now);
    now += life;
    const time_point due = policy.ended(slot, now);
    const auto delay = std::chrono::duration_cast<milliseconds>(due - now);
    now = due;
    return delay;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_that_lived_for_a_second_is_replaced_at_once)
{
    restart_policy policy(1);
    time_point now = start;

    BOOST_TEST(delay_after(policy, now, 1000ms).count() == 0);
}

BOOST_AUTO_TEST_CASE(deaths_at_start_are_followed_by_doubling_delays_up_to_five_seconds)
{
    restart_policy policy(1);
    time_point now = start;
    std::vector<long> delays;

    for (int i = 0; i < 8; ++i)
        delays.push_back(delay_after(policy, now, 999ms).count());

    const std::vector<long> expected{100, 200, 400, 800, 1600, 3200, 5000, 5000};
    BOOST_TEST(delays == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_worker_that_lived_resets_the_delay)
{
    restart_policy policy(1);
    time_point now = start;
    delay_after(policy, now, 0ms);
    delay_after(policy, now, 0ms);

    delay_after(policy, now, 1000ms);

    BOOST_TEST(delay_after(policy, now, 0ms).count() == 100);
}

BOOST_AUTO_TEST_CASE(each_slot_has_its_own_delay)
{
    restart_policy policy(2);
    time_point now = start;
    delay_after(policy, now, 0ms, 0);
    delay_after(policy, now, 0ms, 0);

    BOOST_TEST(delay_after(policy, now, 0ms, 1).count() == 100);
}

BOOST_AUTO_TEST_CASE(a_pool_is_hopeless_after_ten_deaths_at_start_in_any_slots)
{
    restart_policy policy(2);
    time_point now = start;

    for (unsigned i = 0; i < 9; ++i)
        delay_after(policy, now, 0ms, i % 2);
    BOOST_TEST(!policy.hopeless());

    delay_after(policy, now, 0ms, 1);
    BOOST_TEST(policy.hopeless());
}

BOOST_AUTO_TEST_CASE(a_pool_in_which_a_worker_once_lived_is_never_hopeless)
{
    restart_policy policy(1);
    time_point now = start;
    delay_after(policy, now, 1000ms);

    for (int i = 0; i < 100; ++i)
        delay_after(policy, now, 0ms);

    BOOST_TEST(!policy.hopeless());
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_alive_keeps_the_pool_from_being_hopeless)
{
    restart_policy policy(2);
    policy.started(1, start);
    time_point now = start + 1s;

    for (int i = 0; i < 100; ++i)
        delay_after(policy, now, 0ms, 0);

    BOOST_TEST(!policy.hopeless());
}

BOOST_AUTO_TEST_CASE(failed_starts_are_delayed_but_never_make_the_pool_hopeless)
{
    restart_policy policy(1);

    BOOST_TEST((policy.start_failed(0, start) == start + 100ms));
    BOOST_TEST((policy.start_failed(0, start) == start + 200ms));
    for (int i = 0; i < 100; ++i)
        policy.start_failed(0, start);

    BOOST_TEST((policy.start_failed(0, start) == start + 5s));
    BOOST_TEST(!policy.hopeless());
}
