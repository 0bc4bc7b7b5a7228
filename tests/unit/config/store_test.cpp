#include "builders.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::config::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view signed_options =
    R"("options": {"key": "k", "secret": "s", "timestamp_delta_limit": 60, "replay_protection": )";

std::string with_store(std::string_view store)
{
    return with_top(std::string{R"("store": )"}.append(store));
}

// A file with `members` after a valid URL in its store section.
std::string with_store_members(std::string_view members)
{
    return with_store(std::string{R"({"url": "redis://h", )"}.append(members) + '}');
}

std::string with_store_url(std::string_view url)
{
    return with_store(std::string{R"({"url": ")"}.append(url) + "\"}");
}

std::string with_sentinel(std::string_view members)
{
    return with_store(std::string{R"({"sentinel": {)"}.append(members) + "}}");
}

store_settings store_in(const std::string& text)
{
    return settings_in(text).store.value();
}

void check_url(const store_url& url, const std::string& host, unsigned port, const std::string& path, bool tls)
{
    BOOST_TEST(url.host == host);
    BOOST_TEST(url.port == port);
    BOOST_TEST(url.path == path);
    BOOST_TEST(url.tls == tls);
}

constexpr faulty_row store_section[] = {
    {with_store, "true", "f:1: store: expected an object, got true"},
    {with_store, "{}",
     "f:1: store.url: expected the URL of a server (or sentinel, an object), got nothing (it is required)"},
    {with_store, R"({"url": 5})", "f:1: store.url: expected a string, got 5"},
    {with_store, R"({"url": "redis://h", "sentinel": {"urls": ["redis://s"], "master": "m"}})",
     "f:1: store.sentinel: expected either url or sentinel, got both"},
    {with_store_members, R"("password": "x")",
     "f:1: store.password: unknown key, expected one of url, sentinel, password_file, username, timeout, prefix, "
     "replicas,"
     R"( tls, got "password")"},
    {with_store_members, R"("username": "joe")",
     "f:1: store.password_file: expected a password_file beside username, got nothing (it is required)"},
    {with_store_members, R"("password_file": "s3cret")",
     "f:1: store.password_file: expected an absolute path, got a string of 6 bytes"},
    {with_store_members, R"("password_file": "/open")",
     "f:1: store.password_file: expected a file that only its owner and group can read (chmod o= FILE), got"
     R"( "/open", which others can read or write)"},
    {with_store_members, R"("password_file": "/empty")",
     R"(f:1: store.password_file: expected a file with a secret in it, got "/empty", which is empty)"},
    {with_store_members, R"("username": "", "password_file": "/secret")",
     R"(f:1: store.username: expected a string that is not empty, got "")"},
    {with_store_members, R"("timeout": 0.049)", "f:1: store.timeout: expected 0.05..60, got 0.049"},
    {with_store_members, R"("timeout": 60.001)", "f:1: store.timeout: expected 0.05..60, got 60.001"},
    {with_store_members, R"("timeout": "1")", R"(f:1: store.timeout: expected a number in 0.05..60, got "1")"},
    {with_store_members, R"("prefix": "")", R"(f:1: store.prefix: expected a string that is not empty, got "")"},
    {with_store_members, R"("replicas": 101)", "f:1: store.replicas: expected 0..100, got 101"},
    {with_store_members, R"("replicas": -1)", "f:1: store.replicas: expected 0..100, got -1"},
    {with_store_members, R"("tls": {"ca": "/ca.pem"})",
     R"(f:1: store.tls.ca: unknown key, expected one of ca_file, certificate_file, key_file, got "ca")"},
    {with_store_members, R"("tls": {"certificate_file": "/me.pem"})",
     "f:1: store.tls.key_file: expected a key_file beside certificate_file, got nothing (it is required)"},
};

constexpr faulty_row urls[] = {
    {with_store_url, "", R"(f:1: store.url: expected a string that is not empty, got "")"},
    {with_store_url, "valkey://h",
     "f:1: store.url: expected unix:/PATH, redis://HOST[:PORT][/DB] or rediss://HOST[:PORT][/DB], got"
     R"( "valkey://h")"},
    {with_store_url, "unix:redis.sock",
     R"(f:1: store.url: expected unix:/PATH with an absolute path, got "unix:redis.sock")"},
    {with_store_url, "redis://",
     "f:1: store.url: expected redis://HOST[:PORT][/DB] with a host name, an IPv4 address or an IPv6 address in "
     "brackets,"
     R"( got "redis://")"},
    {with_store_url, "redis://::1:6379",
     "f:1: store.url: expected redis://HOST[:PORT][/DB] with a host name, an IPv4 address or an IPv6 address in "
     "brackets,"
     R"( got "redis://::1:6379")"},
    {with_store_url, "redis://300.0.0.1",
     "f:1: store.url: expected redis://HOST[:PORT][/DB] with a host name, an IPv4 address or an IPv6 address in "
     "brackets,"
     R"( got "redis://300.0.0.1")"},
    {with_store_url, "redis://h:0",
     R"(f:1: store.url: expected redis://HOST[:PORT][/DB] with a port in 1..65535, got "redis://h:0")"},
    {with_store_url, "rediss://h:65536/1",
     R"(f:1: store.url: expected rediss://HOST[:PORT][/DB] with a port in 1..65535, got "rediss://h:65536/1")"},
    {with_store_url, "redis://h:/1",
     R"(f:1: store.url: expected redis://HOST[:PORT][/DB] with a port in 1..65535, got "redis://h:/1")"},
    {with_store_url, "redis://h/65536",
     R"(f:1: store.url: expected redis://HOST[:PORT][/DB] with a database in 0..65535, got "redis://h/65536")"},
    {with_store_url, "redis://h/-1",
     R"(f:1: store.url: expected redis://HOST[:PORT][/DB] with a database in 0..65535, got "redis://h/-1")"},
    {with_store_url, "redis://h/1/",
     R"(f:1: store.url: expected redis://HOST[:PORT][/DB] with a database in 0..65535, got "redis://h/1/")"},
    {with_store_url, "redis://h/0?db=1",
     "f:1: store.url: expected redis://HOST[:PORT][/DB] with a database in 0..65535, got a string of 16 bytes"},
    {with_store_url, "redis://:s3cret@h",
     "f:1: store.url: expected redis://HOST[:PORT][/DB] without user name and password (password_file), got a string of"
     " 17 bytes"},
    {with_store_url, "rediss://joe:s3/cret@h:1/1",
     "f:1: store.url: expected rediss://HOST[:PORT][/DB] without user name and password (password_file), got a string "
     "of"
     " 26 bytes"},
};

constexpr faulty_row sentinels[] = {
    {with_store, R"({"sentinel": []})", "f:1: store.sentinel: expected an object, got an empty list"},
    {with_sentinel, "",
     "f:1: store.sentinel.urls: expected a list of URLs of Sentinels, got nothing (it is required)"
     "\n"
     "f:1: store.sentinel.master: expected a string, got nothing (it is required)"},
    {with_sentinel, R"("urls": [], "master": "m", "quorum": 1)",
     "f:1: store.sentinel.urls: expected a list of at least one URL of a Sentinel, got an empty list"
     "\n"
     R"(f:1: store.sentinel.quorum: unknown key, expected one of urls, master, got "quorum")"},
    {with_sentinel, R"("urls": ["unix:/run/s.sock", "redis://s/1", "redis://:pw@s"], "master": "m")",
     R"(f:1: store.sentinel.urls[0]: expected redis://HOST[:PORT] or rediss://HOST[:PORT], got "unix:/run/s.sock")"
     "\n"
     R"(f:1: store.sentinel.urls[1]: expected redis://HOST[:PORT] with nothing behind it, got "redis://s/1")"
     "\n"
     "f:1: store.sentinel.urls[2]: expected redis://HOST[:PORT] without user name and password (password_file), got a"
     " string of 13 bytes"},
    {with_sentinel, R"("urls": ["redis://s", "rediss://t"], "master": "m")",
     "f:1: store.sentinel.urls: expected URLs that all begin with redis://, or all with rediss://, got both"},
    {with_sentinel, R"("urls": ["redis://s"], "master": "")",
     R"(f:1: store.sentinel.master: expected a string that is not empty, got "")"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_section_of_a_file)

BOOST_AUTO_TEST_CASE(each_mistake_in_the_store_section_is_named_whole)
{
    check_rows(store_section);
}

BOOST_AUTO_TEST_CASE(each_mistake_in_the_url_of_a_store_is_named_whole_but_for_passwords)
{
    check_rows(urls);
}

BOOST_AUTO_TEST_CASE(each_mistake_about_sentinels_is_named_whole)
{
    check_rows(sentinels);
}

BOOST_AUTO_TEST_CASE(without_the_section_there_is_no_store)
{
    BOOST_TEST(!settings_in(with_top(R"("max_streams": 1)")).store.has_value());
}

BOOST_AUTO_TEST_CASE(a_host_is_all_that_a_store_needs)
{
    const store_settings store = store_in(with_store_url("redis://store.example.com"));

    BOOST_TEST_REQUIRE(store.urls.size() == 1U);
    check_url(store.urls[0], "store.example.com", 6379, "", false);
    BOOST_TEST(store.urls[0].text == "redis://store.example.com");
    BOOST_TEST(store.master == "");
    BOOST_TEST(store.database == 0U);
    BOOST_TEST(store.username == "");
    BOOST_TEST(store.password == "");
    BOOST_TEST((store.timeout == 1s));
    BOOST_TEST(store.prefix == "wamp-fcgi:");
    BOOST_TEST(store.replicas == 0U);
}

BOOST_AUTO_TEST_CASE(the_store_section_is_read_whole)
{
    const store_settings store = store_in(with_store(
        R"({"url": "rediss://[::1]:1/65535", "username": "joe", "password_file": "/secret", "timeout": 0.05,
            "prefix": "shop:", "replicas": 2,
            "tls": {"ca_file": "/ca.pem", "certificate_file": "/me.pem", "key_file": "/key.pem"}})"));

    check_url(store.urls.at(0), "::1", 1, "", true);
    BOOST_TEST(store.database == 65'535U);
    BOOST_TEST(store.username == "joe");
    BOOST_TEST(store.password == "s3cret");
    BOOST_TEST((store.timeout == 50ms));
    BOOST_TEST(store.prefix == "shop:");
    BOOST_TEST(store.replicas == 2U);
    BOOST_TEST(store.tls.authorities == pem_samples::certificate);
    BOOST_TEST(store.tls.certificate == pem_samples::certificate);
    BOOST_TEST(store.tls.key == pem_samples::key);
}

BOOST_AUTO_TEST_CASE(a_store_may_be_behind_a_unix_socket_or_have_no_number_behind_its_slash)
{
    check_url(store_in(with_store_url("unix:/run/valkey.sock")).urls.at(0), "", 0, "/run/valkey.sock", false);
    check_url(store_in(with_store_url("redis://127.0.0.1:65535/")).urls.at(0), "127.0.0.1", 65535, "", false);
}

BOOST_AUTO_TEST_CASE(sentinels_have_a_port_and_a_name_for_the_server)
{
    const store_settings store = store_in(with_sentinel(R"("urls": ["redis://a", "redis://[::1]:5"], "master": "m1")"));

    BOOST_TEST_REQUIRE(store.urls.size() == 2U);
    check_url(store.urls[0], "a", 26379, "", false);
    check_url(store.urls[1], "::1", 5, "", false);
    BOOST_TEST(store.master == "m1");
    BOOST_TEST(store.database == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_no_service_uses_is_a_warning)
{
    const std::string store = R"("store": {"url": "redis://h"}, )";
    const auto with_signed = [&](const std::string& replay_protection) {
        return '{' + std::string{good_router} + ", " + store +
               R"("paths": {"/": {"type": "caller", "realm": "r", "role": "f", )" + std::string{signed_options} +
               replay_protection + "}}}}";
    };
    const std::vector<std::string> expected{
        "f:1: store: no service has replay_protection or rate_limit, so it is not used"};

    BOOST_TEST(settings_in(with_store_url("redis://h")).warnings == expected, boost::test_tools::per_element());
    BOOST_TEST(settings_in(with_signed("false")).warnings == expected, boost::test_tools::per_element());
    BOOST_TEST(settings_in(with_signed("true")).warnings.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
