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
     R"(f:1: paths.call.type: expected "caller", got nothing (it is required))"
     "\n"
     "f:1: paths.call.realm: expected a string, got nothing (it is required)"
     "\n"
     "f:1: paths.call.role: expected a string, got nothing (it is required)"},
    {with_service, R"({"type": "caler", "realm": "a b", "role": ""})",
     R"(f:1: paths.call.type: expected "caller", got "caler")"
     "\n"
     R"(f:1: paths.call.realm: expected a WAMP URI, got "a b")"
     "\n"
     R"(f:1: paths.call.role: expected a string that is not empty, got "")"},
    {with_service, R"({"type": "publisher", "foo": 1})",
     R"(f:1: paths.call.type: expected "caller" ("publisher" is not supported here), got "publisher")"},
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
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_service)

BOOST_AUTO_TEST_CASE(each_mistake_in_a_service_is_named_whole)
{
    check_rows(services);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
