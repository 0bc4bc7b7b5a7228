#include "wamp/session/silence.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

const silence::time_point start{1h};

}  // namespace

BOOST_AUTO_TEST_CASE(time_outs_for_as_long_as_the_limit_without_a_byte_are_too_long)
{
    silence router(30s);

    BOOST_TEST(!router.is_too_long(start, start - 10s));
    BOOST_TEST(!router.is_too_long(start + 29'999ms, start - 10s));
    BOOST_TEST(router.is_too_long(start + 30s, start - 10s));
}

BOOST_AUTO_TEST_CASE(a_single_time_out_is_never_too_long)
{
    silence router(1s);

    BOOST_TEST(!router.is_too_long(start, start - 24h));
}

BOOST_AUTO_TEST_CASE(a_byte_in_between_starts_the_time_anew)
{
    silence router(30s);
    router.is_too_long(start, start - 10s);

    BOOST_TEST(!router.is_too_long(start + 40s, start + 1s));
    BOOST_TEST(!router.is_too_long(start + 69s, start + 1s));
    BOOST_TEST(router.is_too_long(start + 70s, start + 1s));
}

BOOST_AUTO_TEST_CASE(a_byte_at_the_very_time_of_the_time_out_counts)
{
    silence router(30s);
    router.is_too_long(start, start - 10s);

    BOOST_TEST(!router.is_too_long(start + 30s, start));
}
