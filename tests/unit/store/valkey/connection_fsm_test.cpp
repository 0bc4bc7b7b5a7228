#include "store/valkey/connection_fsm.hpp"

#include "machine.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
using namespace std::chrono_literals;
using state = machine::state;

namespace {

const std::string failed_quietly = "log info, close";
const std::string failed_with_warning = "log warning, close";
const std::string failed_with_error = "log error, close";

/// A server's refusal of a login, and its consequences.
struct refusal_row {
    const char* name;
    std::string received;
    std::string done;
    std::string logged;
};

const std::vector<refusal_row> refusals{
    {"a password is needed", "+OK\r\n-NOAUTH Authentication required.\r\n", failed_with_error,
     R"(cannot use the store: the server refuses: "NOAUTH Authentication required.")"},
    {"a server that loads", "+OK\r\n-LOADING Redis is loading the dataset in memory\r\n", failed_with_warning,
     "cannot use the store: the server is still loading its data"},
    {"a server that says that it loads", welcome("role:master\r\nloading:1\r\n"), failed_with_warning,
     "cannot use the store: the server is still loading its data"},
    {"a replica", welcome("role:slave\r\nmaxmemory_policy:noeviction\r\n"), failed_with_warning,
     "cannot use the store: the server is a replica, and takes no data"},
    {"a replica without its master", welcome(fit_server, "-MASTERDOWN Link with MASTER is down\r\n"),
     failed_with_warning, "cannot use the store: the server is a replica that has lost its master"},
    {"a server of a cluster", welcome("role:master\r\ncluster_enabled:1\r\n"), failed_with_error,
     "cannot use the store: the server belongs to a cluster, which is not supported: name one that stands alone, or "
     "Sentinels"},
    {"a key that is elsewhere in a cluster", welcome(fit_server, "-MOVED 3999 127.0.0.1:6381\r\n"), failed_with_error,
     "cannot use the store: the server belongs to a cluster, which is not supported: name one that stands alone, or "
     "Sentinels"},
    {"a server that evicts", welcome("role:master\r\nmaxmemory_policy:volatile-ttl\r\n"), failed_with_error,
     R"(cannot use the store: the server may evict signatures: its maxmemory-policy is "volatile-ttl" )"
     "(set it to noeviction)"},
    {"a marker that is none", welcome(fit_server, bulk("yesterday")), failed_with_error,
     R"(cannot use the store: the key "wamp-fcgi:begun" is not the time at which its memory began; did another program write it?)"},
    {"no time", "+OK\r\n" + bulk(fit_server) + "*0\r\n", failed_with_warning,
     "cannot use the store: the server does not say its time"},
    {"a reply too many", welcome() + "+OK\r\n", "remember 777, log warning, close",
     "cannot use the store: the server sent an unexpected reply"},
    {"another protocol", "HTTP/1.1 400 Bad Request\r\n", failed_with_warning,
     R"(cannot use the store: the server does not speak Valkey's protocol: malformed reply: )"
     R"(Protocol error, got "H" as reply type byte)"},
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_login_takes_one_round_trip)
{
    machine the;

    BOOST_TEST(the.feed(valkey_event::start{}) == "dial s0");
    BOOST_TEST(the.feed(valkey_event::dialled{}) == "write CLIENT INFO TIME GET");
    BOOST_TEST(the.receive(welcome()) == "remember 777");
    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log info");
    BOOST_TEST(the.logged == "the store is available");
    BOOST_TEST((the.fsm().current() == state::ready));
    BOOST_TEST(!the.fsm().wakes_at().has_value());
}

BOOST_AUTO_TEST_CASE(a_login_has_what_is_configured)
{
    machine the;
    the.settings.password = "secret";
    the.settings.username = "web";
    the.settings.database = 3;

    the.dialled();

    BOOST_TEST(names_of(the.sent) == "AUTH SELECT CLIENT INFO TIME GET");
    BOOST_TEST(
        the.sent.starts_with("*3\r\n$4\r\nAUTH\r\n$3\r\nweb\r\n$6\r\nsecret\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n"));
}

BOOST_AUTO_TEST_CASE(rates_alone_need_neither_marker_nor_policy)
{
    machine the(kept_data::rates_only);

    the.dialled();

    BOOST_TEST(names_of(the.sent) == "CLIENT INFO");
    BOOST_TEST(the.receive("+OK\r\n" + bulk("maxmemory_policy:allkeys-lru\r\n")) == "log info");
    BOOST_TEST((the.fsm().current() == state::ready));
}

BOOST_AUTO_TEST_CASE(a_memory_without_a_marker_begins_now_by_the_clock_of_the_server)
{
    machine the;
    the.dialled();

    BOOST_TEST(the.receive(welcome(fit_server, "$-1\r\n")) == "write SET GET");
    BOOST_TEST(the.sent.find("wamp-fcgi:begun\r\n$13\r\n1700000000123\r\n$2\r\nNX\r\n") != std::string::npos);
    BOOST_TEST(the.receive("+OK\r\n" + bulk("1700000000123")) == "remember 1700000000123");
}

BOOST_AUTO_TEST_CASE(another_process_may_be_faster_with_the_marker)
{
    machine the;
    the.dialled();
    the.receive(welcome(fit_server, "$-1\r\n"));

    BOOST_TEST(the.receive("$-1\r\n" + bulk("1699999999999")) == "remember 1699999999999");
}

BOOST_AUTO_TEST_CASE(each_refusal_of_a_login_ends_the_attempt)
{
    for (const refusal_row& row : refusals)
        BOOST_TEST_CONTEXT(row.name)
        {
            machine the;
            the.dialled();
            std::string done = the.receive(row.received);
            if (done.starts_with("log debug, "))  // about the client's name
                done.erase(0, 11);

            BOOST_TEST(done == row.done);
            BOOST_TEST(the.logged == row.logged);
            BOOST_TEST((the.fsm().current() == state::backing_off));
            BOOST_TEST(the.fsm().is_down());
        }
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_asked_about_again_after_seconds)
{
    machine the;
    the.settings.password = "secret";
    the.dialled();

    BOOST_TEST(the.receive("-WRONGPASS invalid username-password pair or user is disabled.\r\n") == failed_with_error);
    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 5s));
    BOOST_TEST(the.logged.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_info_is_forbidden_a_warning_names_what_cannot_be_verified)
{
    machine the;
    the.dialled();

    const std::string denied = "-NOPERM this user has no permissions to run the 'info' command\r\n";
    BOOST_TEST(the.receive("+OK\r\n" + denied + "*2\r\n$1\r\n7\r\n$1\r\n0\r\n$3\r\n777\r\n") ==
               "log warning, remember 777");
    BOOST_TEST(the.logged ==
               "cannot verify that the store is a master and evicts nothing: the user may not use INFO (make sure that "
               "its maxmemory-policy is noeviction)");
}

