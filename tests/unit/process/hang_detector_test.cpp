#include "process/hang_detector.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

using namespace wampfcgi::process;
using namespace std::chrono_literals;

namespace {

constexpr hang_detector::time_point start{1h};

hang_detector watched()
{
    hang_detector watch({.look_every = 10s, .patience = 60s});
    watch.began(7, start);
    return watch;
}

/// Checks every ten seconds up to `end`; returns the workers found to hang.
std::vector<pid_t> hanging(hang_detector& watch, std::chrono::seconds begin, std::chrono::seconds end)
{
    std::vector<pid_t> all;
    for (auto at = begin; at <= end; at += 10s)
        for (const pid_t each : watch.find_hanging(start + at))
            all.push_back(each);
    return all;
}

const std::vector<pid_t> none;
const std::vector<pid_t> seven{7};

}  // namespace

BOOST_AUTO_TEST_CASE(a_worker_hangs_when_nothing_was_heard_for_the_patience_and_not_before)
{
    hang_detector watch = watched();

    BOOST_TEST(hanging(watch, 10s, 50s) == none);
    BOOST_TEST(watch.find_hanging(start + 60s) == seven);
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_heard_does_not_hang)
{
    hang_detector watch = watched();

    for (auto at = 10s; at <= 600s; at += 50s) {
        BOOST_TEST(watch.find_hanging(start + at) == none);
        watch.heard(7);
    }
}

BOOST_AUTO_TEST_CASE(time_in_which_nobody_looked_counts_for_little)
{
    hang_detector watch = watched();

    BOOST_TEST(watch.find_hanging(start + 10h) == none);
    BOOST_TEST(watch.find_hanging(start + 20h) == none);
    watch.heard(7);

    BOOST_TEST(hanging(watch, 20h + 10s, 20h + 50s) == none);
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_not_go_away_hangs_again_after_the_patience)
{
    hang_detector watch = watched();

    BOOST_TEST(hanging(watch, 10s, 119s) == seven);
    BOOST_TEST(watch.find_hanging(start + 120s) == seven);
}

BOOST_AUTO_TEST_CASE(a_worker_that_has_ended_is_not_looked_at)
{
    hang_detector watch = watched();
    BOOST_TEST((watch.next_look() == start + 10s));

    watch.ended(7);

    BOOST_TEST(!watch.next_look());
    BOOST_TEST(hanging(watch, 10s, 600s) == none);
}

BOOST_AUTO_TEST_CASE(looking_more_often_changes_nothing)
{
    hang_detector watch = watched();
    std::vector<pid_t> found;

    for (auto at = 1s; at < 60s && found.empty(); at += 1s)
        found = watch.find_hanging(start + at);

    BOOST_TEST(found == none);
    BOOST_TEST(watch.find_hanging(start + 60s) == seven);
}
