// Error texts of start-up.
#include "wampfcgi/core/trouble.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <stdexcept>
#include <string>

using namespace wampfcgi;

BOOST_AUTO_TEST_CASE(the_systems_words_stand_behind_ours)
{
    BOOST_TEST(trouble("the group cannot be changed", EPERM).text ==
               "the group cannot be changed: Operation not permitted");
    BOOST_TEST(trouble("only root can do that").text == "only root can do that");
}

BOOST_AUTO_TEST_CASE(a_value_read_although_there_was_trouble_is_a_bug)
{
    const result<int, trouble> port = trouble("it is in use");

    BOOST_CHECK_EXCEPTION(static_cast<void>(port.value()), std::logic_error, [](const std::logic_error& error) {
        return std::string(error.what()).ends_with("value of a failed result read: it is in use");
    });
}
