#include "wampfcgi/core/text/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(hex)

BOOST_AUTO_TEST_CASE(every_byte_and_its_digits_stand_for_each_other)
{
    for (int value = 0; value < 256; ++value)
        BOOST_TEST_CONTEXT(value)
        {
            const std::string byte(1, static_cast<char>(value));

            const auto digits = to_hex(byte);

            BOOST_TEST(std::stoi(digits, nullptr, 16) == value);
            BOOST_TEST(digits.size() == 2U);
            BOOST_TEST(from_hex(digits).value() == byte);
        }
}

BOOST_AUTO_TEST_CASE(bytes_are_written_in_their_order_and_in_lower_case)
{
    std::string text = "0x";
    append_hex(text, 0xAB);

    BOOST_TEST(text == "0xab");
    BOOST_TEST(to_hex("\x01\xFE\0"sv) == "01fe00");
}

BOOST_AUTO_TEST_CASE(digits_are_read_in_either_case)
{
    BOOST_TEST(from_hex("aBcDeF").value() == "\xAB\xCD\xEF");
    BOOST_TEST(from_hex("").value() == "");
}

BOOST_AUTO_TEST_CASE(anything_but_pairs_of_digits_is_refused)
{
    for (const std::string_view text : {"0", "012", "0g", "g0", " 0", "0 ", "-1", "+1", "0x", "/0", ":0", "@0", "`0"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!from_hex(text).has_value());
}

BOOST_AUTO_TEST_CASE(percent_and_two_digits_are_an_escape)
{
    BOOST_TEST(percent_escape("%4a%").value() == 'J');
    BOOST_TEST(percent_escape("%FFx").value() == '\xFF');
    BOOST_TEST(percent_escape("%00").value() == '\0');
    for (const std::string_view text : {"", "%", "%4", "%g0", "%0g", "4A", "a%4A", "%%4A", "% 4", "%-1"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!percent_escape(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
