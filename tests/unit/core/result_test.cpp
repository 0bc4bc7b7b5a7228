// The contract of result<T>.
#include "wampfcgi/core/result.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

using namespace wampfcgi;

BOOST_AUTO_TEST_CASE(a_failed_result_keeps_its_failure)
{
    const result<int> res = failure{errc::overloaded, "10001 calls in flight, 10000 allowed"};

    BOOST_TEST(res.has_error());
    BOOST_TEST((res.error().code == errc::overloaded));
    BOOST_TEST(res.error().detail == "10001 calls in flight, 10000 allowed");
}

BOOST_AUTO_TEST_CASE(reading_the_value_of_a_failed_result_throws_what_names_the_error)
{
    const result<int> res = failure{errc::call_timeout};

    BOOST_CHECK_EXCEPTION(res.value(), std::logic_error, [](const std::logic_error& error) {
        return std::string(error.what()).find("call_timeout") != std::string::npos;
    });
}
