#include "builders.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::config::test {
namespace {

constexpr faulty_row top_level[] = {
    {as_it_is, "[1]", "f:1: expected an object, got a list"},
    {as_it_is, "{}",
     "f:1: router: expected an object, got nothing (it is required)"
     "\n"
     "f:1: paths: expected an object, got nothing (it is required)"},
    {as_it_is,
     R"({"router": {"url": "rs://h:1"}, "paths": {"/": {"type": "caller", "realm": "r", "role": "f"}},)"
     R"( "router": 5})",
     "f:1: router: expected the key once, got it again (first in line 1)"},
    {with_top, R"("mont": "/x")",
     "f:1: mont: unknown key, expected one of router, paths, mount, max_in_flight, max_streams, max_requests,"
     R"( shutdown_grace, state_dir, store, replay_capacity, limits, log, $schema, got "mont" (did you mean "mount"?))"},
    {with_top, R"("mount": "x")", R"(f:1: mount: expected a slash and names joined by single slashes, got "x")"},
    {with_top, R"("mount": "/a//b")",
     R"(f:1: mount: expected a slash and names joined by single slashes, got "/a//b")"},
    {with_top, R"("mount": 5)", "f:1: mount: expected a string, got 5"},
    {with_top, R"("mount": null)", "f:1: mount: expected a string, got null"},
    {with_top, R"("max_in_flight": 0)", "f:1: max_in_flight: expected 1..1000000, got 0"},
    {with_top, R"("max_in_flight": 1.5)", "f:1: max_in_flight: expected an integer in 1..1000000, got 1.5"},
    {with_top, R"("max_in_flight": 1e3)", "f:1: max_in_flight: expected an integer in 1..1000000, got 1e3"},
    {with_top, R"("max_in_flight": -1)", "f:1: max_in_flight: expected 1..1000000, got -1"},
    {with_top, R"("max_in_flight": 123456789012345678901234567890)",
     "f:1: max_in_flight: expected 1..1000000, got 123456789012345678901234567890"},
    {with_top, R"("max_requests": -1)", "f:1: max_requests: expected 0..1000000000, got -1"},
    {with_top, R"("max_requests": 1000000001)", "f:1: max_requests: expected 0..1000000000, got 1000000001"},
    {with_top, R"("shutdown_grace": -0.1)", "f:1: shutdown_grace: expected 0..300, got -0.1"},
    {with_top, R"("shutdown_grace": 300.1)", "f:1: shutdown_grace: expected 0..300, got 300.1"},
    {with_top, R"("shutdown_grace": "1")", R"(f:1: shutdown_grace: expected a number in 0..300, got "1")"},
    {with_top, R"("state_dir": "state")", R"(f:1: state_dir: expected an absolute path, got "state")"},
    {with_top, R"("replay_capacity": 1023)", "f:1: replay_capacity: expected 1024..10000000, got 1023"},
    {with_top, R"("replay_capacity": 10000001)", "f:1: replay_capacity: expected 1024..10000000, got 10000001"},
    {with_top, R"("limits": [])", "f:1: limits: expected an object, got an empty list"},
    {with_top, R"("limits": {"request_buffers": 1048575})",
     "f:1: limits.request_buffers: expected 1048576..1099511627776, got 1048575"},
    {with_top, R"("limits": {"response_buffers": 1099511627777})",
     "f:1: limits.response_buffers: expected 1048576..1099511627776, got 1099511627777"},
    {with_top, R"("limits": {"router_queue": "64 MiB"})",
     R"(f:1: limits.router_queue: expected an integer in 1048576..1099511627776, got "64 MiB")"},
    {with_top, R"("limits": {"open_files": 63})", "f:1: limits.open_files: expected 64..1048576, got 63"},
    {with_top, R"("limits": {"open_files": 1048577})", "f:1: limits.open_files: expected 64..1048576, got 1048577"},
    {with_top, R"("limits": {"memory": 1})",
     "f:1: limits.memory: unknown key, expected one of request_buffers, response_buffers, router_queue, open_files,"
     R"( got "memory")"},
    {with_top, R"("$schema": 1)", "f:1: $schema: expected a string, got 1"},
    {with_top, R"("a.b\n\"c": 1)",
     R"(f:1: ["a.b\n\"c"]: unknown key, expected one of router, paths, mount, max_in_flight, max_streams, max_requests,)"
     R"( shutdown_grace, state_dir, store, replay_capacity, limits, log, $schema, got "a.b\n\"c")"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_top)

BOOST_AUTO_TEST_CASE(each_mistake_at_the_top_level_is_named_whole)
{
    check_rows(top_level);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