BOOST_AUTO_TEST_CASE(a_marker_that_cannot_be_remembered_refuses_the_store)
{
    machine the;
    the.dialled();
    the.receive(welcome());

    BOOST_TEST(the.feed(valkey_event::marker_not_remembered{"/state: full"}) == failed_with_error);
    BOOST_TEST(the.logged ==
               "cannot use the store: cannot write down the time at which its memory began: /state: full");
}

BOOST_AUTO_TEST_CASE(pauses_grow_up_to_seconds_and_begin_anew_once_it_is_there)
{
    machine the;
    the.feed(valkey_event::start{});
    std::vector<std::chrono::milliseconds> pauses;
    for (int i = 0; i < 9; ++i) {
        BOOST_TEST(the.feed(valkey_event::failed{"connecting: refused"}) ==
                   (i == 0 ? failed_with_warning : failed_quietly));
        pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(the.fsm().wakes_at().value() - the.now));
        the.now = the.fsm().wakes_at().value();
        BOOST_TEST(the.feed(valkey_event::timer{}) == "dial s0");
    }
    BOOST_TEST(
        (pauses == std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5s, 5s, 5s}));

    the.feed(valkey_event::dialled{});
    the.receive(welcome());
    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log notice");
    the.ask();
    the.feed(valkey_event::closed{"the server closed it"});
    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 100ms));
}

