#include "gateway.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;

namespace {

/// A gateway with room for two calls.
struct gateway_for_two : gateway {
    gateway_for_two() { config.max_in_flight = 2; }

    wampfcgi::bridge::bridge::started_call begin() { return take(request_builder{}.build()); }
    std::string last_error() const { return answers.empty() ? "no answer" : error_of(answers.back()); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_call_more_than_max_in_flight_is_refused_and_not_made)
{
    gateway_for_two to;
    to.begin();
    to.begin();
    BOOST_TEST(to.answers.empty());

    to.begin();

    BOOST_TEST(to.last_error() == "overloaded");
    BOOST_TEST(to.answers.back().http.status == 503);
    BOOST_TEST(header(to.answers.back(), "Retry-After") == "1");
    BOOST_TEST(to.router.calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_makes_room_for_one)
{
    for (const outcome& how :
         {outcome(payload{}), outcome(call_error{"a.b", {}}), outcome(failure{errc::connection_lost})}) {
        gateway_for_two to;
        to.begin();
        to.begin();
        to.router.end(how);
        BOOST_TEST(to.answers.size() == 1U);

        to.begin();
        BOOST_TEST(to.answers.size() == 1U);
        to.begin();
        BOOST_TEST(to.last_error() == "overloaded");
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_is_given_up_is_cancelled_and_makes_room_for_one)
{
    gateway_for_two to;
    const auto first = to.begin();
    to.begin();

    to.give_up(first);

    BOOST_TEST(to.router.cancelled == std::vector<caller::call_id>{1}, boost::test_tools::per_element());
    BOOST_TEST(to.answers.empty());
    to.begin();
    BOOST_TEST(to.answers.empty());
    to.begin();
    BOOST_TEST(to.last_error() == "overloaded");
}

BOOST_AUTO_TEST_CASE(giving_up_what_has_ended_changes_nothing)
{
    gateway_for_two to;
    const auto refused = to.take(request_builder{}.body("{").build());
    const auto ended = to.begin();
    to.router.end(payload{});

    to.give_up(refused);
    to.give_up(ended);
    to.give_up(ended);

    BOOST_TEST(to.router.cancelled.empty());
    to.begin();
    to.begin();
    BOOST_TEST(to.answers.size() == 2U);
    to.begin();
    BOOST_TEST(to.last_error() == "overloaded");
}

BOOST_AUTO_TEST_CASE(calls_that_end_within_submit_take_no_room)
{
    gateway_for_two to;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "none");
    BOOST_TEST(to.router.calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_refused_request_takes_no_room)
{
    gateway_for_two to;
    for (int i = 0; i < 5; ++i)
        to.take(request_builder{}.body("{").build());
    to.answers.clear();
    to.begin();
    to.begin();
    BOOST_TEST(to.answers.empty());
}

BOOST_AUTO_TEST_CASE(max_in_flight_of_zero_refuses_every_call)
{
    gateway_for_two to;
    to.config.max_in_flight = 0;
    to.begin();
    BOOST_TEST(to.last_error() == "overloaded");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(procedures_allow_exact_uris_and_prefixes_that_end_in_a_dot)
{
    struct row {
        std::string procedure;
        bool allowed;
    };
    const std::vector<row> rows{
        {"com.example.only", true},  {"com.example.only.x", false}, {"com.example.onl", false},
        {"com.example.Only", false}, {"com.math.add", true},        {"com.math.add.more", true},
        {"com.math", false},         {"com.mathematics", false},    {"x.com.math.add", false},
    };
    gateway to([](service_options& options) { options.procedures = {"com.example.only", "com.math."}; });
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.procedure)
        {
            const auto called = to.router.calls.size();
            const answer got = to.ask(request_builder{}.body(call_body(each.procedure)).build());
            BOOST_TEST(error_of(got) == (each.allowed ? "none" : "procedure_denied"));
            BOOST_TEST(to.router.calls.size() == called + (each.allowed ? 1 : 0));
        }
}

BOOST_AUTO_TEST_CASE(an_empty_list_of_procedures_allows_none)
{
    gateway to([](service_options& options) { options.procedures.emplace(); });
    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "procedure_denied");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_tells_when_its_call_was_made_and_when_that_ended)
{
    using std::chrono::milliseconds;
    gateway to;
    to.take(request_builder{}.build());

    const auto made = to.steady_now;
    to.steady_now += milliseconds(7);
    to.router.end(payload{});

    BOOST_TEST((to.answers.at(0).submitted_at == made));
    BOOST_TEST((to.answers.at(0).ended_at == made + milliseconds(7)));
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_of_no_call)
{
    gateway to;

    BOOST_TEST(!to.ask(request_builder{}.body("{").build()).submitted_at);
}
