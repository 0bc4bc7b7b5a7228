// Which web pages may call, and what the answer must say about the origin.
#include "wampfcgi/checks/origin.hpp"

#include "support/request_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::checks;

namespace {

using origins = std::vector<std::string>;

/// The result of check_origin as one word.
std::string verdict(const request& req, const origins& allowed)
{
    const auto res = check_origin(req, allowed);
    if (!res)
        return std::string(describe(res.error().code).name);
    if (!res->cross_origin)
        return res->listed_by_name ? "contradiction" : "same origin";
    return res->listed_by_name ? "listed" : "any";
}

std::string verdict(const char* origin, const char* host, const origins& allowed = {})
{
    return verdict(request_builder{}.origin(origin).host(host).build(), allowed);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_configured_origin_comes_back_in_lower_case_without_the_default_port)
{
    struct row {
        const char* text;
        const char* origin;
    };
    for (const row& row :
         {row{"*", "*"}, row{"https://app.example.com", "https://app.example.com"},
          row{"HTTPS://App.Example.COM", "https://app.example.com"},
          row{"https://app.example.com:443", "https://app.example.com"},
          row{"http://app.example.com:80", "http://app.example.com"},
          row{"http://app.example.com:443", "http://app.example.com:443"},
          row{"https://app.example.com:80", "https://app.example.com:80"},
          row{"http://localhost:3000", "http://localhost:3000"},
          row{"http://localhost:65535", "http://localhost:65535"}, row{"http://my_host", "http://my_host"},
          row{"http://127.0.0.1:8080", "http://127.0.0.1:8080"}, row{"https://[2001:DB8::1]", "https://[2001:db8::1]"},
          row{"https://[::1]:8443", "https://[::1]:8443"}, row{"https://[::1]:443", "https://[::1]"},
          row{"https://*.example.com", "https://*.example.com"},
          row{"HTTP://*.App.example.com:80", "http://*.app.example.com"},
          row{"https://*.example.com:8443", "https://*.example.com:8443"},
          row{"https://*.1.example", "https://*.1.example"}})
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto origin = parse_origin(row.text);

            BOOST_TEST_REQUIRE(origin.has_value());
            BOOST_TEST(*origin == row.origin);
        }
}

