#include "wamp/session/operation_table.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <list>
#include <string>
#include <utility>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

const operation_table::time_point start{std::chrono::hours(1)};

call call_of(std::string procedure)
{
    return {std::move(procedure), {}, 30s};
}

/// Sinks that record which calls have ended, and how.
struct journal {
    struct named_sink final : bridge::outcome_sink {
        named_sink(journal& its_book, std::string its_name) : book(its_book), name(std::move(its_name)) {}

        void ended(outcome&& how) override
        {
            const auto* why = std::get_if<failure>(&how);
            book.text += name + ":" + (why != nullptr ? std::string(describe(why->code).name) : "result") + " ";
        }

        journal& book;
        std::string name;
    };

    bridge::outcome_sink& as(std::string name) { return sinks.emplace_back(*this, std::move(name)); }

    /// Tells the sinks, as long as `take` returns ended calls.
    template <class Take>
    std::string tell(Take take)
    {
        while (auto next = take())
            next->sink->ended(std::move(next->how));
        return std::exchange(text, {});
    }

    std::string expire(operation_table& table, operation_table::time_point now)
    {
        return tell([&] { return table.take_expired(now); });
    }

    std::string text;
    std::list<named_sink> sinks;
};

}  // namespace

BOOST_AUTO_TEST_CASE(waiting_calls_are_sent_in_the_order_in_which_they_came)
{
    operation_table table;
    journal done;
    const auto first = table.add_waiting(call_of("a"), done.as("a"), start + 9s);
    const auto second = table.add_waiting(call_of("b"), done.as("b"), start + 1s);
    const auto third = table.add_waiting(call_of("c"), done.as("c"), start + 5s);

    for (const auto id : {first, second, third})
        BOOST_TEST(table.take_waiting()->id == id);
    BOOST_TEST(!table.take_waiting());
    BOOST_TEST(!table.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(calls_count_their_bytes_for_as_long_as_they_wait)
{
    operation_table table;
    journal done;
    const auto first = table.add_waiting(call{"a.b", {"12345", "678"}, 30s}, done.as("a"), start + 9s);
    table.add_waiting(call_of("c"), done.as("c"), start + 9s);
    table.add_waiting(call_of("dd"), done.as("dd"), start + 1s);
    BOOST_TEST(table.waiting_bytes() == 14U);

    table.remove(first);
    BOOST_TEST(table.waiting_bytes() == 3U);
    table.take_expired(start + 2s);
    BOOST_TEST(table.waiting_bytes() == 1U);
    table.take_waiting();
    BOOST_TEST(table.waiting_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_waiting_call_keeps_its_id_when_it_is_sent)
{
    operation_table table;
    journal done;
    const auto id = table.add_waiting(call_of("a"), done.as("a"), start + 5s);
    auto taken = table.take_waiting();
    BOOST_TEST(std::get<call>(taken->what).procedure == "a");

    table.put_sent(taken->id, {1, request_kind::call, start + 30s}, *taken->sink);

    BOOST_TEST(!table.any_waiting());
    BOOST_TEST(table.any_sent());
    BOOST_TEST((table.next_deadline() == start + 30s));
    BOOST_TEST(table.remove(id).value() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_ends_the_call_of_its_request_id_alone_and_once)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::call, start + 30s}, done.as("a"));
    table.add_sent({2, request_kind::call, {}}, done.as("b"));

    auto* const answered = table.take_answered(2, request_kind::call);
    BOOST_REQUIRE(answered != nullptr);
    answered->ended(payload{});

    BOOST_TEST(done.text == "b:result ");
    BOOST_TEST(table.take_answered(2, request_kind::call) == nullptr);
    BOOST_TEST(table.take_answered(3, request_kind::call) == nullptr);
    BOOST_TEST(table.any_sent());
}

BOOST_AUTO_TEST_CASE(a_call_expires_at_its_deadline_and_not_before)
{
    operation_table table;
    journal done;
    table.add_sent({7, request_kind::call, start + 2s}, done.as("sent"));
    table.add_waiting(call_of("b"), done.as("waiting"), start + 1s);
    table.add_sent({8, request_kind::call, {}}, done.as("for ever"));

    BOOST_TEST(done.expire(table, start + 1s - 1ns) == "");
    BOOST_TEST(done.expire(table, start + 1s) == "waiting:router_unavailable ");
    BOOST_TEST(done.expire(table, start + 2s - 1ns) == "");
    auto expired = table.take_expired(start + 2s);
    BOOST_TEST(expired.value().cancel_request_id.value() == 7U);
    expired->sink->ended(std::move(expired->how));
    BOOST_TEST(done.text == "sent:call_timeout ");

    BOOST_TEST(!table.next_deadline().has_value());
    BOOST_TEST(table.take_answered(7, request_kind::call) == nullptr);
    BOOST_TEST(table.any_sent());
}

BOOST_AUTO_TEST_CASE(several_calls_expire_in_the_order_of_their_deadlines)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::call, start + 3s}, done.as("late"));
    table.add_sent({2, request_kind::call, start + 1s}, done.as("early"));
    table.add_sent({3, request_kind::call, start + 1s}, done.as("same"));

    BOOST_TEST(done.expire(table, start + 1h) == "early:call_timeout same:call_timeout late:call_timeout ");
}

