#include "wamp/session/call_table.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

const call_table::time_point start{std::chrono::hours(1)};

call call_of(std::string procedure)
{
    return {std::move(procedure), {}, 30s};
}

/// Completions that write down who was completed, and how.
struct journal {
    std::string text;

    call_table::completion as(std::string name)
    {
        return [this, name = std::move(name)](const outcome& how) {
            const auto* why = std::get_if<failure>(&how);
            text += name + ":" + (why != nullptr ? std::string(describe(why->code).name) : "result") + " ";
        };
    }

    std::string complete(std::vector<call_table::ended> all)
    {
        for (auto& each : all)
            each.done(std::move(each.how));
        return std::exchange(text, {});
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(waiting_calls_are_sent_in_the_order_in_which_they_came)
{
    call_table table;
    const auto first = table.add_waiting(call_of("a"), {}, start + 9s);
    const auto second = table.add_waiting(call_of("b"), {}, start + 1s);
    const auto third = table.add_waiting(call_of("c"), {}, start + 5s);

    for (const auto id : {first, second, third})
        BOOST_TEST(table.take_waiting()->id == id);
    BOOST_TEST(!table.take_waiting());
    BOOST_TEST(!table.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(calls_count_their_bytes_for_as_long_as_they_wait)
{
    call_table table;
    const auto first = table.add_waiting({"a.b", {"12345", "678"}, 30s}, {}, start + 9s);
    table.add_waiting(call_of("c"), {}, start + 9s);
    table.add_waiting(
        call_of("dd"), [](const outcome&) {}, start + 1s);
    BOOST_TEST(table.waiting_bytes() == 14U);

    table.remove(first);
    BOOST_TEST(table.waiting_bytes() == 3U);
    table.expire(start + 2s);
    BOOST_TEST(table.waiting_bytes() == 1U);
    table.take_waiting();
    BOOST_TEST(table.waiting_bytes() == 0U);
    table.add_waiting(call_of("c"), {}, start + 9s);
    table.end_waiting({errc::router_unavailable});
    BOOST_TEST(table.waiting_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_waiting_call_keeps_its_id_when_it_is_sent)
{
    call_table table;
    journal done;
    const auto id = table.add_waiting(call_of("a"), done.as("a"), start + 5s);
    auto taken = table.take_waiting();
    BOOST_TEST(taken->what.procedure == "a");

    table.put_sent(taken->id, 1, std::move(taken->done), start + 30s);

    BOOST_TEST(!table.any_waiting());
    BOOST_TEST(table.any_sent());
    BOOST_TEST((table.next_deadline() == start + 30s));
    BOOST_TEST(table.remove(id).value() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_ends_the_call_of_its_request_id_alone_and_once)
{
    call_table table;
    journal done;
    table.add_sent(1, done.as("a"), start + 30s);
    table.add_sent(2, done.as("b"), {});

    auto answered = table.answer(2, payload{});
    BOOST_REQUIRE(answered.has_value());
    answered->done(std::move(answered->how));

    BOOST_TEST(done.text == "b:result ");
    BOOST_TEST(!answered->cancel_request_id.has_value());
    BOOST_TEST(!table.answer(2, payload{}).has_value());
    BOOST_TEST(!table.answer(3, payload{}).has_value());
    BOOST_TEST(table.any_sent());
}

BOOST_AUTO_TEST_CASE(a_call_expires_at_its_deadline_and_not_before)
{
    call_table table;
    journal done;
    table.add_sent(7, done.as("sent"), start + 2s);
    table.add_waiting(call_of("b"), done.as("waiting"), start + 1s);
    table.add_sent(8, done.as("for ever"), {});

    BOOST_TEST(table.expire(start + 1s - 1ns).empty());
    BOOST_TEST(done.complete(table.expire(start + 1s)) == "waiting:router_unavailable ");
    BOOST_TEST(table.expire(start + 2s - 1ns).empty());
    auto expired = table.expire(start + 2s);
    BOOST_TEST(expired.at(0).cancel_request_id.value() == 7U);
    BOOST_TEST(done.complete(std::move(expired)) == "sent:call_timeout ");

    BOOST_TEST(!table.next_deadline().has_value());
    BOOST_TEST(!table.answer(7, payload{}).has_value());
    BOOST_TEST(table.any_sent());
}

BOOST_AUTO_TEST_CASE(several_calls_expire_in_the_order_of_their_deadlines)
{
    call_table table;
    journal done;
    table.add_sent(1, done.as("late"), start + 3s);
    table.add_sent(2, done.as("early"), start + 1s);
    table.add_sent(3, done.as("same"), start + 1s);

    BOOST_TEST(done.complete(table.expire(start + 1h)) == "early:call_timeout same:call_timeout late:call_timeout ");
}

BOOST_AUTO_TEST_CASE(calls_in_flight_and_calls_that_wait_end_separately)
{
    call_table table;
    journal done;
    table.add_sent(1, done.as("sent"), start + 3s);
    table.add_waiting(call_of("a"), done.as("first"), start + 1s);
    table.add_waiting(call_of("b"), done.as("second"), start + 1s);

    BOOST_TEST(done.complete(table.end_sent({errc::connection_lost})) == "sent:connection_lost ");
    BOOST_TEST(!table.any_sent());
    BOOST_TEST(table.any_waiting());
    BOOST_TEST(done.complete(table.end_waiting({errc::router_unavailable})) ==
               "first:router_unavailable second:router_unavailable ");
    BOOST_TEST(!table.next_deadline().has_value());
    BOOST_TEST(!table.answer(1, payload{}).has_value());
}

BOOST_AUTO_TEST_CASE(a_removed_call_is_gone_and_only_a_sent_one_has_a_request_id)
{
    call_table table;
    const auto waiting = table.add_waiting(call_of("a"), {}, start + 1s);
    const auto sent = table.add_sent(5, {}, start + 2s);

    BOOST_TEST(!table.remove(waiting).has_value());
    BOOST_TEST(table.remove(sent).value() == 5U);

    BOOST_TEST(!table.remove(sent).has_value());
    BOOST_TEST(!table.remove(99).has_value());
    BOOST_TEST(!table.any_waiting());
    BOOST_TEST(!table.any_sent());
    BOOST_TEST(table.expire(start + 1h).empty());
    BOOST_TEST(!table.answer(5, payload{}).has_value());
}

BOOST_AUTO_TEST_CASE(the_time_left_is_known_of_calls_with_a_time_out)
{
    call_table table;
    table.add_sent(1, {}, start + 2s);
    table.add_sent(2, {}, {});

    BOOST_TEST((table.time_left(1, start) == std::chrono::steady_clock::duration(2s)));
    BOOST_TEST((table.time_left(1, start + 3s) == std::chrono::steady_clock::duration(-1s)));
    BOOST_TEST(!table.time_left(2, start).has_value());
    BOOST_TEST(!table.time_left(3, start).has_value());
}
