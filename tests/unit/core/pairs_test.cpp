#include "wampfcgi/core/pairs.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace std::string_literals;

BOOST_AUTO_TEST_CASE(pairs_of_any_length_are_taken_off_as_they_were_appended)
{
    for (const std::size_t bytes : {0U, 1U, 127U, 128U, 255U, 256U, 65'536U, 20'000'000U}) {
        const std::string long_text(bytes, 'x');
        std::string stream;
        append_pair(stream, "NAME", long_text);
        append_pair(stream, long_text, "");

        std::string_view rest = stream;
        const auto first = take_pair(rest);
        const auto second = take_pair(rest);

        BOOST_TEST_REQUIRE((first && second));
        BOOST_TEST(first->name == "NAME");
        BOOST_TEST((first->value == long_text));
        BOOST_TEST((second->name == long_text));
        BOOST_TEST(second->value == "");
        BOOST_TEST(!take_pair(rest));
    }
}

BOOST_AUTO_TEST_CASE(lengths_from_128_on_take_four_bytes)
{
    std::string stream;
    append_pair(stream, "A", std::string(0x1234, 'x'));
    BOOST_TEST(stream.substr(0, 6) == (std::string{1, '\x80', 0, 0x12, 0x34, 'A'}));
}

BOOST_AUTO_TEST_CASE(pairs_are_taken_until_one_is_cut_short)
{
    const std::string stream = "\1\2abc\x80\0\0\1\0d"s;
    std::string_view rest = stream;
    const auto first = take_pair(rest);
    const auto second = take_pair(rest);
    BOOST_TEST((first && first->name == "a" && first->value == "bc"));
    BOOST_TEST((second && second->name == "d" && second->value.empty()));
    BOOST_TEST(!take_pair(rest));
    for (const std::string& cut : {"\1"s, "\1\2ab"s, "\x80\0\0"s, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s}) {
        rest = cut;
        BOOST_TEST(!take_pair(rest));
        BOOST_TEST(rest == cut);
    }
}
