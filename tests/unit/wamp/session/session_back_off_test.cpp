#include "machine.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

using state = session_fsm::state;

namespace {

/// The delays after `failures` failed attempts in a row.
std::vector<long> pauses(machine& session, int failures)
{
    std::vector<long> all;
    session.feed(event::start{});
    for (int i = 0; i < failures; ++i) {
        session.feed(event::link_down{"refused"});
        all.push_back(session.delay.count());
        session.now += session.delay;
        session.feed(event::timer{});
    }
    return all;
}

/// Joins, and loses the session after `lived`.
void join_and_lose(machine& session, std::chrono::milliseconds lived)
{
    session.feed(event::link_up{});
    session.feed(event::welcomed{"backend"});
    session.now += lived;
    session.feed(event::link_down{"eof"});
}

}  // namespace

BOOST_AUTO_TEST_CASE(pauses_double_between_a_tenth_of_a_second_and_ten_seconds)
{
    machine shortest;
    const std::vector<long> lower{100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
    BOOST_TEST(pauses(shortest, 9) == lower, boost::test_tools::per_element());

    machine longest;
    longest.random = 1;
    const std::vector<long> upper{200, 400, 800, 1600, 3200, 6400, 10000, 10000, 10000};
    BOOST_TEST(pauses(longest, 9) == upper, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pauses_stay_within_their_bounds_for_ever)
{
    machine session;
    for (const double random : {0.0, 0.5, 0.999}) {
        session.random = random;
        for (const long each : pauses(session, 100)) {
            BOOST_TEST(each >= 100);
            BOOST_TEST(each <= 10'000);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_pause_is_spread_by_randomness)
{
    machine session;
    session.random = 0.5;

    const std::vector<long> middle{150, 300, 600, 1200, 2400, 4800, 7500};
    BOOST_TEST(pauses(session, 7) == middle, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_session_that_lived_for_five_seconds_starts_the_pauses_anew)
{
    machine session;
    pauses(session, 4);
    join_and_lose(session, 4'999ms);
    BOOST_TEST(session.delay.count() == 1600);

    session.feed(event::timer{});
    join_and_lose(session, 5'000ms);
    BOOST_TEST(session.delay.count() == 100);
}

BOOST_AUTO_TEST_CASE(the_list_of_urls_is_gone_through_at_once_and_then_there_is_a_pause)
{
    machine session(3);
    session.feed(event::start{});

    BOOST_TEST(session.feed(event::link_down{"x"}) == "log warning, close, arm 5000, connect 1");
    BOOST_TEST(session.feed(event::timer{}) == "log warning, close, arm 5000, connect 2");
    BOOST_TEST(session.feed(event::link_up{}) == "hello");
    BOOST_TEST(session.feed(event::refused{"x"}) == "log warning, close, arm 100");
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(a_refused_login_is_tried_again_after_ten_seconds_and_calls_are_refused_until_then)
{
    const event::refused no{"no", event::refusal::lasting};
    machine session;
    session.random = 1;
    session.reach(state::joining);

    BOOST_TEST(session.feed(no) == "log warning, close, arm 10000, fail_waiting");
    BOOST_TEST(session.fsm.refuses_calls());
    BOOST_TEST(session.feed(event::call_waiting{}) == "");

    session.now += session.delay;
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
    BOOST_TEST(!session.fsm.refuses_calls());
    session.feed(event::link_up{});
    session.random = 0;
    BOOST_TEST(session.feed(no) == "log info, close, arm 9000, fail_waiting");
    session.now += session.delay;
    session.feed(event::timer{});
    session.feed(event::link_up{});
    BOOST_TEST(session.feed(event::welcomed{"backend"}) == "disarm, log info, send_waiting");
    BOOST_TEST(!session.fsm.refuses_calls());
}

BOOST_AUTO_TEST_CASE(a_router_that_refuses_the_login_is_left_out_while_the_others_are_tried)
{
    machine session(3);
    session.reach(state::joining);

    BOOST_TEST(session.feed(event::refused{"no", event::refusal::lasting}) ==
               "log warning, close, arm 5000, connect 1");
    session.feed(event::link_down{"x"});
    BOOST_TEST(session.feed(event::link_down{"x"}) == "log warning, close, arm 100");
    BOOST_TEST(!session.fsm.refuses_calls());
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 1");
    session.feed(event::link_down{"x"});
    session.feed(event::link_down{"x"});

    session.now += 10s;
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(when_all_routers_refuse_the_login_the_first_that_may_be_asked_again_ends_the_pause)
{
    const event::refused no{"no", event::refusal::lasting};
    machine session(2);
    session.reach(state::joining).feed(no);
    session.now += 2s;
    session.feed(event::link_up{});

    BOOST_TEST(session.feed(no) == "log warning, close, arm 7000, fail_waiting");
    BOOST_TEST(session.fsm.refuses_calls());
    session.now += session.delay;
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
    session.feed(event::link_down{"x"});
    BOOST_TEST(session.fsm.current() == state::backing_off);
    BOOST_TEST(!session.fsm.refuses_calls());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_is_looked_for_from_the_first_url_on)
{
    machine session(2);
    session.feed(event::start{});
    session.feed(event::link_down{"x"});
    join_and_lose(session, 1s);
    BOOST_TEST(session.logged == "session ended: connection lost: eof realm=realm1 role=backend router=r1");

    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(another_authrole_at_one_url_does_not_keep_from_the_next)
{
    machine session(2);
    session.reach(state::joining);

    BOOST_TEST(session.feed(event::welcomed{"x"}) == "goodbye, log warning, close, fail_waiting, arm 5000, connect 1");
    session.feed(event::link_up{});
    BOOST_TEST(session.feed(event::welcomed{"backend"}) == "disarm, log info, send_waiting");
}

BOOST_AUTO_TEST_CASE(a_failure_is_a_warning_once_for_each_url_and_again_after_a_session)
{
    machine session(2);
    session.feed(event::start{});
    BOOST_TEST(session.feed(event::link_down{"x"}) == "log warning, close, arm 5000, connect 1");
    BOOST_TEST(session.feed(event::link_down{"x"}) == "log warning, close, arm 100");
    session.feed(event::timer{});

    BOOST_TEST(session.feed(event::link_down{"x"}) == "log info, close, arm 5000, connect 1");
    BOOST_TEST(session.feed(event::link_down{"y"}) == "log warning, close, arm 200");
    session.feed(event::timer{});

    join_and_lose(session, 1s);
    session.feed(event::timer{});
    BOOST_TEST(session.feed(event::link_down{"x"}) == "log warning, close, arm 5000, connect 1");
}

BOOST_AUTO_TEST_CASE(a_waiting_call_cuts_a_long_pause_short_once)
{
    machine session;
    pauses(session, 3);
    session.feed(event::link_down{"x"});
    BOOST_REQUIRE(session.delay == 800ms);

    BOOST_TEST(session.feed(event::call_waiting{}) == "arm 250");
    BOOST_TEST(session.feed(event::call_waiting{}) == "");
    session.now += 100ms;
    BOOST_TEST(session.feed(event::call_waiting{}) == "");
    session.now += 150ms;
    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(a_waiting_call_leaves_a_pause_alone_that_ends_within_a_quarter_of_a_second)
{
    machine session;
    pauses(session, 3);
    session.feed(event::link_down{"x"});
    BOOST_REQUIRE(session.delay == 800ms);

    session.now += 549ms;
    BOOST_TEST(session.feed(event::call_waiting{}) == "arm 250");

    machine later;
    pauses(later, 3);
    later.feed(event::link_down{"x"});
    later.now += 550ms;
    BOOST_TEST(later.feed(event::call_waiting{}) == "");
}

BOOST_AUTO_TEST_CASE(router_that_refuses_is_still_the_first_of_the_next_round)
{
    machine session(2);
    session.feed(event::start{});
    session.feed(event::link_down{"refused"});
    session.feed(event::link_down{"refused"});

    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(router_that_was_silent_is_passed_over_for_half_a_minute)
{
    machine session(2);
    session.feed(event::start{});
    session.feed(event::timer{});
    session.feed(event::link_up{});
    session.feed(event::welcomed{"backend"});
    session.feed(event::link_down{"lost"});

    const auto soon = session.feed(event::timer{});
    session.feed(event::link_up{});
    session.feed(event::welcomed{"backend"});
    session.now += 30s;
    session.feed(event::link_down{"lost"});
    const auto later = session.feed(event::timer{});

    BOOST_TEST(soon == "arm 5000, connect 1");
    BOOST_TEST(later == "arm 5000, connect 0");
}

BOOST_AUTO_TEST_CASE(round_that_begins_in_the_middle_of_the_list_tries_all_of_it)
{
    machine session(3);
    session.feed(event::start{});
    session.feed(event::timer{});
    session.feed(event::link_up{});
    session.feed(event::welcomed{"backend"});
    session.feed(event::link_down{"lost"});

    const auto first = session.feed(event::timer{});
    const auto second = session.feed(event::link_down{"refused"});
    const auto third = session.feed(event::link_down{"refused"});
    session.feed(event::link_down{"refused"});

    BOOST_TEST(first == "arm 5000, connect 1");
    BOOST_TEST(second.ends_with("connect 2"));
    BOOST_TEST(third.ends_with("connect 0"));
    BOOST_TEST((session.fsm.current() == machine::state::backing_off));
}