BOOST_AUTO_TEST_CASE(calls_in_flight_end_and_those_that_wait_stay)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::call, start + 3s}, done.as("sent"));
    table.add_waiting(call_of("a"), done.as("waiting"), start + 1s);

    BOOST_TEST(done.tell([&] { return table.take_sent(errc::connection_lost); }) == "sent:connection_lost ");

    BOOST_TEST(!table.any_sent());
    BOOST_TEST(table.any_waiting());
    BOOST_TEST((table.next_deadline() == start + 1s));
    BOOST_TEST(table.take_answered(1, request_kind::call) == nullptr);
}

BOOST_AUTO_TEST_CASE(calls_that_cannot_be_made_end_in_the_order_in_which_they_failed)
{
    operation_table table;
    journal done;
    table.add_failed(errc::overloaded, done.as("first"));
    const auto removed = table.add_failed(errc::overloaded, done.as("removed"));
    table.add_waiting(call_of("a"), done.as("waited"), start + 1s);
    const auto waited = table.take_waiting();
    table.put_failed(waited->id, errc::router_unavailable, *waited->sink);
    BOOST_TEST(!table.remove(removed).has_value());

    BOOST_TEST(done.tell([&] { return table.take_failed(); }) == "first:overloaded waited:router_unavailable ");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_removed_as_another_ends_is_not_told)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::call, start + 1s}, done.as("first"));
    const auto second = table.add_sent({2, request_kind::call, start + 2s}, done.as("second"));

    table.take_expired(start + 3s);
    table.remove(second);

    BOOST_TEST(done.expire(table, start + 3s) == "");
}

BOOST_AUTO_TEST_CASE(a_removed_call_is_gone_and_only_a_sent_one_has_a_request_id)
{
    operation_table table;
    journal done;
    const auto waiting = table.add_waiting(call_of("a"), done.as("a"), start + 1s);
    const auto sent = table.add_sent({5, request_kind::call, start + 2s}, done.as("b"));

    BOOST_TEST(!table.remove(waiting).has_value());
    BOOST_TEST(table.remove(sent).value() == 5U);

    BOOST_TEST(!table.remove(sent).has_value());
    BOOST_TEST(!table.remove(99).has_value());
    BOOST_TEST(!table.any_waiting());
    BOOST_TEST(!table.any_sent());
    BOOST_TEST(done.expire(table, start + 1h) == "");
    BOOST_TEST(table.take_answered(5, request_kind::call) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_call_does_not_end_a_publication)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::publish, {}}, done.as("a"));

    BOOST_TEST(table.take_answered(1, request_kind::call) == nullptr);
    BOOST_TEST(table.take_answered(1, request_kind::publish) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_publication_cannot_be_cancelled_at_the_router)
{
    operation_table table;
    journal done;
    const auto id = table.add_sent({1, request_kind::publish, {}}, done.as("a"));
    table.add_sent({2, request_kind::publish, start + 1s}, done.as("b"));

    BOOST_TEST(!table.remove(id).has_value());
    const auto expired = table.take_expired(start + 1s);
    BOOST_TEST(!expired.value().cancel_request_id.has_value());
    BOOST_TEST(expired->was_sent);
}

BOOST_AUTO_TEST_CASE(what_waited_for_the_session_in_vain_is_no_silence_of_the_router)
{
    operation_table table;
    journal done;
    table.add_waiting(call_of("a"), done.as("a"), start + 1s);
    table.add_sent({1, request_kind::call, start + 2s}, done.as("b"));

    BOOST_TEST(!table.take_expired(start + 2s).value().was_sent);
    BOOST_TEST(table.take_expired(start + 2s).value().was_sent);
}

BOOST_AUTO_TEST_CASE(a_publication_counts_its_bytes_while_it_waits)
{
    operation_table table;
    journal done;
    table.add_waiting(publication{"a.b", {"12", "345"}, "6789", 30s}, done.as("a"), start + 9s);
    BOOST_TEST(table.waiting_bytes() == 12U);
    table.take_waiting();
    BOOST_TEST(table.waiting_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(each_part_of_a_result_gives_its_call_the_time_out_anew)
{
    operation_table table;
    journal done;
    auto& sink = done.as("parts");
    table.add_sent({1, request_kind::call, start + 2s, 2s}, sink);
    table.add_sent({2, request_kind::call, {}, 0s}, done.as("for ever"));
    table.add_sent({3, request_kind::call, start + 9s}, done.as("whole"));

    BOOST_TEST(table.part_of(1, start + 1s) == &sink);
    BOOST_TEST((table.next_deadline() == start + 3s));
    BOOST_TEST(table.part_of(2, start + 1s) != nullptr);
    BOOST_TEST(table.part_of(3, start + 1s) == nullptr);
    BOOST_TEST(table.part_of(4, start + 1s) == nullptr);
    BOOST_TEST(done.expire(table, start + 3s - 1ns) == "");
    BOOST_TEST(done.expire(table, start + 3s) == "parts:call_timeout ");
    BOOST_TEST(table.part_of(1, start + 3s) == nullptr);
    BOOST_TEST(done.expire(table, start + 9s) == "whole:call_timeout ");
    BOOST_TEST(table.any_sent());
}

BOOST_AUTO_TEST_CASE(the_time_left_is_known_of_calls_with_a_time_out)
{
    operation_table table;
    journal done;
    table.add_sent({1, request_kind::call, start + 2s}, done.as("a"));
    table.add_sent({2, request_kind::call, {}}, done.as("b"));

    BOOST_TEST((table.time_left(1, start) == std::chrono::steady_clock::duration(2s)));
    BOOST_TEST((table.time_left(1, start + 3s) == std::chrono::steady_clock::duration(-1s)));
    BOOST_TEST(!table.time_left(2, start).has_value());
    BOOST_TEST(!table.time_left(3, start).has_value());
}
