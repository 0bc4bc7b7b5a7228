#include "machine.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;

using state = session_fsm::state;

BOOST_AUTO_TEST_CASE(a_session_is_joined_step_by_step)
{
    machine session;

    BOOST_TEST(session.feed(event::start{}) == "arm 5000, connect 0");
    BOOST_TEST(session.fsm.current() == state::connecting);
    BOOST_TEST(session.feed(event::link_up{}) == "hello");
    BOOST_TEST(session.fsm.current() == state::joining);
    BOOST_TEST(session.feed(event::welcomed{"backend"}) == "disarm, log info, send_waiting");
    BOOST_TEST(session.fsm.current() == state::joined);
    BOOST_TEST(session.logged == "joined realm=realm1 role=backend router=r0");
}

BOOST_AUTO_TEST_CASE(whatever_fails_on_the_way_closes_and_pauses)
{
    struct row {
        std::string_view name;
        state in;
        session_event fails;
        std::string_view steps;
        std::string_view reason;
    };
    const std::vector<row> rows{
        {"connecting", state::connecting, event::link_down{"refused"}, "log warning, close, arm 100", "refused"},
        {"connecting takes too long", state::connecting, event::timer{}, "log warning, close, arm 100",
         "no connection in time"},
        {"login that cannot be made", state::connecting, event::refused{"no"}, "log warning, close, arm 100", "no"},
        {"link during login", state::joining, event::link_down{"eof"}, "log warning, close, arm 100", "eof"},
        {"login takes too long", state::joining, event::timer{}, "log warning, close, arm 100",
         "no answer to the login in time"},
        {"ABORT", state::joining, event::refused{"the router said \"x\""}, "log warning, close, arm 100",
         "the router said \"x\""},
        {"GOODBYE instead of WELCOME", state::joining, event::goodbye{"\"x\""},
         "answer_goodbye, log warning, close, arm 100", "the router sent GOODBYE \"x\""},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            machine session;
            session.reach(each.in);

            BOOST_TEST(session.feed(each.fails) == each.steps);

            BOOST_TEST(session.fsm.current() == state::backing_off);
            BOOST_TEST(session.logged ==
                       "cannot join: " + std::string(each.reason) + " realm=realm1 role=backend router=r0");
        }
}

BOOST_AUTO_TEST_CASE(whatever_ends_a_session_fails_what_is_in_flight_and_pauses)
{
    struct row {
        std::string_view name;
        session_event ends;
        std::string_view steps;
        std::string_view reason;
    };
    const std::vector<row> rows{
        {"link", event::link_down{"eof"}, "log warning, close, fail_in_flight, arm 100", "connection lost: eof"},
        {"ABORT", event::refused{"the router said \"x\""}, "log warning, close, fail_in_flight, arm 100",
         "the router said \"x\""},
        {"GOODBYE", event::goodbye{"\"x\""}, "answer_goodbye, log warning, close, fail_in_flight, arm 100",
         "the router sent GOODBYE \"x\""},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.name)
        {
            machine session;
            session.reach(state::joined);

            BOOST_TEST(session.feed(each.ends) == each.steps);

            BOOST_TEST(session.fsm.current() == state::backing_off);
            BOOST_TEST(session.logged ==
                       "session ended: " + std::string(each.reason) + " realm=realm1 role=backend router=r0");
        }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_pause_begins_the_next_attempt)
{
    machine session;
    session.reach(state::backing_off);

    BOOST_TEST(session.feed(event::timer{}) == "arm 5000, connect 0");
    BOOST_TEST(session.fsm.current() == state::connecting);
}

BOOST_AUTO_TEST_CASE(events_that_mean_nothing_in_a_state_change_nothing)
{
    struct row {
        std::string_view name;
        session_event what;
        std::vector<state> ignored_in;
    };
    using enum session_fsm::state;
    const std::vector<row> rows{
        {"start", event::start{}, {connecting, joining, joined, leaving, backing_off, stopped}},
        {"link_up", event::link_up{}, {idle, joining, joined, leaving, backing_off, stopped}},
        {"link_down", event::link_down{"late"}, {idle, backing_off, stopped}},
        {"welcomed", event::welcomed{"backend"}, {idle, connecting, joined, leaving, backing_off, stopped}},
        {"welcomed as another", event::welcomed{"x"}, {idle, connecting, joined, leaving, backing_off, stopped}},
        {"refused", event::refused{"late"}, {idle, backing_off, stopped}},
        {"goodbye", event::goodbye{"late"}, {idle, connecting, backing_off, stopped}},
        {"timer", event::timer{}, {idle, joined, stopped}},
        {"call_waiting", event::call_waiting{}, {idle, connecting, joining, joined, leaving, backing_off, stopped}},
        {"stop", event::stop{}, {stopped}},
    };
    for (const row& each : rows)
        for (const state in : each.ignored_in)
            BOOST_TEST_CONTEXT(each.name << " in " << in)
            {
                machine session;
                session.reach(in);

                BOOST_TEST(session.feed(each.what) == "");

                BOOST_TEST(session.fsm.current() == in);
                BOOST_TEST(!session.fsm.refuses_calls());
            }
}

