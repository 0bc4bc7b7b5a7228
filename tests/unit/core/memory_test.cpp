#include "wampfcgi/core/memory.hpp"

#include "support/standard_error.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <new>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace wampfcgi;

namespace {

/// What the allocator does without memory. Without a handler it would throw.
void run_out_of_memory()
{
    std::get_new_handler()();
}

struct handler_restored {
    ~handler_restored() { std::set_new_handler(former); }
    std::new_handler former = std::get_new_handler();
};

}  // namespace

BOOST_AUTO_TEST_CASE(allocation_that_fails_ends_the_process_with_a_line_and_status_1)
{
    int status = 0;

    const std::string said = written_by([&] {
        const pid_t child = ::fork();
        if (child == 0) {
            exit_when_out_of_memory();
            run_out_of_memory();
            ::_exit(0);
        }
        ::waitpid(child, &status, 0);
    });

    BOOST_TEST(said == "error: out of memory\n");
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 1);
}

BOOST_AUTO_TEST_CASE(allocation_that_may_fail_throws)
{
    const handler_restored restored;
    exit_when_out_of_memory();

    const bad_alloc_scope here;
    {
        const bad_alloc_scope inside;
    }

    BOOST_CHECK_THROW(run_out_of_memory(), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(large_blocks_of_about_the_same_size_have_one_size_with_room_to_spare)
{
    constexpr std::size_t body_bytes = 8 * 1024 * 1024;
    BOOST_TEST(block_bytes(body_bytes) == block_bytes(body_bytes + 100));
    BOOST_TEST(block_bytes(body_bytes) >= body_bytes + 64 * 1024);
    BOOST_TEST(block_bytes(body_bytes) <= body_bytes + 256 * 1024);
    BOOST_TEST(block_bytes(1000) == 1000U);
}
