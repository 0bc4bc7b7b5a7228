#include "fcgi/cgi/request_id.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi::fcgi;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_CASE(a_plain_token_is_1_to_64_of_certain_characters)
{
    BOOST_TEST(is_plain_token("a"));
    BOOST_TEST(is_plain_token("AZaz09._~@/+=-"));
    BOOST_TEST(is_plain_token(std::string(64, 'x')));
    BOOST_TEST(!is_plain_token(""));
    BOOST_TEST(!is_plain_token(std::string(65, 'x')));
    for (const std::string_view text : {"a b"sv, "a\n"sv, "a\r\nX-Evil: 1"sv, "a\0"sv, "a,b"sv, "a;b"sv, "a:b"sv,
                                        "\"a\""sv, "<a>"sv, "a\\"sv, "\xc3\xa4"sv, "a\x7f"sv, "a\t"sv})
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(!is_plain_token(text));
        }
}

BOOST_AUTO_TEST_CASE(the_id_of_the_web_server_wins_over_that_of_the_client)
{
    BOOST_TEST(request_id("server", "client") == "server");
    BOOST_TEST(request_id("", "client") == "client");
    BOOST_TEST(request_id("not a token", "client") == "client");
}

BOOST_AUTO_TEST_CASE(without_a_plain_token_each_request_gets_an_id_of_its_own)
{
    const std::string first(request_id("", "no token"));
    const std::string second(request_id("", ""));

    BOOST_TEST(is_plain_token(first));
    BOOST_TEST(is_plain_token(second));
    BOOST_TEST(first != second);
}
