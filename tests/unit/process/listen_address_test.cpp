#include "wampfcgi/process/listen.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi::process;

BOOST_AUTO_TEST_CASE(addresses_are_read)
{
    struct row {
        std::string_view text;
        listen_address address;
    };
    const std::vector<row> rows{
        {"unix:/run/wamp-fcgi.sock", unix_address{"/run/wamp-fcgi.sock"}},
        {"unix:relative:1", unix_address{"relative:1"}},
        {"127.0.0.1:9000", tcp_address{"127.0.0.1", 9000}},
        {"localhost:0", tcp_address{"localhost", 0}},
        {"host:65535", tcp_address{"host", 65535}},
        {"[::1]:9000", tcp_address{"::1", 9000}},
        {"[fe80::1%eth0]:9000", tcp_address{"fe80::1%eth0", 9000}},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
    BOOST_TEST((parse_listen_address(row.text).value() == row.address));
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused_with_the_reason)
{
    using namespace std::string_view_literals;
    const std::string forms = "expected unix:PATH, HOST:PORT or [IPV6]:PORT";
    struct row {
        std::string_view text;
        std::string message;
    };
    const std::vector<row> rows{
        {"", forms},
        {"9000", forms},
        {":9000", forms},
        {"unix:", forms},
        {"unix:/a\0b"sv, forms},
        {"[::1]", forms},
        {"[::1]9000", forms},
        {"::1:9000", "expected brackets around an IPv6 address: [IPV6]:PORT"},
        {"[127.0.0.1]:9000", R"(expected an IPv6 address in the brackets, got "127.0.0.1")"},
        {"[]:9000", R"(expected an IPv6 address in the brackets, got "")"},
        {"host:", R"(expected a port from 0 to 65535, got "")"},
        {"host:65536", R"(expected a port from 0 to 65535, got "65536")"},
        {"host:-1", R"(expected a port from 0 to 65535, got "-1")"},
        {"host:80 ", R"(expected a port from 0 to 65535, got "80 ")"},
        {"[::1]:http", R"(expected a port from 0 to 65535, got "http")"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
    BOOST_TEST(parse_listen_address(row.text).error().text == row.message);
}
