#include "unit/metrics/rendering/made_up.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace wampfcgi::metrics::testing {
namespace {

using lines = std::vector<std::string>;
using phase = worker_figures::phase;

BOOST_AUTO_TEST_SUITE(readiness)

BOOST_AUTO_TEST_CASE(a_pool_is_ready_when_one_of_its_workers_has_all_sessions)
{
    snapshot now = made_up();
    now.workers[0].sessions_up = 1;
    now.sessions[0].up = 3;

    BOOST_TEST(is_ready(now));
    BOOST_TEST(what_is_missing(now) == lines());
}

BOOST_AUTO_TEST_CASE(a_worker_that_needs_no_session_is_ready)
{
    snapshot now = made_up();
    for (worker_figures& each : now.workers)
        each.sessions_wanted = each.sessions_up = 0;
    now.sessions.clear();

    BOOST_TEST(is_ready(now));
}

BOOST_AUTO_TEST_CASE(each_session_that_is_missing_is_named)
{
    snapshot now = made_up();
    for (worker_figures& each : now.workers)
        each.sessions_up = 1;
    now.sessions[0].up = 0;
    now.sessions.push_back({"realm1", "backend", 2, 2, 2, 0, 0, 0});

    BOOST_TEST(!is_ready(now));
    BOOST_TEST(what_is_missing(now) == lines({"sessions in realm realm1 with role frontend: 0 of 4"}));
}

BOOST_AUTO_TEST_CASE(workers_that_start_or_drain_do_not_count)
{
    snapshot now = made_up();
    now.workers[0].state = phase::starting;
    now.workers[1].state = phase::draining;

    BOOST_TEST(!is_ready(now));
    BOOST_TEST(what_is_missing(now) == lines({"no worker serves"}));
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_answer_is_missing)
{
    snapshot now = made_up();
    for (worker_figures& each : now.workers)
        each.store_answers = false;

    BOOST_TEST(!is_ready(now));
    BOOST_TEST(what_is_missing(now) == lines({"the store does not answer"}));
}

BOOST_AUTO_TEST_CASE(two_halves_of_a_ready_worker_are_none)
{
    snapshot now = made_up();
    now.workers[0].sessions_up = 0;
    now.workers[1].store_answers = false;

    BOOST_TEST(!is_ready(now));
    BOOST_TEST(what_is_missing(now) == lines({"no worker has both its sessions and the store"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace wampfcgi::metrics::testing
