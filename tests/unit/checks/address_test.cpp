// Client addresses that a service's require_ip admits.
#include "wampfcgi/checks/address.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;
using namespace std::string_view_literals;

namespace {

bool is_allowed(std::string_view client, std::string_view entry)
{
    return check_address(client, std::vector{parse_network(entry).value()}).has_value();
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_ipv4_address_is_read_into_its_mapped_form)
{
    const ip_address mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};

    for (const auto text : {"127.0.0.1"sv, "::ffff:127.0.0.1"sv, "::ffff:7f00:1"sv, "::FFFF:7F00:0001"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST((parse_address(text) == mapped));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_not_read)
{
    for (const auto text :
         {""sv, "localhost"sv, "127.0.0"sv, "127.0.0.1.1"sv, "127.0.0.256"sv, "010.0.0.1"sv, "0x7f.0.0.1"sv,
          " 127.0.0.1"sv, "127.0.0.1 "sv, "127.0.0.1\0"sv, "127.0.0.1:80"sv, "[::1]"sv, ":"sv, ":::"sv,
          "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv, "12345::"sv, "fe80::1%eth0"sv, "unix:"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!parse_address(text).has_value());
}

BOOST_AUTO_TEST_CASE(networks_are_read_with_their_prefix)
{
    struct row {
        std::string_view text;
        unsigned prefix_bits;
    };
    for (const row& row :
         {row{"127.0.0.1", 128}, row{"::1", 128}, row{"10.0.0.0/0", 96}, row{"10.0.0.0/8", 104}, row{"10.1.2.3/8", 104},
          row{"10.0.0.0/32", 128}, row{"192.168.1.1/255.255.255.0", 120}, row{"192.168.1.1/255.255.255.255", 128},
          row{"192.168.1.1/255.254.0.0", 111}, row{"0.0.0.0/0.0.0.0", 96}, row{"::/0", 0}, row{"2001:db8::/32", 32},
          row{"2001:db8::1/128", 128}, row{"::ffff:10.0.0.0/104", 104}})
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto net = parse_network(row.text);

            BOOST_TEST_REQUIRE(net.has_value());
            BOOST_TEST(net->prefix_bits == row.prefix_bits);
            BOOST_TEST((net->address == parse_address(row.text.substr(0, row.text.find('/')))));
        }
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_not_read)
{
    for (const auto text : {""sv,
                            "/"sv,
                            "/8"sv,
                            "10.0.0.0/"sv,
                            "10.0.0.0/33"sv,
                            "10.0.0.0/+8"sv,
                            "10.0.0.0/-8"sv,
                            "10.0.0.0/ 8"sv,
                            "10.0.0.0/8 "sv,
                            "10.0.0.0/08"sv,
                            "10.0.0.0/8/8"sv,
                            "10.0.0.0/8x"sv,
                            "10.0.0.0/99999999999999999999"sv,
                            "10.0.0.0/255.0.255.0"sv,
                            "10.0.0.0/0.0.0.255"sv,
                            "10.0.0.0/255.0.0"sv,
                            "10.0.0.0/::ffff:255.0.0.0"sv,
                            "10.0.0.0/ffff::"sv,
                            "10/8"sv,
                            "2001:db8::/129"sv,
                            "2001:db8::/255.255.0.0"sv,
                            "2001:db8::/"sv,
                            "example.com/8"sv,
                            "*"sv})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!parse_network(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_network_lets_in_its_first_and_last_address_and_not_their_neighbours)
{
    struct row {
        std::string_view entry, before, first, last, behind;
    };
    for (const row& row :
         {row{"127.0.0.1", "127.0.0.0", "127.0.0.1", "127.0.0.1", "127.0.0.2"},
          row{"10.1.2.3/8", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
          row{"10.0.0.64/26", "10.0.0.63", "10.0.0.64", "10.0.0.127", "10.0.0.128"},
          row{"10.0.0.2/31", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"},
          row{"192.168.1.1/255.255.255.0", "192.168.0.255", "192.168.1.0", "192.168.1.255", "192.168.2.0"},
          row{"2001:db8::/32", "2001:db7:ffff::", "2001:db8::", "2001:db8:ffff::ffff", "2001:db9::"},
          row{"2001:db8::8/125", "2001:db8::7", "2001:db8::8", "2001:db8::f", "2001:db8::10"}})
        BOOST_TEST_CONTEXT(row.entry)
        {
            BOOST_TEST(!is_allowed(row.before, row.entry));
            BOOST_TEST(is_allowed(row.first, row.entry));
            BOOST_TEST(is_allowed(row.last, row.entry));
            BOOST_TEST(!is_allowed(row.behind, row.entry));
        }
}

BOOST_AUTO_TEST_CASE(a_mapped_client_address_matches_ipv4_entries)
{
    BOOST_TEST(is_allowed("::ffff:10.1.1.1", "10.0.0.0/8"));
    BOOST_TEST(is_allowed("::ffff:a01:101", "10.0.0.0/8"));
    BOOST_TEST(!is_allowed("::ffff:11.1.1.1", "10.0.0.0/8"));
    BOOST_TEST(is_allowed("10.1.1.1", "::ffff:10.0.0.0/104"));
}

BOOST_AUTO_TEST_CASE(all_of_ipv4_has_no_native_ipv6_and_all_of_ipv6_has_everything)
{
    BOOST_TEST(is_allowed("255.255.255.255", "0.0.0.0/0"));
    BOOST_TEST(!is_allowed("::1", "0.0.0.0/0"));
    BOOST_TEST(!is_allowed("::10.0.0.1", "0.0.0.0/0"));
    BOOST_TEST(is_allowed("::1", "::/0"));
    BOOST_TEST(is_allowed("10.0.0.1", "::/0"));
}

BOOST_AUTO_TEST_CASE(the_zone_of_a_client_address_does_not_count)
{
    BOOST_TEST(is_allowed("fe80::1%eth0", "fe80::/10"));
    BOOST_TEST(is_allowed("fe80::1%3", "fe80::1"));
    BOOST_TEST(!is_allowed("fe80::2%eth0", "fe80::1"));
    BOOST_TEST(!is_allowed("fe80::1%", "fe80::1"));
    BOOST_TEST(!is_allowed("10.0.0.1%eth0", "10.0.0.1"));
}

BOOST_AUTO_TEST_CASE(any_of_the_entries_is_enough)
{
    const std::vector allowed{parse_network("127.0.0.1").value(), parse_network("2001:db8::/32").value()};

    BOOST_TEST(check_address("127.0.0.1", allowed).has_value());
    BOOST_TEST(check_address("2001:db8::7", allowed).has_value());
    BOOST_TEST(!check_address("127.0.0.2", allowed).has_value());
}

BOOST_AUTO_TEST_CASE(without_a_list_everybody_may_call_even_from_no_readable_address)
{
    for (const auto client : {"192.0.2.7"sv, "::1"sv, ""sv, "unix:"sv})
        BOOST_TEST_CONTEXT(client)
    BOOST_TEST(check_address(client, std::nullopt).has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_list_denies_everybody)
{
    for (const auto client : {"127.0.0.1"sv, "::1"sv, ""sv})
        BOOST_TEST_CONTEXT(client)
    BOOST_TEST((check_address(client, std::vector<network>{}).error().code == errc::address_denied));
}

BOOST_AUTO_TEST_CASE(a_client_elsewhere_is_refused_with_its_address_as_peer_text)
{
    const auto res = check_address("192.0.2.7", std::vector{parse_network("10.0.0.0/8").value()});

    BOOST_TEST_REQUIRE(res.has_error());
    BOOST_TEST((res.error().code == errc::address_denied));
    BOOST_TEST(res.error().detail == "client address is in none of 1 allowed networks");
    BOOST_TEST(res.error().peer_text == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_read_is_refused_where_there_is_a_list)
{
    const auto res = check_address("unknown", std::vector{parse_network("::/0").value()});

    BOOST_TEST_REQUIRE(res.has_error());
    BOOST_TEST((res.error().code == errc::address_denied));
    BOOST_TEST(res.error().detail == "client address is not an IP address");
    BOOST_TEST(res.error().peer_text == "unknown");
}
