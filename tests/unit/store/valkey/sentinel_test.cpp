#include "store/valkey/connection_fsm.hpp"

#include "machine.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::store;
using namespace std::chrono_literals;

namespace {

const std::string is_master = "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n";
const std::string address = "*2\r\n$9\r\n192.0.2.7\r\n$4\r\n6380\r\n";

struct with_sentinels : machine {
    with_sentinels()
    {
        settings.master = "mymaster";
        settings.urls.push_back({"s1", 26379, "", false, "redis://s1"});
    }
};

std::string welcome_of_master(const std::string& role = is_master)
{
    std::string all = welcome();
    return all.insert(5, role);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_sentinel_says_whom_to_dial)
{
    with_sentinels the;

    BOOST_TEST(the.feed(valkey_event::start{}) == "dial s0");
    BOOST_TEST(the.feed(valkey_event::dialled{}) == "write SENTINEL");
    BOOST_TEST(the.receive(address) == "close, dial 192.0.2.7");
    BOOST_TEST(the.feed(valkey_event::dialled{}) == "write CLIENT ROLE INFO TIME GET");
    BOOST_TEST(the.receive(welcome_of_master()) == "remember 777");
}

BOOST_AUTO_TEST_CASE(the_next_sentinel_is_asked_where_one_does_not_know)
{
    for (const std::string& reply : {std::string("*-1\r\n"), std::string("-IDONTKNOW no idea\r\n"),
                                     std::string("*2\r\n$1\r\nh\r\n$5\r\n70000\r\n"), std::string("+OK\r\n")})
        BOOST_TEST_CONTEXT(reply)
        {
            with_sentinels the;
            the.dialled();

            BOOST_TEST(the.receive(reply) == "log info, close, dial s1");
            the.feed(valkey_event::dialled{});
            BOOST_TEST(the.receive(address) == "close, dial 192.0.2.7");
        }
}

BOOST_AUTO_TEST_CASE(a_sentinel_that_is_silent_or_gone_is_passed_over)
{
    with_sentinels the;
    the.feed(valkey_event::start{});
    the.now += 1s;
    BOOST_TEST(the.feed(valkey_event::timer{}) == "log info, close, dial s1");
    BOOST_TEST(the.feed(valkey_event::failed{"connecting: refused"}) == "log warning, close");
    BOOST_TEST(the.logged == "cannot use the store: connecting: refused");
    the.now = the.fsm().wakes_at().value();
    BOOST_TEST(the.feed(valkey_event::timer{}) == "dial s0");
}

BOOST_AUTO_TEST_CASE(the_sentinel_that_knew_is_asked_first_the_next_time)
{
    with_sentinels the;
    the.feed(valkey_event::start{});
    the.feed(valkey_event::failed{"connecting: refused"});
    the.feed(valkey_event::dialled{});
    the.receive(address);

    the.feed(valkey_event::failed{"connecting: refused"});
    the.now = the.fsm().wakes_at().value();

    BOOST_TEST(the.feed(valkey_event::timer{}) == "dial s1");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_not_the_master_any_more_has_the_sentinels_asked_again)
{
    with_sentinels the;
    the.dialled();
    the.receive(address);
    the.feed(valkey_event::dialled{});

    BOOST_TEST(the.receive(welcome_of_master("*1\r\n$5\r\nslave\r\n")) == "log warning, close");
    BOOST_TEST(the.logged == "cannot use the store: the Sentinel named a server that is not the master");
    the.now = the.fsm().wakes_at().value();
    BOOST_TEST(the.feed(valkey_event::timer{}) == "dial s0");
}

BOOST_AUTO_TEST_CASE(a_sentinel_without_a_password_is_fine)
{
    with_sentinels the;
    the.settings.password = "secret";
    the.dialled();

    BOOST_TEST(names_of(the.sent) == "AUTH SENTINEL");
    BOOST_TEST(the.receive("-ERR AUTH <password> called without any password configured for the default user. Are you "
                           "sure your configuration is correct?\r\n" +
                           address) == "close, dial 192.0.2.7");
}

BOOST_AUTO_TEST_CASE(a_sentinel_that_does_not_know_the_user_of_the_server_is_fine)
{
    with_sentinels the;
    the.settings.username = "web";
    the.settings.password = "secret";
    the.dialled();

    BOOST_TEST(the.receive("-WRONGPASS invalid username-password pair or user is disabled.\r\n" + address) ==
               "close, dial 192.0.2.7");
}

BOOST_AUTO_TEST_CASE(a_sentinel_with_another_password_is_passed_over)
{
    with_sentinels the;
    the.settings.password = "secret";
    the.dialled();

    BOOST_TEST(the.receive("-WRONGPASS invalid username-password pair or user is disabled.\r\n"
                           "-NOAUTH Authentication required.\r\n") == "log info, close, dial s1");
}

BOOST_AUTO_TEST_CASE(a_server_without_a_password_is_refused_where_one_is_configured)
{
    machine the;
    the.settings.password = "secret";
    the.dialled();

    BOOST_TEST(the.receive("-ERR Client sent AUTH, but no password is set\r\n") == "log error, close");
}
