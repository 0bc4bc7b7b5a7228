#include "process/roster.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

using namespace wampfcgi::process;
using namespace std::chrono_literals;

namespace {

constexpr roster::patience patience{.grace = 4s, .ready_within = 7s, .drain = 20s};
const roster::time_point start = roster::time_point{} + 1h;
using pids = std::vector<pid_t>;

/// Fills vacancies with pids from `first` on; returns how many were needed.
pid_t fill(roster& pool, roster::time_point now, pid_t first)
{
    pid_t next = first;
    for (const auto& where : pool.vacancies(now))
        pool.began(where, next++, now, patience);
    return next - first;
}

/// Two workers, 1 and 2, that have lived for a minute at start + 1 min.
struct pool_of_two {
    pool_of_two() { fill(pool, start, 1); }

    roster pool{2};
    roster::time_point now = start + 1min;
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_seat_gets_a_worker_and_one_that_dies_is_replaced)
{
    pool_of_two it;
    BOOST_TEST(it.pool.everybody() == (pids{1, 2}));
    BOOST_TEST(it.pool.vacancies(it.now).empty());

    const auto end = it.pool.ended(2, it.now);

    BOOST_TEST_REQUIRE(end.has_value());
    BOOST_TEST(!end->was_told_to_end);
    BOOST_TEST((end->next_start == it.now));
    BOOST_TEST(it.pool.vacancies(it.now).size() == 1U);
    BOOST_TEST(!it.pool.ended(99, it.now).has_value());
}

BOOST_AUTO_TEST_CASE(old_workers_are_told_to_end_only_when_the_new_one_of_their_seat_is_ready)
{
    pool_of_two it;
    BOOST_TEST(it.pool.replace_all(it.now, patience).empty());
    BOOST_TEST(fill(it.pool, it.now, 11) == 2);
    BOOST_TEST(it.pool.change_over(it.now).empty());
    BOOST_TEST(it.pool.replacing_all(it.now));

    it.pool.is_ready(12);
    BOOST_TEST(it.pool.change_over(it.now) == pids{2});
    BOOST_TEST(it.pool.replacing_all(it.now));
    it.pool.is_ready(11);
    BOOST_TEST(it.pool.change_over(it.now) == pids{1});

    BOOST_TEST(!it.pool.replacing_all(it.now));
    BOOST_TEST(it.pool.ended(2, it.now)->was_told_to_end);
    BOOST_TEST(it.pool.everybody() == (pids{11, 12, 1}));
}

BOOST_AUTO_TEST_CASE(a_new_worker_that_says_nothing_counts_as_ready_after_a_while)
{
    pool_of_two it;
    it.pool.replace_all(it.now, patience);
    fill(it.pool, it.now, 11);

    BOOST_TEST(it.pool.change_over(it.now + 6'999ms).empty());
    BOOST_TEST(it.pool.change_over(it.now + 7s) == (pids{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_new_worker_that_dies_leaves_the_old_one_in_its_seat_and_is_started_again_later)
{
    pool_of_two it;
    it.pool.replace_all(it.now, patience);
    fill(it.pool, it.now, 11);

    const auto end = it.pool.ended(11, it.now);

    BOOST_TEST((end->next_start > it.now));
    BOOST_TEST(it.pool.vacancies(it.now).empty());
    BOOST_TEST(it.pool.vacancies(end->next_start).size() == 1U);
    BOOST_TEST(it.pool.everybody() == (pids{1, 2, 12}));
    BOOST_TEST(it.pool.replacing_all(it.now + 6'999ms));
    BOOST_TEST(!it.pool.replacing_all(it.now + 7s));
}

BOOST_AUTO_TEST_CASE(an_old_worker_that_dies_is_replaced_by_the_one_that_gets_ready)
{
    pool_of_two it;
    it.pool.replace_all(it.now, patience);
    fill(it.pool, it.now, 11);

    it.pool.ended(1, it.now);

    BOOST_TEST(it.pool.vacancies(it.now).empty());
    BOOST_TEST(it.pool.everybody() == (pids{11, 2, 12}));
}

BOOST_AUTO_TEST_CASE(workers_that_ask_for_it_are_replaced_one_after_another)
{
    pool_of_two it;
    it.pool.asks_for_replacement(1);
    it.pool.asks_for_replacement(2);

    BOOST_TEST(fill(it.pool, it.now, 11) == 1);
    it.pool.is_ready(11);
    BOOST_TEST(it.pool.change_over(it.now) == pids{1});
    BOOST_TEST(fill(it.pool, it.now, 12) == 0);
    it.pool.ended(1, it.now);
    BOOST_TEST(fill(it.pool, it.now, 12) == 1);
    it.pool.is_ready(12);
    BOOST_TEST(it.pool.change_over(it.now) == pids{2});
}

BOOST_AUTO_TEST_CASE(a_reload_ends_workers_that_were_getting_ready_before_it)
{
    pool_of_two it;
    it.pool.asks_for_replacement(1);
    fill(it.pool, it.now, 11);

    BOOST_TEST(it.pool.replace_all(it.now, patience) == pids{11});
    BOOST_TEST(fill(it.pool, it.now, 21) == 2);
}

BOOST_AUTO_TEST_CASE(workers_that_do_not_end_are_killed_once_when_their_grace_is_over)
{
    pool_of_two it;
    BOOST_TEST(it.pool.dismiss_all(it.now) == (pids{1, 2}));
    it.pool.ended(1, it.now);

    BOOST_TEST((it.pool.next_deadline(it.now) == it.now + 4s));
    BOOST_TEST(it.pool.vacancies(it.now).empty());
    BOOST_TEST(it.pool.overdue(it.now + 3'999ms).empty());
    BOOST_TEST(it.pool.overdue(it.now + 4s) == pids{2});
    BOOST_TEST(it.pool.overdue(it.now + 5s).empty());
    BOOST_TEST(!it.pool.empty());
    it.pool.ended(2, it.now + 5s);
    BOOST_TEST(it.pool.empty());
}

BOOST_AUTO_TEST_CASE(replaced_workers_are_killed_only_when_their_time_to_drain_is_over)
{
    pool_of_two it;
    it.pool.asks_for_replacement(2);
    fill(it.pool, it.now, 11);
    it.pool.is_ready(11);
    BOOST_TEST(it.pool.change_over(it.now) == pids{2});

    BOOST_TEST(it.pool.overdue(it.now + 19'999ms).empty());
    BOOST_TEST(it.pool.overdue(it.now + 20s) == pids{2});
}

BOOST_AUTO_TEST_CASE(workers_that_drain_get_no_more_than_the_grace_once_the_pool_ends)
{
    pool_of_two it;
    it.pool.asks_for_replacement(2);
    fill(it.pool, it.now, 11);
    it.pool.is_ready(11);
    it.pool.change_over(it.now);

    BOOST_TEST(it.pool.dismiss_all(it.now + 1s) == (pids{1, 11, 2}));

    BOOST_TEST(it.pool.overdue(it.now + 4'999ms).empty());
    BOOST_TEST(it.pool.overdue(it.now + 5s).size() == 3U);
}