BOOST_AUTO_TEST_CASE(what_is_no_origin_is_not_read)
{
    for (const char* text : {"",
                             "null",
                             "**",
                             "*.example.com",
                             "https://*.com",
                             "https://*.localhost",
                             "https://*.com:8443",
                             "https://*.",
                             "https://*..com",
                             "https://*.com.",
                             "https://*..example.com",
                             "https://*.example..com",
                             "https://*.example.com.",
                             "https://*.*.example.com",
                             "https://a.*.example.com",
                             "https://*example.com",
                             "https://*.0.0.1",
                             "https://*.example.7",
                             "https://*.[::1]",
                             "https://*.example.com/",
                             "ftp://*.example.com",
                             "https://",
                             "https://*",
                             "example.com",
                             "//example.com",
                             "https:example.com",
                             "https:/example.com",
                             "https:///example.com",
                             "https://example.com/",
                             "https://example.com/path",
                             "https://example.com?q",
                             "https://example.com#f",
                             "https://user@example.com",
                             "https://user:pw@example.com",
                             "https://example.com:",
                             "https://example.com:0",
                             "https://example.com:65536",
                             "https://example.com:+80",
                             "https://example.com:x",
                             "https://example.com:80:80",
                             "https://:443",
                             "ftp://example.com",
                             "ws://example.com",
                             "file://",
                             "chrome-extension://abcdef",
                             " https://example.com",
                             "https://example.com ",
                             "https://example.com https://other.example.com",
                             "https://b\xc3\xbc"
                             "cher.example",
                             "https://::1",
                             "https://[::1",
                             "https://::1]",
                             "https://[::1]x",
                             "https://[::1]:",
                             "https://[]",
                             "https://[127.0.0.1]",
                             "https://[fe80::1%25eth0]"})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!parse_origin(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_request_without_an_origin_needs_no_permission)
{
    for (const request_builder::value& absent : {request_builder::value{}, request_builder::value{""}})
        for (const origins& allowed : {origins{}, origins{"*"}, origins{"https://app.example.com"}})
            BOOST_TEST(verdict(request_builder{}.origin(absent).build(), allowed) == "same origin");
}

BOOST_AUTO_TEST_CASE(the_own_host_may_call)
{
    struct row {
        const char* origin;
        const char* host;
    };
    for (const row& row :
         {row{"http://api.example.com", "api.example.com"}, row{"https://api.example.com", "api.example.com"},
          row{"https://API.Example.com", "api.example.COM"}, row{"https://api.example.com", "api.example.com:443"},
          row{"http://api.example.com", "api.example.com:80"}, row{"https://api.example.com:443", "api.example.com"},
          row{"https://api.example.com:8443", "api.example.com:8443"}, row{"http://127.0.0.1:8080", "127.0.0.1:8080"},
          row{"http://[::1]", "[::1]"}, row{"http://[::1]:8080", "[::1]:8080"},
          row{"https://[2001:db8::1]", "[2001:DB8::1]:443"}})
        BOOST_TEST_CONTEXT(row.origin << " at " << row.host)
    BOOST_TEST(verdict(row.origin, row.host) == "same origin");
}

BOOST_AUTO_TEST_CASE(another_host_or_port_is_denied)
{
    struct row {
        const char* origin;
        const char* host;
    };
    for (const row& row :
         {row{"https://evil.example", "api.example.com"}, row{"https://example.com", "api.example.com"},
          row{"https://api.example.com.evil.example", "api.example.com"},
          row{"https://xapi.example.com", "api.example.com"},
          row{"https://api.example.com", "api.example.com.evil.example"},
          row{"https://api.example.com:8443", "api.example.com"},
          row{"https://api.example.com", "api.example.com:8443"}, row{"https://api.example.com", "api.example.com:80"},
          row{"http://api.example.com", "api.example.com:443"}, row{"http://[::1]", "[::2]"},
          row{"http://[::1]:8080", "[::1]:8081"}})
        BOOST_TEST_CONTEXT(row.origin << " at " << row.host)
        {
            BOOST_TEST(verdict(row.origin, row.host) == "origin_denied");
            BOOST_TEST(verdict(row.origin, row.host, {"https://app.example.com"}) == "origin_denied");
        }
}

BOOST_AUTO_TEST_CASE(where_the_host_has_no_port_the_default_port_and_that_of_the_server_are_its_own)
{
    const auto at_8080 = [](const char* origin, const char* host) {
        return verdict(request_builder{}.origin(origin).host(host).server_port("8080").build(), {});
    };
    for (const char* origin : {"http://api.example.com:8080", "http://api.example.com", "https://api.example.com",
                               "https://api.example.com:8080"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(at_8080(origin, "api.example.com") == "same origin");
    BOOST_TEST(at_8080("http://[::1]:8080", "[::1]") == "same origin");

    for (const char* origin :
         {"http://api.example.com:8081", "http://api.example.com:443", "http://app.example.com:8080"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(at_8080(origin, "api.example.com") == "origin_denied");
    BOOST_TEST(at_8080("http://api.example.com:8080", "api.example.com:80") == "origin_denied");
    BOOST_TEST(at_8080("http://api.example.com:8080", "api.example.com:") == "origin_denied");
}

BOOST_AUTO_TEST_CASE(a_port_of_the_server_that_is_none_counts_as_not_sent)
{
    for (const char* port : {"", "0", "x", "+8080", "8080 ", "65536", "008080"})
        BOOST_TEST_CONTEXT(port)
        {
            const auto from = [&](const char* origin) {
                return verdict(request_builder{}.origin(origin).server_port(port).build(), {});
            };
            BOOST_TEST(from("http://api.example.com:8080") == "origin_denied");
            BOOST_TEST(from("http://api.example.com") == "same origin");
        }
}

BOOST_AUTO_TEST_CASE(a_malformed_host_is_nobodys_own)
{
    for (const char* host : {"", "api.example.com:", "api.example.com:x", "api.example.com/", "user@api.example.com",
                             "api.example.com, api.example.com", " api.example.com", "*", "[::1", "::1"})
        BOOST_TEST_CONTEXT(host)
        {
            BOOST_TEST(verdict("https://api.example.com", host) == "origin_denied");
            BOOST_TEST(verdict("http://[::1]", host) == "origin_denied");
        }
}

BOOST_AUTO_TEST_CASE(a_listed_origin_may_call_by_name)
{
    const origins allowed{"https://app.example.com", "http://localhost:3000", "https://[2001:db8::1]"};

    for (const char* origin : {"https://app.example.com", "https://APP.example.com", "https://app.example.com:443",
                               "http://localhost:3000", "https://[2001:db8::1]"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.com", allowed) == "listed");
    for (const char* origin :
         {"http://app.example.com", "https://app.example.com:8443", "http://localhost", "https://localhost:3000",
          "https://x.app.example.com", "https://app.example.com.evil.example"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.com", allowed) == "origin_denied");
}

BOOST_AUTO_TEST_CASE(a_wildcard_stands_for_one_or_more_whole_labels_but_is_no_name)
{
    const origins allowed{"https://*.example.com", "http://*.example.org:8080"};

    for (const char* origin : {"https://a.example.com", "https://A.B.Example.com", "https://a.example.com:443",
                               "https://1.example.com", "http://a.b.c.example.org:8080"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.net", allowed) == "any");
    for (const char* origin :
         {"https://example.com", "http://a.example.com", "https://a.example.com:8443", "https://.example.com",
          "https://a..example.com", "https://..example.com", "https://badexample.com", "https://a.example.com.",
          "https://a.example.com.evil.example", "https://a.example.org:8080", "http://a.example.org",
          "http://example.org:8080", "https://*.example.com", "null"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.net", allowed) == "origin_denied");
}

BOOST_AUTO_TEST_CASE(a_name_counts_beside_a_wildcard_that_covers_it)
{
    for (const origins& allowed : {origins{"https://*.example.com", "https://app.example.com"},
                                   origins{"https://app.example.com", "https://*.example.com"}}) {
        BOOST_TEST(verdict("https://app.example.com", "api.example.net", allowed) == "listed");
        BOOST_TEST(verdict("https://other.example.com", "api.example.net", allowed) == "any");
    }
}

BOOST_AUTO_TEST_CASE(the_star_lets_in_every_origin_but_not_by_name)
{
    for (const char* origin : {"https://app.example.com", "null", "chrome-extension://abcdef", "what?"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.com", {"*"}) == "any");
    BOOST_TEST(verdict("*", "api.example.com", {"*"}) == "any");
}

BOOST_AUTO_TEST_CASE(an_origin_that_is_unfit_for_a_header_is_denied_in_spite_of_the_star)
{
    for (const char* origin : {"null\r\nSet-Cookie: a=b", "null\n", "\t", "nu\x7Fll", "\xC3\xA9"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.com", {"*"}) == "origin_denied");
}

BOOST_AUTO_TEST_CASE(a_name_counts_beside_the_star)
{
    for (const origins& allowed : {origins{"*", "https://app.example.com"}, origins{"https://app.example.com", "*"}}) {
        BOOST_TEST(verdict("https://app.example.com", "api.example.com", allowed) == "listed");
        BOOST_TEST(verdict("https://other.example.com", "api.example.com", allowed) == "any");
    }
}

BOOST_AUTO_TEST_CASE(an_origin_that_cannot_be_read_is_denied)
{
    for (const char* origin : {"null", "api.example.com", "https://api.example.com/", "ftp://api.example.com", "*"})
        BOOST_TEST_CONTEXT(origin)
    BOOST_TEST(verdict(origin, "api.example.com", {"https://app.example.com"}) == "origin_denied");
}

BOOST_AUTO_TEST_CASE(a_page_without_tls_of_a_host_with_tls_is_cross_origin)
{
    const request from_http = request_builder{}.origin("http://api.example.com").https("on").build();
    const request from_https = request_builder{}.origin("https://api.example.com").https("on").build();

    BOOST_TEST(verdict(from_http, {"http://api.example.com"}) == "listed");
    BOOST_TEST(verdict(from_http, {"*"}) == "any");
    BOOST_TEST(verdict(from_http, {}) == "origin_denied");
    BOOST_TEST(verdict(from_https, {"https://api.example.com"}) == "same origin");
    BOOST_TEST(verdict(from_https, {"*"}) == "same origin");
}

BOOST_AUTO_TEST_CASE(a_page_with_tls_is_of_the_own_host_where_tls_may_end_in_front_of_the_web_server)
{
    const request req = request_builder{}.origin("https://api.example.com").build();

    BOOST_TEST(verdict(req, {}) == "same origin");
    BOOST_TEST(verdict(req, {"https://api.example.com"}) == "listed");
    BOOST_TEST(verdict(req, {"*"}) == "any");
}

BOOST_AUTO_TEST_CASE(a_denied_origin_is_told_to_the_log_as_peer_text)
{
    const request req = request_builder{}.origin("https://evil.example").build();

    const auto res = check_origin(req, {"https://app.example.com"});

    BOOST_TEST_REQUIRE(res.has_error());
    BOOST_TEST(res.error().detail == "origin is neither the request's own nor one of 1 allowed");
    BOOST_TEST(res.error().peer_text == "https://evil.example");
}

BOOST_AUTO_TEST_CASE(a_get_for_a_page_of_another_site_without_an_origin_is_refused_unless_a_link_is_followed)
{
    struct row {
        const char *method, *site, *mode, *verdict;
    };
    for (const row& row :
         {row{"GET", "cross-site", "no-cors", "origin_denied"}, row{"HEAD", "cross-site", "no-cors", "origin_denied"},
          row{"GET", "cross-site", "", "origin_denied"}, row{"GET", "cross-site", "navigate", "same origin"},
          row{"GET", "same-site", "no-cors", "same origin"}, row{"GET", "same-origin", "cors", "same origin"},
          row{"GET", "none", "navigate", "same origin"}, row{"GET", "", "", "same origin"},
          row{"POST", "cross-site", "no-cors", "same origin"}, row{"OPTIONS", "cross-site", "cors", "same origin"}})
        for (const origins& allowed : {origins{}, origins{"*"}})
            BOOST_TEST_CONTEXT(row.method << " " << row.site << " " << row.mode)
            {
                const auto asked =
                    request_builder{}.method(row.method).sec_fetch_site(row.site).sec_fetch_mode(row.mode).build();

                BOOST_TEST(verdict(asked, allowed) == row.verdict);
            }
}

BOOST_AUTO_TEST_CASE(a_get_for_a_page_of_another_site_is_granted_to_an_allowed_origin)
{
    const auto from = [](const char* origin) {
        return request_builder{}.method("GET").origin(origin).sec_fetch_site("cross-site").sec_fetch_mode("cors");
    };

    BOOST_TEST(verdict(from("https://app.example.com").build(), {"https://app.example.com"}) == "listed");
    BOOST_TEST(verdict(from("https://app.example.com").build(), {"*"}) == "any");
    BOOST_TEST(verdict(from("https://evil.example").build(), {"https://app.example.com"}) == "origin_denied");
    BOOST_TEST(verdict(from("").build(), {"*"}) == "origin_denied");
}
