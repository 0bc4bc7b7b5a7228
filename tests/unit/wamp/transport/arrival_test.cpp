#include "wamp/transport/arrival.hpp"

#include <boost/test/unit_test.hpp>

using wampfcgi::wamp::arrival;
using verdict = arrival::verdict;

BOOST_AUTO_TEST_CASE(whole_messages_need_no_timer)
{
    arrival messages;
    BOOST_TEST((messages.heard(10, true, false) == verdict::stop_timer));
    BOOST_TEST((messages.heard(100'000, true, false) == verdict::stop_timer));
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_a_byte_at_a_time_has_one_time_limit)
{
    arrival messages;
    BOOST_TEST((messages.heard(1, false, true) == verdict::start_timer));
    for (std::size_t i = 1; i < arrival::least_bytes; ++i)
        BOOST_TEST((messages.heard(1, false, true) == verdict::leave_timer));
    BOOST_TEST((messages.heard(1, false, true) == verdict::start_timer));
    BOOST_TEST((messages.heard(1, false, true) == verdict::leave_timer));
    BOOST_TEST((messages.heard(1, true, false) == verdict::stop_timer));
}

BOOST_AUTO_TEST_CASE(each_message_has_its_own_time_limit)
{
    arrival messages;
    BOOST_TEST((messages.heard(1, false, true) == verdict::start_timer));
    BOOST_TEST((messages.heard(1, true, true) == verdict::start_timer));
    BOOST_TEST((messages.heard(1, false, true) == verdict::leave_timer));
    messages.heard(1, true, false);
    BOOST_TEST((messages.heard(1, false, true) == verdict::start_timer));
}
