#include "wampfcgi/wamp/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

/// A connection that was not told to start, so that it opens no socket.
struct idle_connection {
    explicit idle_connection(std::chrono::milliseconds connect_timeout = 5s)
    {
        router.urls.push_back({router_url::transport_kind::rawsocket_unix, "", 0, "/nowhere", "unix:/nowhere"});
        router.connect_timeout = connect_timeout;
        connection = std::make_unique<wamp::connection>(loop, router, "realm1", "backend");
    }

    bridge::caller::call_id submit() { return connection->submit({"a.b", {}, 30s}, completion()); }

    bridge::caller::completion completion()
    {
        return [this](const outcome& how) { ended.push_back(std::get<failure>(how).code); };
    }

    boost::asio::io_context loop;
    router_settings router;
    std::unique_ptr<wamp::connection> connection;
    std::vector<errc> ended;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_connection_may_be_destroyed_once_it_says_that_it_has_stopped)
{
    idle_connection idle;
    bool stopped = false;

    idle.connection->stop([&] {
        idle.connection.reset();
        stopped = true;
    });

    BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(a_connection_that_has_stopped_says_so_again)
{
    idle_connection idle;
    int stopped = 0;
    idle.connection->stop([&] { ++stopped; });
    idle.connection->stop([&] { ++stopped; });
    BOOST_TEST(stopped == 2);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_ends_with_the_connection)
{
    idle_connection idle;
    idle.submit();
    BOOST_TEST(idle.ended.empty());

    idle.connection->stop([] {});

    BOOST_REQUIRE(idle.ended.size() == 1U);
    BOOST_TEST((idle.ended[0] == errc::router_unavailable));
}

BOOST_AUTO_TEST_CASE(a_call_after_the_stop_is_refused_at_once_even_from_within_a_completion)
{
    idle_connection idle;
    idle.connection->submit({"a.b", {}, 30s}, [&](const outcome&) { idle.submit(); });

    idle.connection->stop([] {});
    idle.submit();

    BOOST_TEST(idle.ended.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_call_waits_for_connect_timeout_and_then_ends_once)
{
    idle_connection idle(20ms);
    idle.submit();

    idle.loop.run_for(5s);

    BOOST_REQUIRE(idle.ended.size() == 1U);
    BOOST_TEST((idle.ended[0] == errc::router_unavailable));
}

BOOST_AUTO_TEST_CASE(calls_of_more_than_64_mib_do_not_wait_together)
{
    idle_connection idle;
    const std::string sixteenth(4 * 1024 * 1024 - 3, 'x');
    std::vector<bridge::caller::call_id> waiting;
    for (int i = 0; i < 16; ++i)
        waiting.push_back(idle.connection->submit({"a.b", {sixteenth, {}}, 30s}, idle.completion()));
    BOOST_TEST(idle.ended.empty());

    idle.submit();

    BOOST_REQUIRE(idle.ended.size() == 1U);
    BOOST_TEST((idle.ended[0] == errc::overloaded));
    idle.connection->cancel(waiting.front());
    idle.submit();
    BOOST_TEST(idle.ended.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_while_it_waits_is_not_completed)
{
    idle_connection idle(20ms);
    idle.connection->cancel(idle.submit());

    idle.loop.run_for(5s);

    BOOST_TEST(idle.ended.empty());
    idle.connection->cancel(12345);
}

BOOST_AUTO_TEST_CASE(a_path_that_no_unix_socket_can_have_fails_like_any_other_attempt)
{
    idle_connection idle(200ms);
    idle.router.urls[0].path = std::string(300, 'x');
    idle.connection->start();
    idle.submit();

    BOOST_CHECK_NO_THROW(idle.loop.run_for(400ms));

    BOOST_TEST(idle.ended.size() == 1U);
    idle.connection->stop([] {});
}
