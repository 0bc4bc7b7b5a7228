#include "wampfcgi/process/memory_limit.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <sys/resource.h>

using namespace wampfcgi;
using namespace wampfcgi::process;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;

buffer_limits with(std::uint64_t memory_bytes, unsigned workers)
{
    return limits_in_force({}, memory_limit{memory_bytes, "x"}, workers);
}

buffer_limits of(std::uint64_t requests, std::uint64_t responses, std::uint64_t queue)
{
    return {requests * mib, responses * mib, queue * mib};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_limits)

BOOST_AUTO_TEST_CASE(without_a_limit_on_memory_the_usual_values_hold)
{
    BOOST_TEST((limits_in_force({}, {}, 1) == of(512, 512, 64)));
    BOOST_TEST((limits_in_force({}, {}, 1024) == of(512, 512, 64)));
}

BOOST_AUTO_TEST_CASE(each_default_is_an_eighth_divided_by_the_workers)
{
    BOOST_TEST((with(1024 * mib, 1) == of(128, 128, 64)));
    BOOST_TEST((with(1024 * mib, 4) == of(32, 32, 32)));
    BOOST_TEST((with(4096 * mib, 1) == of(512, 512, 64)));
    BOOST_TEST((with(4096 * mib - 8, 1) == buffer_limits{512 * mib - 1, 512 * mib - 1, 64 * mib}));
    BOOST_TEST((with(1024 * 1024 * mib, 1) == of(512, 512, 64)));
    BOOST_TEST((with(24 * mib, 3) == of(1, 1, 1)));
    BOOST_TEST((with(24 * mib - 1, 3) == of(1, 1, 1)));
    BOOST_TEST((with(0, 0) == of(1, 1, 1)));
}

BOOST_AUTO_TEST_CASE(what_is_configured_does_not_follow_the_memory)
{
    limits_settings given;
    given.response_buffers = 700 * mib;

    BOOST_TEST((limits_in_force(given, memory_limit{64 * mib, "x"}, 2) == of(4, 700, 4)));
    BOOST_TEST((limits_in_force(given, {}, 2) == of(512, 700, 64)));
}

BOOST_AUTO_TEST_CASE(only_lowered_limits_are_told)
{
    const memory_limit small{256 * mib, "RLIMIT_AS"};
    limits_settings all;
    all.request_buffers = all.response_buffers = all.router_queue = 2 * mib;

    BOOST_TEST(lowered_limits({}, small, 2).value() ==
               "limits of a worker: request_buffers 16 MiB, response_buffers 16 MiB, router_queue 16 MiB, because the "
               "memory is limited to 256 MiB by RLIMIT_AS");
    BOOST_TEST(!lowered_limits({}, {}, 2));
    BOOST_TEST(!lowered_limits({}, memory_limit{8192 * mib, "x"}, 2));
    BOOST_TEST(!lowered_limits(all, small, 2));
}

BOOST_AUTO_TEST_CASE(the_limit_on_address_space_is_found)
{
    rlimit before{};
    ::getrlimit(RLIMIT_AS, &before);
    constexpr rlim_t bytes = rlim_t{1} << 46U;  // more than any cgroup has, but enough for a sanitizer
    const rlimit lowered{bytes, before.rlim_max};
    if (before.rlim_cur != RLIM_INFINITY || ::setrlimit(RLIMIT_AS, &lowered) != 0)
        return;

    const auto found = find_memory_limit();
    ::setrlimit(RLIMIT_AS, &before);

    BOOST_TEST(found.value().bytes <= bytes);
    BOOST_TEST((found->from == "RLIMIT_AS") == (found->bytes == bytes));
}

BOOST_AUTO_TEST_SUITE_END()
