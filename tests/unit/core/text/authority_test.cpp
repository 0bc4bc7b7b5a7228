#include "wampfcgi/core/text/authority.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi;

BOOST_AUTO_TEST_SUITE(authorities)

BOOST_AUTO_TEST_CASE(host_and_port_are_split_at_the_colon_between_them)
{
    constexpr std::string_view none = "no port";
    struct row {
        std::string_view text;
        std::string_view host;
        std::string_view port;
    };
    const row rows[] = {
        {"", "", none},
        {"a.example", "a.example", none},
        {"a.example:80", "a.example", "80"},
        {"a.example:", "a.example", ""},
        {":80", "", "80"},
        {"::1:80", "::1", "80"},
        {"[::1]", "[::1]", none},
        {"[::1]:80", "[::1]", "80"},
        {"[::1]:a:b", "[::1]", "a:b"},
        {"[::1]x", "[::1]x", none},
        {"[::1]x:80", "[::1]x", "80"},
        {"[::1", "[::1", none},
        {"[fe80::1%eth0]:80", "[fe80::1%eth0]", "80"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto found = split_authority(row.text);

            BOOST_TEST(found.host == row.host);
            BOOST_TEST(found.port.value_or(none) == row.port);
        }
}

BOOST_AUTO_TEST_CASE(port_is_one_to_five_digits_up_to_65535)
{
    BOOST_TEST(parse_port("0").value() == 0);
    BOOST_TEST(parse_port("80").value() == 80);
    BOOST_TEST(parse_port("00080").value() == 80);
    BOOST_TEST(parse_port("65535").value() == 65535);
    for (const std::string_view text :
         {"", "65536", "99999", "000080", "-1", "+1", " 80", "80 ", "80x", "0x50", "http"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!parse_port(text).has_value());
}

BOOST_AUTO_TEST_CASE(brackets_are_taken_off_a_host_that_they_enclose)
{
    BOOST_TEST(unbracketed("[::1]").value() == "::1");
    BOOST_TEST(unbracketed("[]").value() == "");
    for (const std::string_view text : {"", "[", "]", "::1", "[::1", "::1]", "[::1]x"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!unbracketed(text).has_value());
}

BOOST_AUTO_TEST_CASE(ipv6_addresses_alone_get_brackets)
{
    BOOST_TEST(bracketed("::1") == "[::1]");
    BOOST_TEST(bracketed("127.0.0.1") == "127.0.0.1");
    BOOST_TEST(bracketed("a.example") == "a.example");
}

BOOST_AUTO_TEST_SUITE_END()
