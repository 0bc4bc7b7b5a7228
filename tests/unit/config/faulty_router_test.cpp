#include "builders.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::config::test {
namespace {

// A file with the section `tls` in its router section.
std::string with_tls(std::string_view tls)
{
    return with_router_members(std::string{R"("tls": )"}.append(tls));
}

constexpr faulty_row router_section[] = {
    {with_router, "true", "f:1: router: expected an object, got true"},
    {with_router, "{}",
     "f:1: router.url: expected a router URL (or urls, a list of them), got nothing (it is required)"},
    {with_router, R"({"url": 5})", "f:1: router.url: expected a string, got 5"},
    {with_router, R"({"urls": []})", "f:1: router.urls: expected a list of at least one router URL, got an empty list"},
    {with_router, R"({"urls": "rs://h:1"})", R"(f:1: router.urls: expected a list of router URLs, got "rs://h:1")"},
    {with_router, R"({"urls": ["rs://h:1", 5, "unix:x"]})",
     "f:1: router.urls[1]: expected a string, got 5"
     "\n"
     R"(f:1: router.urls[2]: expected unix:/PATH with an absolute path, got "unix:x")"},
    {with_router, R"({"url": "rs://h:1", "urls": ["rs://h:1"]})",
     "f:1: router.urls: expected either url or urls, got both"},
    {with_router, R"({"url": "http://h:1/"})",
     "f:1: router.url: expected unix:/PATH, rs://HOST:PORT, rss://HOST:PORT, ws://HOST[:PORT][/PATH] or "
     "wss://HOST[:PORT][/PATH], got"
     R"( "http://h:1/")"},
    {with_router, R"({"url": "WS://h"})",
     "f:1: router.url: expected unix:/PATH, rs://HOST:PORT, rss://HOST:PORT, ws://HOST[:PORT][/PATH] or "
     "wss://HOST[:PORT][/PATH], got"
     R"( "WS://h")"},
    {with_router, R"({"url": "rs://h"})",
     R"(f:1: router.url: expected a port behind the host, as in rs://HOST:PORT, got "rs://h")"},
    {with_router, R"({"url": "rs://h:0"})",
     "f:1: router.url: expected rs://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "rs://h:0")"},
    {with_router, R"({"url": "rs://h:65536"})",
     "f:1: router.url: expected rs://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "rs://h:65536")"},
    {with_router, R"({"url": "rs://h:1/"})",
     "f:1: router.url: expected rs://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "rs://h:1/")"},
    {with_router, R"({"url": "rs://:1"})",
     "f:1: router.url: expected rs://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "rs://:1")"},
    {with_router, R"({"url": "rs://::1:1"})",
     "f:1: router.url: expected rs://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "rs://::1:1")"},
    {with_router, R"({"url": "rs://[::1]"})",
     R"(f:1: router.url: expected a port behind the host, as in rs://HOST:PORT, got "rs://[::1]")"},
    {with_router, R"({"url": "rs://300.0.0.1:1"})",
     "f:1: router.url: expected rs://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "rs://300.0.0.1:1")"},
    {with_router, R"({"url": ""})", R"(f:1: router.url: expected a string that is not empty, got "")"},
    {with_router, R"({"urll": "rs://h:1"})",
     "f:1: router.url: expected a router URL (or urls, a list of them), got nothing (it is required)"
     "\n"
     "f:1: router.urll: unknown key, expected one of url, urls, serializer, connect_timeout, keepalive,"
     R"( proxy, credentials, tls, got "urll" (did you mean "url"?))"},
    {with_router_members, R"("serializer": "cbor")",
     R"(f:1: router.serializer: expected "msgpack" or "json", got "cbor")"},
    {with_router_members, R"("keepalive": 0)", "f:1: router.keepalive: expected 1..3600, got 0"},
    {with_router_members, R"("keepalive": 3601)", "f:1: router.keepalive: expected 1..3600, got 3601"},
    {with_router_members, R"("keepalive": 1.5)", "f:1: router.keepalive: expected an integer in 1..3600, got 1.5"},
    {with_router_members, R"("connect_timeout": 0)", "f:1: router.connect_timeout: expected 1..300, got 0"},
    {with_router_members, R"("connect_timeout": "5")",
     R"(f:1: router.connect_timeout: expected a number in 1..300, got "5")"},
    {with_router_members, R"("connect_timeout": 300.001)", "f:1: router.connect_timeout: expected 1..300, got 300.001"},
    {with_router_members, R"("connect_timeout": 1e400)", "f:1: router.connect_timeout: expected 1..300, got 1e400"},
    {with_router_members, R"("proxy": 3128)", "f:1: router.proxy: expected a string, got 3128"},
    {with_router_members, R"("proxy": "")", R"(f:1: router.proxy: expected a string that is not empty, got "")"},
    {with_router_members, R"("proxy": "h:3128")", R"(f:1: router.proxy: expected http://HOST:PORT, got "h:3128")"},
    {with_router_members, R"("proxy": "https://h:3128")",
     R"(f:1: router.proxy: expected http://HOST:PORT, got "https://h:3128")"},
    {with_router_members, R"("proxy": "socks5://me:pw@h:1080")",
     "f:1: router.proxy: expected http://HOST:PORT, got a string of 21 bytes"},
    {with_router_members, R"("proxy": "http://me:pw@h:3128")",
     "f:1: router.proxy: expected http://HOST:PORT without user name and password, got a string of 19 bytes"},
    {with_router_members, R"("proxy": "http://h")",
     R"(f:1: router.proxy: expected a port behind the host, as in http://HOST:PORT, got "http://h")"},
    {with_router_members, R"("proxy": "http://h:0")",
     "f:1: router.proxy: expected http://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "http://h:0")"},
    {with_router_members, R"("proxy": "http://h:3128/")",
     "f:1: router.proxy: expected http://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "http://h:3128/")"},
    {with_router_members, R"("proxy": "http://::1:3128")",
     "f:1: router.proxy: expected http://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "http://::1:3128")"},
    {with_router_members, R"("credentials": [])", "f:1: router.credentials: expected an object, got an empty list"},
    {with_router, R"({"url": "rs://user:pw@h:1"})",
     "f:1: router.url: expected rs://HOST:PORT without user name and password, got a string of 16 bytes"},
    {with_router,
     R"({"url":)"
     R"( "unix:/012345678901234567890123456789012345678901234567890123456789012345678901234567890123456)"
     R"(7890123456789012345678"})",
     "f:1: router.url: expected unix:/PATH with a path of at most 107 bytes, got"
     R"( "unix:/0123456789012345678901234567890123...")"},
    {with_router,
     R"({"url": "unix:/\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9)"
     R"(\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9)"
     R"(\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"})",
     "f:1: router.url: expected unix:/PATH with a path of at most 107 bytes, got"
     " \"unix:/"
     "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9...\""},
    {with_router, R"({"url": "rs://[127.0.0.1]:1"})",
     "f:1: router.url: expected rs://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "rs://[127.0.0.1]:1")"},
    {with_router_members, R"("credentials": "abc")",
     "f:1: router.credentials: expected an object, got a string of 3 bytes"},
    {with_router_members, R"("credentials": {"": {"authmethod": "anonymous"}})",
     R"(f:1: router.credentials[""]: expected the name of a role, got "")"},
    {with_router_members, R"("credentials": {"f": {"authmethod": "anonymous"}, "f": {"authmethod": "anonymous"}})",
     "f:1: router.credentials.f: expected the key once, got it again (first in line 1)"},
};

constexpr faulty_row other_urls[] = {
    {with_router, R"({"url": "rss://h"})",
     R"(f:1: router.url: expected a port behind the host, as in rss://HOST:PORT, got "rss://h")"},
    {with_router, R"({"url": "rss://h:65536"})",
     "f:1: router.url: expected rss://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "rss://h:65536")"},
    {with_router, R"({"url": "rss://h:1/ws"})",
     "f:1: router.url: expected rss://HOST:PORT with a port in 1..65535 and nothing behind it, got"
     R"( "rss://h:1/ws")"},
    {with_router, R"({"url": "rss://:1"})",
     "f:1: router.url: expected rss://HOST:PORT with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "rss://:1")"},
    {with_router, R"({"url": "ws://"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "ws://")"},
    {with_router, R"({"url": "ws:///ws"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "ws:///ws")"},
    {with_router, R"({"url": "ws://::1/ws"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "ws://::1/ws")"},
    {with_router, R"({"url": "ws://300.0.0.1"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a host name, an IPv4 address or an IPv6 address"
     R"( in brackets, got "ws://300.0.0.1")"},
    {with_router, R"({"url": "ws://joe:pw@h/ws"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] without user name and password, got a string of 16 bytes"},
    {with_router, R"({"url": "wss://joe@h"})",
     "f:1: router.url: expected wss://HOST[:PORT][/PATH] without user name and password, got a string of 11 bytes"},
    {with_router, R"({"url": "wss://h:/ws"})",
     R"(f:1: router.url: expected wss://HOST[:PORT][/PATH] with a port in 1..65535, got "wss://h:/ws")"},
    {with_router, R"({"url": "wss://h:0/ws"})",
     R"(f:1: router.url: expected wss://HOST[:PORT][/PATH] with a port in 1..65535, got "wss://h:0/ws")"},
    {with_router, R"({"url": "wss://h:65536"})",
     R"(f:1: router.url: expected wss://HOST[:PORT][/PATH] with a port in 1..65535, got "wss://h:65536")"},
    {with_router, R"({"url": "wss://h/ws#top"})",
     "f:1: router.url: expected wss://HOST[:PORT][/PATH] with a path of printable ASCII, without spaces and #, got"
     R"( "wss://h/ws#top")"},
    {with_router, R"({"url": "ws://h#"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a path of printable ASCII, without spaces and #, got"
     R"( "ws://h#")"},
    {with_router, R"({"url": "ws://h/a b"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a path of printable ASCII, without spaces and #, got"
     R"( "ws://h/a b")"},
    {with_router, R"({"url": "ws://h/a\r\nHost: x"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a path of printable ASCII, without spaces and #, got"
     R"( "ws://h/a\u000d\nHost: x")"},
    {with_router, R"({"url": "ws://h/?\u00e9"})",
     "f:1: router.url: expected ws://HOST[:PORT][/PATH] with a path of printable ASCII, without spaces and #, got"
     " \"ws://h/?\u00e9\""},
};

constexpr faulty_row tls_section[] = {
    {with_tls, "true", "f:1: router.tls: expected an object, got true"},
    {with_tls, R"({"ca_file": 5, "cert": "x"})",
     "f:1: router.tls.ca_file: expected a string, got 5"
     "\n"
     R"(f:1: router.tls.cert: unknown key, expected one of ca_file, certificate_file, key_file, got "cert")"},
    {with_tls, R"({"ca_file": "ca.pem"})", R"(f:1: router.tls.ca_file: expected an absolute path, got "ca.pem")"},
    {with_tls, R"({"ca_file": "/missing"})",
     R"(f:1: router.tls.ca_file: expected a file that can be read, got "/missing" (No such file or directory))"},
    {with_tls, R"({"certificate_file": "/me.pem"})",
     "f:1: router.tls.key_file: expected a key_file beside certificate_file, got nothing (it is required)"},
    {with_tls, R"({"key_file": "/key.pem"})",
     "f:1: router.tls.certificate_file: expected a certificate_file beside key_file, got nothing (it is required)"},
    {with_tls, R"({"certificate_file": "/missing", "key_file": "key.pem"})",
     "f:1: router.tls.certificate_file: expected a file that can be read, got \"/missing\""
     " (No such file or directory)"
     "\n"
     R"(f:1: router.tls.key_file: expected an absolute path, got "key.pem")"},
    {with_tls, R"({"ca_file": "/secret"})",
     R"(f:1: router.tls.ca_file: expected certificates in PEM, got "/secret", a file of 7 bytes)"},
    {with_tls, R"({"ca_file": "/key.pem"})",
     R"(f:1: router.tls.ca_file: expected certificates in PEM, got "/key.pem", a file of 241 bytes)"},
    {with_tls, R"({"certificate_file": "/secret", "key_file": "/empty"})",
     R"(f:1: router.tls.certificate_file: expected certificates in PEM, got "/secret", a file of 7 bytes)"
     "\n"
     R"(f:1: router.tls.key_file: expected a private key in PEM, unencrypted, got "/empty", a file of 1 bytes)"},
    {with_tls, R"({"certificate_file": "/me.crt", "key_file": "/encrypted.key"})",
     "f:1: router.tls.key_file: expected a private key in PEM, unencrypted, got \"/encrypted.key\", a file of 399"
     " bytes"},
    {with_tls, R"({"certificate_file": "/other.crt", "key_file": "/my.key"})",
     "f:1: router.tls.key_file: expected the private key of the first certificate in certificate_file, got that of"
     " another one"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_router)

BOOST_AUTO_TEST_CASE(each_mistake_in_the_router_section_is_named_whole)
{
    check_rows(router_section);
}

BOOST_AUTO_TEST_CASE(each_mistake_in_a_url_with_tls_or_websocket_is_named_whole)
{
    check_rows(other_urls);
}

BOOST_AUTO_TEST_CASE(each_mistake_in_the_tls_section_is_named_whole)
{
    check_rows(tls_section);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
