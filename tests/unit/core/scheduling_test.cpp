#include "wampfcgi/core/scheduling.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <thread>

#include <sched.h>

using wampfcgi::schedule_in_batches;

namespace {

/// The policy of a thread that started with `policy`.
int policy_after(int policy)
{
    std::promise<int> after;
    std::thread([&] {
        const sched_param none{};
        ::sched_setscheduler(0, policy, &none);
        schedule_in_batches();
        after.set_value(::sched_getscheduler(0));
    }).join();
    return after.get_future().get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_usual_policy_becomes_that_for_batches)
{
    BOOST_TEST(policy_after(SCHED_OTHER) == SCHED_BATCH);
}

BOOST_AUTO_TEST_CASE(a_chosen_policy_stays)
{
    BOOST_TEST(policy_after(SCHED_IDLE) == SCHED_IDLE);
}
