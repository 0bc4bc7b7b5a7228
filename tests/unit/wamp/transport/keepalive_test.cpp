#include "wamp/transport/keepalive.hpp"

#include <boost/test/unit_test.hpp>

using namespace wampfcgi::wamp;
using namespace std::chrono_literals;
using verdict = keepalive::verdict;

namespace {

struct fixture {
    ping_habit habit = ping_habit::unknown;
    keepalive pings{20s, habit};
    keepalive::time_point start{};

    fixture() { pings.heard(start); }

    verdict at(std::chrono::seconds after, bool may_probe = true) { return pings.tick(start + after, may_probe); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(keepalive_of_rawsocket, fixture)

BOOST_AUTO_TEST_CASE(router_that_has_just_been_heard_is_not_pinged)
{
    BOOST_TEST((at(4s) == verdict::wait));
    BOOST_TEST((at(5s) == verdict::ping));
}

BOOST_AUTO_TEST_CASE(unknown_router_is_not_pinged_while_something_could_be_lost)
{
    BOOST_TEST((at(15s, false) == verdict::wait));
    BOOST_TEST((at(15s, true) == verdict::ping));
}

BOOST_AUTO_TEST_CASE(router_that_answered_once_is_dead_when_it_answers_no_more)
{
    at(5s);
    pings.heard(start + 6s);
    pings.answered();

    BOOST_TEST((at(11s, false) == verdict::ping));
    BOOST_TEST((at(20s, false) == verdict::wait));
    BOOST_TEST((at(21s, false) == verdict::dead));
}

BOOST_AUTO_TEST_CASE(any_message_shows_that_the_router_lives)
{
    habit = ping_habit::answers;
    at(5s);
    pings.heard(start + 14s);

    BOOST_TEST((at(16s) == verdict::wait));
}

BOOST_AUTO_TEST_CASE(router_that_ignores_the_first_ping_is_never_pinged_again)
{
    at(5s);

    BOOST_TEST((at(15s) == verdict::wait));
    BOOST_TEST((habit == ping_habit::to_be_avoided));
    BOOST_TEST((at(60s) == verdict::wait));
}

BOOST_AUTO_TEST_CASE(router_that_closes_on_the_first_ping_is_never_pinged_again)
{
    at(5s);
    pings.lost();

    BOOST_TEST((habit == ping_habit::to_be_avoided));
}

BOOST_AUTO_TEST_CASE(loss_without_a_ping_teaches_nothing)
{
    pings.lost();

    BOOST_TEST((habit == ping_habit::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