BOOST_AUTO_TEST_CASE(a_pause_is_short_while_somebody_wants_the_store)
{
    machine the;
    the.feed(valkey_event::start{});
    for (int i = 0; i < 4; ++i) {
        the.feed(valkey_event::failed{"connecting: refused"});
        the.now = the.fsm().wakes_at().value();
        the.feed(valkey_event::timer{});
    }
    the.feed(valkey_event::failed{"connecting: refused"});
    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 1600ms));

    the.fsm().is_wanted(the.now);
    the.fsm().is_wanted(the.now + 100ms);

    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 250ms));
}

BOOST_AUTO_TEST_CASE(what_takes_a_change_of_a_configuration_is_not_hurried)
{
    machine the;
    the.dialled();
    the.receive(welcome("maxmemory_policy:allkeys-lru\r\n"));

    the.fsm().is_wanted(the.now);

    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 5s));
}

BOOST_AUTO_TEST_CASE(dialling_and_login_have_the_timeout)
{
    for (const bool is_dialled : {false, true}) {
        machine the;
        the.feed(valkey_event::start{});
        if (is_dialled)
            the.feed(valkey_event::dialled{});
        the.done();

        the.now += 999ms;
        BOOST_TEST(the.feed(valkey_event::timer{}).empty());
        the.now += 1ms;
        BOOST_TEST(the.feed(valkey_event::timer{}) == failed_with_warning);
        BOOST_TEST(the.logged == (is_dialled ? "cannot use the store: no answer to the login in time"
                                             : "cannot use the store: no connection in time"));
    }
}

