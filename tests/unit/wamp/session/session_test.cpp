#include "wampfcgi/wamp/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

/// Records the ends of operations, in sessions that are never started and so open no socket.
struct ends final : bridge::outcome_sink {
    void ended(outcome&& how) override
    {
        codes.push_back(std::get<failure>(how).code);
        if (then)
            std::exchange(then, nullptr)();
    }

    std::vector<errc> codes;
    std::function<void()> then;
};

struct idle_session {
    explicit idle_session(std::chrono::milliseconds connect_timeout = 5s)
    {
        router.urls.push_back({router_url::transport_kind::rawsocket_unix, "", 0, "/nowhere", "unix:/nowhere"});
        router.connect_timeout = connect_timeout;
        session = std::make_unique<wamp::session>(loop, router, "realm1", "backend");
    }

    bridge::session::operation_id call(std::string args = {})
    {
        wampfcgi::call made{"a.b", {std::move(args), {}}, 30s};
        return session->call(made, ended);
    }

    boost::asio::io_context loop;
    router_settings router;
    std::unique_ptr<wamp::session> session;
    ends ended;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_session_may_be_destroyed_once_it_says_that_it_has_stopped)
{
    idle_session idle;
    bool stopped = false;

    idle.session->stop([&] {
        idle.session.reset();
        stopped = true;
    });

    BOOST_TEST(stopped);
}

BOOST_AUTO_TEST_CASE(a_session_that_has_stopped_says_so_again)
{
    idle_session idle;
    int stopped = 0;
    idle.session->stop([&] { ++stopped; });
    idle.session->stop([&] { ++stopped; });
    BOOST_TEST(stopped == 2);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_ends_with_the_session)
{
    idle_session idle;
    idle.call();
    BOOST_TEST(idle.ended.codes.empty());

    idle.session->stop([] {});

    BOOST_REQUIRE(idle.ended.codes.size() == 1U);
    BOOST_TEST((idle.ended.codes[0] == errc::router_unavailable));
}

BOOST_AUTO_TEST_CASE(a_call_after_the_stop_is_refused_but_not_from_within_the_call)
{
    idle_session idle;
    idle.call();
    idle.ended.then = [&] { idle.call(); };
    idle.session->stop([] {});
    idle.call();
    BOOST_TEST(idle.ended.codes.size() < 3U);

    idle.loop.run();

    BOOST_TEST(idle.ended.codes.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_can_be_cancelled_before_its_sink_is_told)
{
    idle_session idle;
    idle.session->stop([] {});

    idle.session->cancel(idle.call());

    idle.loop.run();
    BOOST_TEST(idle.ended.codes.empty());
}

BOOST_AUTO_TEST_CASE(a_call_waits_for_connect_timeout_and_then_ends_once)
{
    idle_session idle(20ms);
    idle.call();

    idle.loop.run_for(5s);

    BOOST_REQUIRE(idle.ended.codes.size() == 1U);
    BOOST_TEST((idle.ended.codes[0] == errc::router_unavailable));
}

BOOST_AUTO_TEST_CASE(calls_of_more_than_64_mib_do_not_wait_together)
{
    idle_session idle;
    const std::string sixteenth(4 * 1024 * 1024 - 3, 'x');
    std::vector<bridge::session::operation_id> waiting;
    for (int i = 0; i < 16; ++i)
        waiting.push_back(idle.call(sixteenth));
    BOOST_TEST(idle.ended.codes.empty());

    idle.call();
    idle.loop.poll();

    BOOST_REQUIRE(idle.ended.codes.size() == 1U);
    BOOST_TEST((idle.ended.codes[0] == errc::overloaded));
    idle.session->cancel(waiting.front());
    idle.call();
    idle.loop.poll();
    BOOST_TEST(idle.ended.codes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_call_that_is_cancelled_while_it_waits_is_not_completed)
{
    idle_session idle(20ms);
    idle.session->cancel(idle.call());

    idle.loop.run_for(5s);

    BOOST_TEST(idle.ended.codes.empty());
    idle.session->cancel(12345);
}

BOOST_AUTO_TEST_CASE(a_path_that_no_unix_socket_can_have_fails_like_any_other_attempt)
{
    idle_session idle(200ms);
    idle.router.urls[0].path = std::string(300, 'x');
    idle.session->start();
    idle.call();

    BOOST_CHECK_NO_THROW(idle.loop.run_for(400ms));

    BOOST_TEST(idle.ended.codes.size() == 1U);
    idle.session->stop([] {});
}
