// The shared store, with a server in the same event loop.
#include "wampfcgi/store/shared_store.hpp"

#include "../support.hpp"
#include "fake_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::store;
using namespace std::chrono_literals;

namespace {

struct one_machine {
    explicit one_machine(shared_content what = shared_content::replays_and_rates) : content(what)
    {
        settings.urls.push_back({"", 0, socket, false, "unix:" + socket});
        server->answer = [this](const valkey_reply& command) { return set(command); };
        limited.realm = "realm1";
        limited.path = "call";
        limited.options.rate = rate_limit{5, 60s, rate_subject::address};
        open();
    }
    ~one_machine()
    {
        store.reset();
        server.reset();
        loop.restart();
        loop.poll();
    }
    one_machine(const one_machine&) = delete;
    one_machine& operator=(const one_machine&) = delete;

    /// Behaves like SET key "" NX PX ms.
    std::string set(const valkey_reply& command)
    {
        instant& expires = keys[command.elements.at(1).text];
        if (expires > present)
            return "$-1\r\n";
        expires = present + std::chrono::milliseconds{std::stoll(command.elements.at(5).text)};
        return "+OK\r\n";
    }

    void open()
    {
        store.emplace(loop, settings, state, content, cells, [this] { return present; });
    }

    bridge::store::ticket ask(std::uint64_t number)
    {
        return store->replays(delta).remember(
            {}, signature_of(number), present + delta,
            [this](const result<void>& is_new) { outcomes.push_back(outcome_of(is_new)); });
    }

    /// Runs until the condition holds, or for 20 seconds at most.
    void run_until(const std::function<bool()>& is_done)
    {
        const auto due = std::chrono::steady_clock::now() + 20s;
        while (!is_done() && std::chrono::steady_clock::now() < due) {
            loop.restart();
            loop.run_one_for(100ms);
        }
        BOOST_TEST(is_done());
    }

    std::string ask_and_wait(std::uint64_t number)
    {
        const std::size_t before = outcomes.size();
        ask(number);
        run_until([&] { return outcomes.size() > before; });
        return outcomes.back();
    }

    shared_content content;
    scratch_folder scratch;
    std::string state = scratch / "state";
    std::string socket = scratch / "server.sock";
    boost::asio::io_context loop{1};
    std::map<std::string, instant> keys;  // with their expiry
    std::unique_ptr<fake_server> server = std::make_unique<fake_server>(loop, socket);
    store_settings settings;
    service_settings limited;
    bridge::store_cells cells;
    instant present{std::chrono::hours{1}};
    std::optional<shared_store> store;
    std::vector<std::string> outcomes;
};

struct rate_asked {
    explicit rate_asked(one_machine& at) : of(at), counter(at.store->rates(at.limited)) {}

    bridge::rate_counter::ticket take()
    {
        return counter->take_token("127.0.0.1", [this](const result<bridge::rate_decision>& how) {
            outcomes.push_back(how ? std::to_string(how->remaining) : std::string(describe(how.error().code).name));
        });
    }

