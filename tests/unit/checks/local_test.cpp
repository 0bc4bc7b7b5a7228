// The check that a request comes from this machine.
#include "wampfcgi/checks/local.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace wampfcgi::checks;

namespace {

request_builder from_here()
{
    return request_builder{}.remote_addr("127.0.0.1").host("localhost:8080");
}

bool is_local(const request_builder& asked)
{
    const auto res = check_local(asked.build());
    return res.has_value() || res.error().code != errc::address_denied;
}

}  // namespace

BOOST_AUTO_TEST_CASE(clients_at_loopback_addresses_are_local)
{
    for (const std::string address : {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"})
        BOOST_TEST_CONTEXT(address)
    BOOST_TEST(is_local(from_here().remote_addr(address)));
}

BOOST_AUTO_TEST_CASE(clients_at_other_addresses_are_not_local)
{
    for (const std::string address : {"126.255.255.255", "128.0.0.1", "192.0.2.7", "::", "::2", "::ffff:128.0.0.1",
                                      "::127.0.0.1", "127.0.0.1.example.com", "unix:", ""})
        BOOST_TEST_CONTEXT(address)
    BOOST_TEST(!is_local(from_here().remote_addr(address)));
    BOOST_TEST(!is_local(from_here().remote_addr({})));
}

BOOST_AUTO_TEST_CASE(a_loopback_name_or_address_is_a_local_host_with_and_without_a_port)
{
    for (const std::string host : {"localhost", "LocalHost", "app.localhost", "a.b.LOCALHOST", "127.0.0.1", "127.1.2.3",
                                   "[::1]", "[::ffff:127.0.0.1]"})
        BOOST_TEST_CONTEXT(host)
        {
            BOOST_TEST(is_local(from_here().host(host)));
            BOOST_TEST(is_local(from_here().host(host + ":8080")));
        }
}

BOOST_AUTO_TEST_CASE(any_other_host_may_have_been_rebound)
{
    for (const std::string host :
         {"example.com", "localhost.example.com", "notlocalhost", ".localhost", "127.0.0.1.nip.io", "192.0.2.1",
          "128.0.0.1", "::1", "[127.0.0.1]", "[::1", "[::2]", "localhost:http", "localhost:65536", "localhost:", ""})
        BOOST_TEST_CONTEXT(host)
    BOOST_TEST(!is_local(from_here().host(host)));
    BOOST_TEST(!is_local(from_here().host({})));
}

BOOST_AUTO_TEST_CASE(what_a_proxy_has_passed_on_is_not_local_whatever_it_says)
{
    for (const std::string name : {"HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA"})
        for (const std::string value : {"127.0.0.1", ""})
            BOOST_TEST_CONTEXT(name << "=" << value)
    BOOST_TEST(!is_local(from_here().variable("HTTP_ACCEPT", "*/*").variable(name, value)));
    BOOST_TEST(is_local(from_here().variable("HTTP_X_FORWARDED", "1").variable("VIA", "1").variable("HTTP_VIAL", "1")));
}

BOOST_AUTO_TEST_CASE(the_log_is_told_why_a_request_is_not_local)
{
    const auto from_elsewhere = check_local(from_here().remote_addr("192.0.2.7").build());
    const auto rebound = check_local(from_here().host("evil.example").build());
    const auto passed_on = check_local(from_here().variable("HTTP_VIA", "1.1 proxy").build());

    BOOST_TEST(from_elsewhere.error().detail == "client address is not loopback, and require_ip is not set");
    BOOST_TEST(from_elsewhere.error().peer_text == "192.0.2.7");
    BOOST_TEST(rebound.error().detail == "Host is neither localhost nor a loopback address, and require_ip is not set");
    BOOST_TEST(rebound.error().peer_text == "evil.example");
    BOOST_TEST(passed_on.error().detail == "the request came through a proxy (Via), and require_ip is not set");
}