BOOST_AUTO_TEST_CASE(what_is_asked_before_the_first_connection_waits_for_it)
{
    machine the;
    the.ask();
    BOOST_TEST(the.done() == "dial s0");
    the.feed(valkey_event::dialled{});
    the.receive(welcome());

    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log info, write PING");
    BOOST_TEST(the.receive("+PONG\r\n") == "complete");
    BOOST_TEST(the.answers == std::vector<std::string>{"PONG"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_fails_with_the_first_attempt)
{
    machine the;
    the.ask();
    the.done();

    BOOST_TEST(the.feed(valkey_event::failed{"connecting: refused"}) == "log warning, close, complete");
    BOOST_TEST(the.answers == std::vector<std::string>{"store_unavailable"}, boost::test_tools::per_element());
    BOOST_TEST(the.fsm().is_down());
}

BOOST_AUTO_TEST_CASE(what_is_asked_in_a_turn_goes_out_together_and_is_answered_in_order)
{
    machine the;
    the.ready();
    the.ask();
    the.ask();

    BOOST_TEST(the.done() == "write PING PING");
    BOOST_TEST(the.receive("+1\r\n+2\r") == "complete");
    BOOST_TEST(the.receive("\n") == "complete");
    BOOST_TEST(the.answers == (std::vector<std::string>{"1", "2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(replicas_are_waited_for_once_in_a_turn)
{
    machine the;
    the.settings.replicas = 2;
    the.ready();
    the.ask(true);
    the.ask();
    the.ask(true);
    the.ask(true);

    BOOST_TEST(the.done() == "write PING PING PING PING WAIT");
    BOOST_TEST(the.sent.ends_with("WAIT\r\n$1\r\n2\r\n$3\r\n333\r\n"));
    BOOST_TEST(the.receive("+1\r\n+2\r\n$-1\r\n+4\r\n") == "complete, complete");
    BOOST_TEST(the.receive(":1\r\n") == "complete, complete");
    BOOST_TEST(the.answers == (std::vector<std::string>{"2", "", "1 1", "4 1"}), boost::test_tools::per_element());
    BOOST_TEST(!the.fsm().wakes_at().has_value());
}

BOOST_AUTO_TEST_CASE(what_waits_for_replicas_fails_with_the_connection_or_is_given_up)
{
    machine the;
    the.ready();
    const auto first = the.ask(true);
    the.done();
    the.ask(true);
    the.done();
    the.receive("+1\r\n");
    the.fsm().give_up(first);
    BOOST_TEST((the.fsm().wakes_at().value() == the.now + 1s));

    BOOST_TEST(the.feed(valkey_event::closed{"reset"}) == "log warning, close, complete for nobody, complete");
    BOOST_TEST(the.answers == std::vector<std::string>{"store_unavailable"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waited_for_a_connection_waits_for_replicas_then)
{
    machine the;
    the.ask(true);
    the.dialled();
    the.receive(welcome());

    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log info, write PING WAIT");
    BOOST_TEST(the.receive("+1\r\n:0\r\n") == "complete");
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_fails_all_that_is_in_flight)
{
    machine the;
    the.ready();
    the.ask();
    the.now += 600ms;
    the.ask();
    the.done();

    the.now += 399ms;
    BOOST_TEST(the.feed(valkey_event::timer{}).empty());
    the.now += 1ms;
    BOOST_TEST(the.feed(valkey_event::timer{}) == "log warning, close, complete, complete");
    BOOST_TEST(the.logged == "connection to the store lost: no answer within 1000 ms");
    BOOST_TEST(the.fsm().is_down());
}

BOOST_AUTO_TEST_CASE(what_was_sent_is_never_sent_again)
{
    machine the;
    the.ready();
    the.ask();
    the.done();

    BOOST_TEST(the.feed(valkey_event::closed{"reset"}) == "log warning, close, complete");
    BOOST_TEST(the.answers == std::vector<std::string>{"store_unavailable"}, boost::test_tools::per_element());
    the.now = the.fsm().wakes_at().value();
    BOOST_TEST(the.feed(valkey_event::timer{}) == "dial s0");
    BOOST_TEST(the.feed(valkey_event::dialled{}) == "write CLIENT INFO TIME GET");
    the.receive(welcome());
    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log notice");
}

BOOST_AUTO_TEST_CASE(an_idle_connection_that_the_server_ends_is_made_anew_at_once)
{
    machine the;
    the.ready();
    the.now += 300s;

    BOOST_TEST(the.feed(valkey_event::closed{"the server closed it"}) == "log info, close, dial s0");
    BOOST_TEST(!the.fsm().is_down());
    the.ask();
    BOOST_TEST(the.feed(valkey_event::failed{"connecting: refused"}) == "log warning, close, complete");
    BOOST_TEST(the.fsm().is_down());
}

BOOST_AUTO_TEST_CASE(a_master_that_becomes_a_replica_is_left)
{
    for (const std::string& reply :
         {std::string("-READONLY You can't write against a read only replica.\r\n"),
          std::string("-ERR Error running script: @user_script: -READONLY You can't write\r\n"),
          std::string("-LOADING Redis is loading\r\n"), std::string("-MOVED 1 h:1\r\n")})
        BOOST_TEST_CONTEXT(reply)
        {
            machine the;
            the.ready();
            the.ask();
            the.done();

            BOOST_TEST(the.receive(reply) == "log warning, close, complete");
            BOOST_TEST(the.answers == std::vector<std::string>{"store_unavailable"}, boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(an_error_about_one_command_is_the_answer_to_it)
{
    machine the;
    the.ready();
    the.ask();
    the.done();

    BOOST_TEST(the.receive("-OOM command not allowed\r\n") == "complete");
    BOOST_TEST((the.fsm().current() == state::ready));
}

BOOST_AUTO_TEST_CASE(the_answer_to_what_was_given_up_is_ignored)
{
    machine the;
    the.ready();
    const auto first = the.ask();
    the.ask();
    the.done();

    the.fsm().give_up(first);
    BOOST_TEST(the.receive("+1\r\n+2\r\n") == "complete for nobody, complete");
    BOOST_TEST(the.answers == std::vector<std::string>{"2"}, boost::test_tools::per_element());
    the.fsm().give_up(first);
}

BOOST_AUTO_TEST_CASE(what_is_given_up_before_it_was_sent_is_not_sent)
{
    machine the;
    the.fsm().give_up(the.ask());
    the.dialled();
    the.receive(welcome());

    BOOST_TEST(the.feed(valkey_event::marker_remembered{}) == "log info");
}
