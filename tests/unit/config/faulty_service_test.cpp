#include "builders.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::config::test {
namespace {

constexpr faulty_row services[] = {
    {with_paths, "{}", "f:1: paths: expected an object of at least one service, got an empty object"},
    {with_paths, "[]", "f:1: paths: expected an object, got an empty list"},
    {with_paths, R"({"/signed": {"type": "caller", "realm": "r", "role": "f"}})",
     R"(f:1: paths./signed: expected "/", or names joined by single slashes without ?, # and control)"
     R"( characters, got "/signed")"},
    {with_paths, R"({"a?b": {"type": "caller", "realm": "r", "role": "f"}})",
     R"(f:1: paths["a?b"]: expected "/", or names joined by single slashes without ?, # and control)"
     R"( characters, got "a?b")"},
    {with_paths, R"({"a#b": {"type": "caller", "realm": "r", "role": "f"}})",
     R"(f:1: paths["a#b"]: expected "/", or names joined by single slashes without ?, # and)"
     R"( control characters, got "a#b")"},
    {with_paths, R"({"a//b": {"type": "caller", "realm": "r", "role": "f"}})",
     R"(f:1: paths.a//b: expected "/", or names joined by single slashes without ?, # and)"
     R"( control characters, got "a//b")"},
    {with_paths, R"({"": 1})",
     R"(f:1: paths[""]: expected "/", or names joined by single slashes without ?, # and control)"
     R"( characters, got "")"
     "\n"
     R"(f:1: paths[""]: expected an object, got 1)"},
    {with_service, "{}",
     R"(f:1: paths.call.type: expected "caller", "publisher", "webhook", "events", "status", "console" or "path", got nothing (it is required))"
     "\n"
     "f:1: paths.call.realm: expected a string, got nothing (it is required)"
     "\n"
     "f:1: paths.call.role: expected a string, got nothing (it is required)"},
    {with_service, R"({"type": "caler", "realm": "a b", "role": ""})",
     R"(f:1: paths.call.type: expected "caller", "publisher", "webhook", "events", "status", "console" or "path", got "caler")"
     "\n"
     R"(f:1: paths.call.realm: expected a WAMP URI, got "a b")"
     "\n"
     R"(f:1: paths.call.role: expected a string that is not empty, got "")"},
    {with_service, R"({"type": "longpoll", "foo": 1})",
     R"(f:1: paths.call.type: expected "caller", "publisher", "webhook", "events", "status", "console" or "path" ("longpoll" is not supported here),)"
     R"( got "longpoll")"},
    {with_service,
     R"({"type": "publisher", "realm": "r", "role": "f", "options":
        {"success_status": 201, "topics": ["a..b"], "procedures": []}})",
     R"(f:2: paths.call.options.topics[0]: expected a URI, or the start of one with "." or ".*" at its end, got "a..b")"
     "\n"
     "f:2: paths.call.options.success_status: expected 200 or 202, got 201"
     "\n"
     "f:2: paths.call.options.procedures: unknown key, expected one of key, secret, secret_file, keys, post_body_limit,"
     " timestamp_delta_limit, replay_protection, require_ip, require_tls, debug, rate_limit, call_timeout, topics, "
     "success_status,"
     " allowed_origins, status_codes, forward, got \"procedures\""},
    {with_service, R"({"type": "events", "realm": "r", "role": "f"})",
     "f:1: paths.call.options: expected an object, got nothing (it is required)"},
    {with_service,
     R"({"type": "events", "realm": "r", "role": "f", "options": {"replay_protection": true, "heartbeat": 0}})",
     "f:1: paths.call.options.topics: expected a list of topics, got nothing (it is required)"
     "\n"
     "f:1: paths.call.options.heartbeat: expected 1..3600, got 0"
     "\n"
     "f:1: paths.call.options.replay_protection: unknown key, expected one of key, secret, secret_file, keys,"
     " timestamp_delta_limit, require_ip, require_tls, debug, rate_limit, call_timeout, topics, "
     "max_streams_per_address, heartbeat,"
     " max_stream_seconds, allowed_origins, got \"replay_protection\""},
    {with_service, R"({"type": "status", "realm": "r", "options": {"token": "t", "token_for": "ping"}})",
     R"(f:1: paths.call.options.token_for: expected "all" or "figures", got "ping")"
     "\n"
     "f:1: paths.call.options.token_file: expected a token_file beside token_for, got nothing (it is required)"
     "\n"
     "f:1: paths.call.options.token: unknown key, expected one of require_ip, require_tls, debug, token_file,"
     " token_for, got \"token\""
     "\n"
     "f:1: paths.call.realm: unknown key, expected one of type, options, id, got \"realm\""},
    {with_service, R"({"type": "console", "realm": "r", "role": "f", "options": {"call_timeout": 1, "key": "k"}})",
     "f:1: paths.call.options.call_timeout: unknown key, expected one of require_ip, require_tls, debug,"
     " got \"call_timeout\""
     "\n"
     "f:1: paths.call.options.key: unknown key, expected one of require_ip, require_tls, debug, got \"key\""
     "\n"
     "f:1: paths.call.realm: unknown key, expected one of type, options, id, got \"realm\""
     "\n"
     "f:1: paths.call.role: unknown key, expected one of type, options, id, got \"role\""},
    {with_service, R"({"type": "caller", "realm": 5, "role": null, "options": []})",
     "f:1: paths.call.realm: expected a string, got 5"
     "\n"
     "f:1: paths.call.role: expected a string, got null"
     "\n"
     "f:1: paths.call.options: expected an object, got an empty list"},
    {with_paths, R"({"a/": {"type": "caller", "realm": "r", "role": "f"}})",
     R"(f:1: paths.a/: expected "/", or names joined by single slashes without ?, # and control)"
     R"( characters, got "a/")"},
    {with_paths, R"({"a.b": {"type": "caller", "realm": "r"}})",
     R"(f:1: paths["a.b"].role: expected a string, got nothing (it is required))"},
    {with_paths, R"({"/": {"type": "caller", "realm": "r", "options": {"debug": 2}}})",
     "f:1: paths./.role: expected a string, got nothing (it is required)"
     "\n"
     "f:1: paths./.options.debug: expected true or false, got 2"},
    {with_service, R"({"type": "caller", "realm": "r", "role": "f", "id": 1})",
     "f:1: paths.call.id: expected a string, got 1"},
    {with_service, R"({"type": "caller", "realm": "r", "role": "f", "paths": {}})",
     "f:1: paths.call.paths: unknown key, expected one of type, realm, role, options, id, got \"paths\""},
};

constexpr faulty_row nested[] = {
    {with_service, R"({"type": "path"})", "f:1: paths.call.paths: expected an object, got nothing (it is required)"},
    {with_service, R"({"type": "path", "paths": []})", "f:1: paths.call.paths: expected an object, got an empty list"},
    {with_service, R"({"type": "path", "paths": {}})",
     "f:1: paths.call.paths: expected an object of at least one service, got an empty object"},
    {with_service, R"({"type": "path", "id": "", "role": "f", "paths": {"b": {"type": "static"}}})",
     "f:1: paths.call.paths.b.type: expected \"caller\", \"publisher\", \"webhook\", \"events\", \"status\", "
     "\"console\" or "
     "\"path\" "
     "(\"static\" is not "
     "supported here), "
     "got \"static\""
     "\n"
     "f:1: paths.call.id: expected a string that is not empty, got \"\""
     "\n"
     "f:1: paths.call.role: unknown key, expected one of type, paths, id, got \"role\""},
    {with_service,
     R"({"type": "path", "paths": {"b": {"type": "path", "paths": {"/c": {"type": "caller", "realm": "r"},
                                   "d": {"type": "caller", "realm": "r", "role": "f", "options": {"debug": 2}}}}}})",
     "f:1: paths.call.paths.b.paths./c: expected \"/\", or names joined by single slashes without ?, # and control"
     " characters, got \"/c\""
     "\n"
     "f:1: paths.call.paths.b.paths./c.role: expected a string, got nothing (it is required)"
     "\n"
     "f:2: paths.call.paths.b.paths.d.options.debug: expected true or false, got 2"},
    {with_paths,
     R"({"a": {"type": "path", "paths": {"/": {"type": "caller", "realm": "r", "role": "f"},
                                   "b": {"type": "caller", "realm": "r", "role": "f"},
                                   "/": {"type": "caller", "realm": "r", "role": "f"}}},
         "a/b": {"type": "caller", "realm": "r", "role": "f"},
         "/": {"type": "path", "paths": {"a": {"type": "caller", "realm": "r", "role": "f"}}}})",
     "f:3: paths.a.paths./: expected the key once, got it again (first in line 1)"
     "\n"
     "f:4: paths.a/b: expected a path that no other service has, got \"a/b\", which is that of paths.a.paths.b"
     "\n"
     "f:5: paths./.paths.a: expected a path that no other service has, got \"a\", which is that of paths.a.paths./"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_service)

BOOST_AUTO_TEST_CASE(each_mistake_in_a_service_is_named_whole)
{
    check_rows(services);
}

BOOST_AUTO_TEST_CASE(each_mistake_in_nested_services_is_named_with_the_whole_path_to_it)
{
    check_rows(nested);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
