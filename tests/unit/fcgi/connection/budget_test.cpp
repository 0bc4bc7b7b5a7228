#include "fcgi/connection/budget.hpp"

#include <boost/test/unit_test.hpp>

using wampfcgi::fcgi::budget;

BOOST_AUTO_TEST_CASE(all_shares_together_have_no_more_than_the_budget)
{
    budget bytes(100);
    budget::share first(bytes);
    budget::share second(bytes);

    BOOST_TEST(first.grow(60));
    BOOST_TEST(!second.grow(41));
    BOOST_TEST(second.grow(40));
    BOOST_TEST(!first.grow(1));
    BOOST_TEST(!first.grow(~0ULL));
    BOOST_TEST(bytes.taken() == 100U);
}

BOOST_AUTO_TEST_CASE(what_a_share_gives_back_is_there_for_others)
{
    budget bytes(100);
    budget::share first(bytes);
    BOOST_TEST(first.grow(100));
    {
        first.shrink_to(30);
        first.shrink_to(50);
        budget::share second(bytes);
        BOOST_TEST(second.grow(70));
        BOOST_TEST(bytes.taken() == 100U);
    }
    BOOST_TEST(bytes.taken() == 30U);
    first.shrink_to(0);
    BOOST_TEST(bytes.taken() == 0U);
}