BOOST_AUTO_TEST_CASE(stopping_says_goodbye_only_in_a_session)
{
    using enum session_fsm::state;
    for (const state in : {idle, connecting, joining, backing_off})
        BOOST_TEST_CONTEXT(in)
        {
            machine session;
            session.reach(in);

            BOOST_TEST(session.feed(event::stop{}) == "disarm, close, fail_waiting, stopped");
            BOOST_TEST(session.fsm.current() == stopped);
        }
    machine session;
    session.reach(joined);
    BOOST_TEST(session.feed(event::stop{}) == "goodbye, arm 500");
    BOOST_TEST(session.fsm.current() == leaving);
}

BOOST_AUTO_TEST_CASE(leaving_ends_with_the_first_of_goodbye_abort_close_timer_and_a_second_stop)
{
    const std::vector<session_event> ends{event::goodbye{"\"x\""}, event::refused{"x"}, event::link_down{"eof"},
                                          event::timer{}, event::stop{}};
    for (const session_event& end : ends)
        BOOST_TEST_CONTEXT("event " << end.index())
        {
            machine session;
            session.reach(state::leaving);

            BOOST_TEST(session.feed(end) == "fail_in_flight, disarm, close, fail_waiting, stopped");
            BOOST_TEST(session.fsm.current() == state::stopped);
            BOOST_TEST(session.feed(end) == "");
        }
}

BOOST_AUTO_TEST_CASE(another_authrole_says_goodbye_and_refuses_calls_until_a_login_ends_otherwise)
{
    machine session;
    session.reach(state::joining);

    BOOST_TEST(session.feed(event::welcomed{"other"}) == "goodbye, log warning, close, fail_waiting, arm 100");
    BOOST_TEST(session.fsm.current() == state::backing_off);
    BOOST_TEST(session.fsm.refuses_calls());

    session.feed(event::timer{});
    session.feed(event::link_up{});
    BOOST_TEST(session.fsm.refuses_calls());
    BOOST_TEST(session.feed(event::welcomed{"backend"}) == "disarm, log info, send_waiting");
    BOOST_TEST(!session.fsm.refuses_calls());
}

BOOST_AUTO_TEST_CASE(no_authrole_is_not_another_one_but_is_logged)
{
    machine session;
    session.reach(state::joining);

    BOOST_TEST(session.feed(event::welcomed{}) == "disarm, log info, send_waiting");
    BOOST_TEST(session.logged == "joined; the router names no authrole realm=realm1 role=backend router=r0");
}

BOOST_AUTO_TEST_CASE(an_empty_authrole_is_another_one)
{
    machine session;
    session.reach(state::joining);

    BOOST_TEST(session.feed(event::welcomed{""}) == "goodbye, log warning, close, fail_waiting, arm 100");
}

BOOST_AUTO_TEST_CASE(a_refused_login_lets_calls_wait_again_after_another_authrole)
{
    machine session;
    session.reach(state::joining).feed(event::welcomed{"other"});
    session.feed(event::timer{});
    session.feed(event::link_up{});

    BOOST_TEST(session.feed(event::refused{"no"}) == "log warning, close, arm 200");
    BOOST_TEST(!session.fsm.refuses_calls());
}

BOOST_AUTO_TEST_CASE(a_login_that_was_refused_is_tried_again_and_may_succeed)
{
    machine session;
    session.reach(state::joining).feed(event::refused{"no"});

    session.feed(event::timer{});
    session.feed(event::link_up{});

    BOOST_TEST(session.feed(event::welcomed{"backend"}) == "disarm, log info, send_waiting");
}

BOOST_AUTO_TEST_CASE(the_authrole_that_came_is_logged_quoted_and_cut)
{
    machine session;
    session.reach(state::joining);

    session.feed(event::welcomed{"a\"b" + std::string(300, 'x')});

    BOOST_TEST(session.logged == "cannot join: the router gave authrole \"a\\\"b" + std::string(196, 'x') +
                                     "\"... instead of \"backend\" realm=realm1 role=backend router=r0");
}
