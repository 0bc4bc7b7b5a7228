#include "builders.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::config::test {
namespace {

constexpr faulty_row options[] = {
    {with_options, R"("key": "k")",
     "f:1: paths.call.options.secret: expected a secret (or secret_file) beside key, got nothing (it is required)"},
    {with_options, R"("secret": "abc")",
     "f:1: paths.call.options.key: expected a key beside the secret, got nothing (it is required)"},
    {with_options, R"("key": 5, "secret": {"a": 1})",
     "f:1: paths.call.options.key: expected a string, got 5"
     "\n"
     "f:1: paths.call.options.secret: expected a string, got an object"},
    {with_options, R"("post_body_limit": 9007199254740993)",
     "f:1: paths.call.options.post_body_limit: expected 0..9007199254740992, got 9007199254740993"},
    {with_options, R"("post_body_limit": "1M")",
     R"(f:1: paths.call.options.post_body_limit: expected an integer in 0..9007199254740992, got "1M")"},
    {with_options, R"("timestamp_delta_limit": -1)",
     "f:1: paths.call.options.timestamp_delta_limit: expected 0..1000000000, got -1"},
    {with_options, R"("key": "k", "secret": "s", "timestamp_delta_limit": 1, "replay_protection": "yes")",
     R"(f:1: paths.call.options.replay_protection: expected true or false, got "yes")"},
    {with_options, R"("key": "k", "secret": "s", "replay_protection": true)",
     "f:1: paths.call.options.replay_protection: expected false without a key and a timestamp_delta_limit, got true"},
    {with_options, R"("key": "k", "secret": "s", "timestamp_delta_limit": 0, "replay_protection": true)",
     "f:1: paths.call.options.replay_protection: expected false without a key and a timestamp_delta_limit, got true"},
    {with_options, R"("timestamp_delta_limit": 300, "replay_protection": true)",
     "f:1: paths.call.options.replay_protection: expected false without a key and a timestamp_delta_limit, got true"},
    {with_options, R"("key": "k", "secret": "s", "timestamp_delta_limit": -1, "replay_protection": true)",
     "f:1: paths.call.options.timestamp_delta_limit: expected 0..1000000000, got -1"},
    {with_options, R"("require_ip": "10.0.0.0/8")",
     R"(f:1: paths.call.options.require_ip: expected a list of addresses and networks, got "10.0.0.0/8")"},
    {with_options, R"("require_ip": ["10.0.0.0/8", "10.0.0.0/33", 5])",
     "f:1: paths.call.options.require_ip[1]: expected an IPv4 or IPv6 address or network, got"
     R"( "10.0.0.0/33")"
     "\n"
     "f:1: paths.call.options.require_ip[2]: expected a string, got 5"},
    {with_options, R"("require_ip": ["2001:db8:::1"])",
     R"(f:1: paths.call.options.require_ip[0]: expected an IPv4 or IPv6 address or network, got "2001:db8:::1")"},
    {with_options, R"("require_tls": "yes")",
     R"(f:1: paths.call.options.require_tls: expected true or false, got "yes")"},
    {with_options, R"("debug": 1)", "f:1: paths.call.options.debug: expected true or false, got 1"},
    {with_options, R"("call_timeout": 86400.5)",
     "f:1: paths.call.options.call_timeout: expected 0..86400, got 86400.5"},
    {with_options, R"("procedures": ["com.*.x", "a..b", ".*", "."])",
     R"(f:1: paths.call.options.procedures[0]: expected a URI, or the start of one with "." or ".*" at)"
     R"( its end, got "com.*.x")"
     "\n"
     R"(f:1: paths.call.options.procedures[1]: expected a URI, or the start of one with "." or ".*" at)"
     R"( its end, got "a..b")"
     "\n"
     R"(f:1: paths.call.options.procedures[2]: expected a URI, or the start of one with "." or ".*" at)"
     R"( its end, got ".*")"
     "\n"
     R"(f:1: paths.call.options.procedures[3]: expected a URI, or the start of one with "." or ".*" at)"
     R"( its end, got ".")"},
    {with_options, R"("allowed_origins": ["https://a/", "*"])",
     "f:1: paths.call.options.allowed_origins[0]: expected an origin such as"
     R"( "https://app.example.com" or "https://*.example.com", or "*", got "https://a/")"},
    {with_options, R"("allowed_origins": ["https://*.example.com:8443", "https://*.com"])",
     "f:1: paths.call.options.allowed_origins[1]: expected an origin such as"
     R"( "https://app.example.com" or "https://*.example.com", or "*", got "https://*.com")"},
    {with_options, R"("allowed_origins": ["https://*.example.7"])",
     "f:1: paths.call.options.allowed_origins[0]: expected an origin such as"
     R"( "https://app.example.com" or "https://*.example.com", or "*", got "https://*.example.7")"},
    {with_options, R"("status_codes": "HTTP")",
     R"(f:1: paths.call.options.status_codes: expected "crossbar" or "http", got "HTTP")"},
    {with_options, R"("post_body_limt": 1, "requireTls": true, "xyz": 1)",
     "f:1: paths.call.options.post_body_limt: unknown key, expected one of key, secret, secret_file, keys,"
     " post_body_limit, timestamp_delta_limit, replay_protection, require_ip, require_tls, debug, rate_limit, "
     "call_timeout,"
     R"( procedures, procedure, methods, max_age, cache, allowed_origins, status_codes, forward, got "post_body_limt" (did you mean)"
     R"( "post_body_limit"?))"
     "\n"
     "f:1: paths.call.options.requireTls: unknown key, expected one of key, secret, secret_file, keys,"
     " post_body_limit, timestamp_delta_limit, replay_protection, require_ip, require_tls, debug, rate_limit, "
     "call_timeout,"
     R"( procedures, procedure, methods, max_age, cache, allowed_origins, status_codes, forward, got "requireTls" (did you mean "require_tls"?))"
     "\n"
     "f:1: paths.call.options.xyz: unknown key, expected one of key, secret, secret_file, keys,"
     " post_body_limit, timestamp_delta_limit, replay_protection, require_ip, require_tls, debug, rate_limit, "
     "call_timeout,"
     R"( procedures, procedure, methods, max_age, cache, allowed_origins, status_codes, forward, got "xyz")"},
    {with_options, R"("require_tls": "\u001b[31maaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")",
     "f:1: paths.call.options.require_tls: expected true or false, got"
     R"( "\u001b[31maaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...")"},
    {with_options, R"("key": "k", "secret": "abc", "secret_file": "/secret")",
     "f:1: paths.call.options.secret_file: expected either secret or secret_file, got both"},
    {with_options, R"("key": "k", "secret_file": "/missing")",
     R"(f:1: paths.call.options.secret_file: expected a file that can be read, got "/missing" (No such)"
     " file or directory)"},
    {with_options, R"("key": "k", "secret_file": "/open")",
     "f:1: paths.call.options.secret_file: expected a file that only its owner and group can read (chmod o="
     R"( FILE), got "/open", which others can read or write)"},
    {with_options, R"("keys": {})",
     "f:1: paths.call.options.keys: expected an object of at least one key, got an empty object"},
    {with_options, R"("keys": {"a": "s3cret"})",
     "f:1: paths.call.options.keys.a: expected an object, got a string of 6 bytes"},
    {with_options, R"("keys": {"": {"secret": "s"}, "b": {"procedures": ["a..b"], "not_after": "2027-01-01", "x": 1}})",
     R"(f:1: paths.call.options.keys[""]: expected the name of a key, got "")"
     "\n"
     "f:1: paths.call.options.keys.b.secret: expected a secret (or secret_file), got nothing (it is required)"
     "\n"
     R"(f:1: paths.call.options.keys.b.procedures[0]: expected a URI, or the start of one with "." or ".*" at its end,)"
     R"( got "a..b")"
     "\n"
     R"(f:1: paths.call.options.keys.b.not_after: expected a UTC time such as "2027-01-01T00:00:00Z", got "2027-01-01")"
     "\n"
     "f:1: paths.call.options.keys.b.x: unknown key, expected one of secret, secret_file, procedures, topics, "
     "not_after, got"
     R"( "x")"},
    {with_options, R"("key": "a", "secret": "s", "keys": {"a": {"secret": "t"}})",
     R"(f:1: paths.call.options.key: expected a key that is not in keys as well, got "a")"},
    {with_options, R"("forward": {"ip": "HTTP_X_FORWARDED_FOR", "b": 1})",
     R"(f:1: paths.call.options.forward.ip: expected "REMOTE_ADDR", "REMOTE_USER", "SSL_CLIENT_S_DN",)"
     R"( "HTTP_USER_AGENT", "REQUEST_ID" or "SIGNING_KEY", got "HTTP_X_FORWARDED_FOR")"
     "\n"
     R"(f:1: paths.call.options.forward.b: expected "REMOTE_ADDR", "REMOTE_USER", "SSL_CLIENT_S_DN",)"
     R"( "HTTP_USER_AGENT", "REQUEST_ID" or "SIGNING_KEY", got 1)"},
    {with_options, R"("procedure": "a..b")", R"(f:1: paths.call.options.procedure: expected a WAMP URI, got "a..b")"},
    {with_options, R"("procedure": "a.b", "procedures": ["a."])",
     "f:1: paths.call.options.procedures: expected either procedure or procedures, got both"},
    {with_options, R"("methods": ["POST"])",
     "f:1: paths.call.options.procedure: expected a procedure beside methods, got nothing (it is required)"},
    {with_options, R"("procedure": "a.b", "methods": "GET", "max_age": 5)",
     R"(f:1: paths.call.options.methods: expected a list of methods, got "GET")"},
    {with_options, R"("procedure": "a.b", "methods": [])",
     "f:1: paths.call.options.methods: expected at least one method, got an empty list"},
    {with_options, R"("procedure": "a.b", "methods": ["GET", "HEAD", "get", "GET"], "max_age": 5)",
     R"(f:1: paths.call.options.methods[1]: expected "GET", "POST" or "PUT", got "HEAD")"
     "\n"
     R"(f:1: paths.call.options.methods[2]: expected "GET", "POST" or "PUT", got "get")"
     "\n"
     R"(f:1: paths.call.options.methods[3]: expected each method once, got "GET")"},
    {with_options, R"("procedure": "a.b", "max_age": 5)",
     R"(f:1: paths.call.options.methods: expected "GET" among the methods beside max_age, got nothing (it is required))"},
    {with_options, R"("procedure": "a.b", "methods": ["POST"], "cache": "private")",
     R"(f:1: paths.call.options.methods: expected "GET" among the methods beside cache, got a list)"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "max_age": 31536001)",
     "f:1: paths.call.options.max_age: expected 0..31536000, got 31536001"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "cache": "none")",
     R"(f:1: paths.call.options.cache: expected "public" or "private", got "none")"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "cache": "public", "key": "k", "secret": "s")",
     R"(f:1: paths.call.options.cache: expected "private" beside key, got "public")"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "cache": "public", "keys": {"k": {"secret": "s"}})",
     R"(f:1: paths.call.options.cache: expected "private" beside keys, got "public")"},
    {with_options, R"("rate_limit": {"requests": 0, "seconds": 31536001, "by": "user"})",
     "f:1: paths.call.options.rate_limit.requests: expected 1..1000000, got 0"
     "\n"
     "f:1: paths.call.options.rate_limit.seconds: expected 1..31536000, got 31536001"
     "\n"
     R"(f:1: paths.call.options.rate_limit.by: expected "address", "key" or "service", got "user")"},
    {with_options, R"("rate_limit": {"per": 1})",
     "f:1: paths.call.options.rate_limit.requests: expected an integer in 1..1000000, got nothing (it is required)"
     "\n"
     "f:1: paths.call.options.rate_limit.seconds: expected an integer in 1..31536000, got nothing (it is required)"
     "\n"
     R"(f:1: paths.call.options.rate_limit.per: unknown key, expected one of requests, seconds, by, got "per")"},
    {with_options, R"("rate_limit": 60)", "f:1: paths.call.options.rate_limit: expected an object, got 60"},
    {with_options, R"("rate_limit": {"requests": 1, "seconds": 1, "by": "key"})",
     R"(f:1: paths.call.options.rate_limit.by: expected "address" or "service" where there are no keys, got "key")"},
    {with_options,
     R"("procedure": "a.b", "methods": ["GET"], "cache": "public", "rate_limit": {"requests": 1, "seconds": 1})",
     R"(f:1: paths.call.options.cache: expected "private" beside rate_limit, got "public")"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "cache": "public", "require_ip": ["::1"])",
     R"(f:1: paths.call.options.cache: expected "private" beside require_ip, got "public")"},
    {with_options, R"("procedure": "a.b", "methods": ["GET"], "cache": "public", "forward": {"ip": "REMOTE_ADDR"})",
     R"(f:1: paths.call.options.cache: expected "private" beside forward, got "public")"},
    {with_options, R"("require_ip": null)",
     "f:1: paths.call.options.require_ip: expected a list of addresses and networks, got null"},
    {with_options, R"("post_body_limit": 1.0)",
     "f:1: paths.call.options.post_body_limit: expected an integer in 0..9007199254740992, got 1.0"},
    {with_options, R"("debug": true, "debug": false)",
     "f:1: paths.call.options.debug: expected the key once, got it again (first in line 1)"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_options)

BOOST_AUTO_TEST_CASE(each_mistake_in_options_is_named_whole)
{
    check_rows(options);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
