#include "wampfcgi/fcgi/server.hpp"

#include "support/fake_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <string>
#include <unistd.h>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

/// A server on a readable pipe: accepting fails at once, every time.
struct server_that_cannot_accept {
    server_that_cannot_accept()
    {
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        BOOST_REQUIRE(::write(ends[1], "x", 1) == 1);
        server = std::make_unique<fcgi::server>(loop, ends[0], to);
    }
    ~server_that_cannot_accept() { ::close(ends[1]); }

    boost::asio::io_context loop;
    fake_service to;
    std::array<int, 2> ends{};
    std::unique_ptr<fcgi::server> server;
};

}  // namespace

BOOST_AUTO_TEST_CASE(accepting_that_fails_pauses_instead_of_spinning)
{
    server_that_cannot_accept broken;
    broken.server->start();

    BOOST_TEST(broken.loop.run_for(250ms) <= 5U);
}

BOOST_AUTO_TEST_CASE(a_server_without_connections_is_drained_at_once_and_leaves_nothing_in_the_loop)
{
    server_that_cannot_accept broken;
    broken.server->start();
    bool drained = false;

    broken.server->stop([&] { drained = true; });

    BOOST_TEST(drained);
    broken.loop.run_for(5s);
    BOOST_TEST(broken.loop.stopped());
}