    one_machine& of;
    std::unique_ptr<bridge::rate_counter> counter;
    std::vector<std::string> outcomes{};
};

bool begins_with(const std::vector<std::string>& names, const std::string& first)
{
    return !names.empty() && names.front() == first;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_signature_is_new_once_in_the_shared_store)
{
    one_machine the;

    BOOST_TEST(the.ask_and_wait(1) == "new");
    BOOST_TEST(the.ask_and_wait(1) == "request_replayed");
    BOOST_TEST(the.ask_and_wait(2) == "new");
    BOOST_TEST(the.cells.counted.round_trips.value() == 3U);
    BOOST_TEST(the.cells.counted.failures.value() == 0U);
    BOOST_TEST(the.cells.now.is_down.value() == 0U);
}

BOOST_AUTO_TEST_CASE(it_keeps_to_the_contract_but_for_shares_of_keys)
{
    one_machine the;
    the.ask_and_wait(1);
    std::uint64_t answered_before = 0;
    const auto lock = [&] {
        answered_before = the.cells.counted.round_trips.value();
        the.server->hold();
    };
    const auto unlock = [&] {
        the.server->release();
        the.run_until([&] { return the.cells.counted.round_trips.value() == answered_before + 4; });
    };
    const store_under_test contract{the.store->replays(delta),
                                    delta,
                                    0,
                                    the.present,
                                    [&](instant then) { the.present = then; },
                                    lock,
                                    unlock,
                                    [&](const std::function<bool()>& is_done) { the.run_until(is_done); }};

    check_that_each_signature_is_new_once(contract);
    check_that_a_signature_is_remembered_while_it_is_fresh(contract);
    check_that_requests_wait_for_the_lock(contract);
}

BOOST_AUTO_TEST_CASE(no_connection_is_made_before_something_is_asked)
{
    one_machine the;

    the.store->replays(delta);
    the.loop.restart();
    the.loop.poll();

    BOOST_TEST(the.server->read.empty());
}

BOOST_AUTO_TEST_CASE(what_is_asked_in_one_turn_is_written_at_once)
{
    one_machine the;
    the.ask_and_wait(1);
    the.server->read.clear();

    for (std::uint64_t i = 2; i < 102; ++i)
        the.ask(i);
    the.run_until([&] { return the.outcomes.size() == 101; });

    BOOST_TEST(the.server->read.size() == 1U);
    BOOST_TEST(the.server->read.at(0).size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_not_there_fails_at_once_from_the_second_time_on)
{
    one_machine the;
    the.server->stop();

    BOOST_TEST(the.ask_and_wait(1) == "store_unavailable");
    BOOST_TEST(the.ask(2) == 0U);
    BOOST_TEST(the.outcomes.size() == 2U);
    BOOST_TEST(the.outcomes.back() == "store_unavailable");
    BOOST_TEST(the.cells.counted.failures.value() == 2U);
    BOOST_TEST(the.cells.now.is_down.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_store_that_hangs_is_given_up_in_time)
{
    one_machine the;
    the.settings.timeout = 50ms;
    the.server->answer = [](const valkey_reply&) { return ""; };

    BOOST_TEST(the.ask_and_wait(1) == "store_unavailable");
    BOOST_TEST(the.cells.now.is_down.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_lost_connection_is_made_anew)
{
    one_machine the;
    the.ask_and_wait(1);

    the.server->drop();
    the.run_until([&] { return the.cells.now.is_down.value() == 1; });
    the.run_until([&] { return the.cells.now.is_down.value() == 0; });

    BOOST_TEST(the.ask_and_wait(1) == "request_replayed");
    BOOST_TEST(the.ask_and_wait(2) == "new");
}

BOOST_AUTO_TEST_CASE(a_store_that_was_restarted_without_its_data_is_not_believed)
{
    one_machine the;
    the.ask_and_wait(1);

    the.keys.clear();
    the.server->marker = "2000000";
    the.store.reset();
    the.open();
    the.present = instant{std::chrono::milliseconds{2'000'000}} + delta;
    BOOST_TEST(the.ask_and_wait(2) == "store_unavailable");

    the.store.reset();
    the.open();
    BOOST_TEST(the.ask_and_wait(3) == "store_unavailable");  // because of the file
    the.present += 1us;
    BOOST_TEST(the.ask_and_wait(4) == "new");
}

BOOST_AUTO_TEST_CASE(two_prefixes_have_markers_of_their_own)
{
    one_machine the;
    the.ask_and_wait(1);

    the.store.reset();
    the.settings.prefix = "other:";
    the.server->marker = "2000000";
    the.open();

    BOOST_TEST(the.ask_and_wait(2) == "new");
}

BOOST_AUTO_TEST_CASE(a_damaged_file_counts_as_one_of_another_memory)
{
    one_machine the;
    the.ask_and_wait(1);
    for (const auto& each : std::filesystem::directory_iterator(the.state))
        std::filesystem::resize_file(each.path(), 3);

    the.store.reset();
    the.open();
    the.present = instant{std::chrono::milliseconds{1'000'000}};

    BOOST_TEST(the.ask_and_wait(2) == "store_unavailable");
}

BOOST_AUTO_TEST_CASE(a_folder_that_others_can_read_is_refused)
{
    one_machine the;
    std::filesystem::permissions(the.state, std::filesystem::perms(0755));

    BOOST_CHECK_THROW(the.open(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(who_gave_up_hears_nothing)
{
    one_machine the;
    the.ask_and_wait(1);

    const auto ticket = the.ask(2);
    BOOST_TEST(ticket != 0U);
    the.store->replays(delta).give_up(ticket);
    BOOST_TEST(the.ask_and_wait(3) == "new");
    BOOST_TEST(the.outcomes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_store_may_be_destroyed_by_whoever_it_answers)
{
    one_machine the;
    the.ask_and_wait(1);

    bool answered = false;
    the.store->replays(delta).remember({}, signature_of(2), the.present, [&](const result<void>&) {
        answered = true;
        the.store.reset();
    });
    the.ask(3);
    the.run_until([&] { return answered; });
    the.loop.restart();
    the.loop.poll();

    BOOST_TEST(the.outcomes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_loop_ends_once_the_store_is_closed)
{
    one_machine the;
    the.ask_and_wait(1);
    the.server->stop();

    the.store->close();
    the.loop.restart();
    the.loop.run();

    BOOST_TEST(the.ask(2) == 0U);
    BOOST_TEST(the.outcomes.back() == "store_unavailable");
}

BOOST_AUTO_TEST_CASE(a_script_that_the_server_does_not_know_is_sent)
{
    one_machine the(shared_content::rates);
    the.server->answer = [](const valkey_reply& command) {
        return command.elements.at(0).text == "EVAL" ? "*3\r\n:1\r\n:4\r\n:7\r\n" : "-NOSCRIPT No matching script.\r\n";
    };
    rate_asked rate(the);

    rate.take();
    the.run_until([&] { return !rate.outcomes.empty(); });

    BOOST_TEST(rate.outcomes.back() == "4");
    BOOST_TEST(begins_with(the.server->read.back(), "EVAL"));
    BOOST_TEST(the.cells.counted.failures.value() == 0U);
    BOOST_TEST(!std::filesystem::exists(the.state));
}

BOOST_AUTO_TEST_CASE(a_token_that_was_given_up_is_not_told_whichever_way_it_was_asked_for)
{
    one_machine the(shared_content::rates);
    bool knows_script = false;
    bridge::rate_counter::ticket ticket = 0;
    std::optional<rate_asked> rate;
    the.server->answer = [&](const valkey_reply& command) {
        if (command.elements.at(0).text == "EVALSHA" && !knows_script)
            return "-NOSCRIPT No matching script.\r\n";
        rate->counter->give_up(ticket);
        return "*3\r\n:1\r\n:4\r\n:7\r\n";
    };
    rate.emplace(the);
    for (const bool knows : {false, true}) {
        knows_script = knows;
        ticket = rate->take();
        const auto before = the.cells.counted.round_trips.value();
        the.run_until([&] { return the.cells.counted.round_trips.value() == before + (knows ? 1 : 2); });
    }

    BOOST_TEST(rate->outcomes.empty());
}

BOOST_AUTO_TEST_CASE(a_rate_that_nobody_can_tell_is_store_unavailable)
{
    one_machine the(shared_content::rates);
    the.server->stop();
    rate_asked rate(the);

    rate.take();
    the.run_until([&] { return !rate.outcomes.empty(); });

    BOOST_TEST(rate.outcomes.back() == "store_unavailable");
}
