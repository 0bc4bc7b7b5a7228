#include "wampfcgi/core/text/size.hpp"

#include <boost/test/unit_test.hpp>

using wampfcgi::size_in_words;

BOOST_AUTO_TEST_CASE(only_whole_numbers_of_mib_are_written_so)
{
    BOOST_TEST(size_in_words(64 * 1024 * 1024) == "64 MiB");
    BOOST_TEST(size_in_words(64 * 1024 * 1024 - 1) == "67108863 bytes");
    BOOST_TEST(size_in_words(0) == "0 MiB");
}
