#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;

namespace {

/// A service with max_in_flight 2.
struct service_for_two : one_service {
    service_for_two() { config.max_in_flight = 2; }

    fake_client& begin() { return take(request_builder{}.build()); }
    std::string last_error() const { return clients.back().given ? error_of(*clients.back().given) : "no answer"; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_call_more_than_max_in_flight_is_refused_and_not_made)
{
    service_for_two to;
    to.begin();
    to.begin();
    BOOST_TEST(to.answers().empty());

    to.begin();

    BOOST_TEST(to.last_error() == "overloaded");
    BOOST_TEST(to.answers().back().http.status == 503);
    BOOST_TEST(header(to.answers().back(), "Retry-After") == "1");
    BOOST_TEST(to.router.calls.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_makes_room_for_one)
{
    for (const outcome& how :
         {outcome(payload{}), outcome(call_error{"a.b", {}}), outcome(failure{errc::connection_lost})}) {
        service_for_two to;
        to.begin();
        to.begin();
        to.router.end(how);
        BOOST_TEST(to.answers().size() == 1U);

        to.begin();
        BOOST_TEST(to.answers().size() == 1U);
        to.begin();
        BOOST_TEST(to.last_error() == "overloaded");
    }
}

BOOST_AUTO_TEST_CASE(a_call_that_is_given_up_is_cancelled_and_makes_room_for_one)
{
    service_for_two to;
    fake_client& first = to.begin();
    to.begin();

    first.leave();

    BOOST_TEST(to.router.cancelled == std::vector<session::operation_id>{1}, boost::test_tools::per_element());
    BOOST_TEST(to.answers().empty());
    to.begin();
    BOOST_TEST(to.answers().empty());
    to.begin();
    BOOST_TEST(to.last_error() == "overloaded");
}

BOOST_AUTO_TEST_CASE(giving_up_what_has_ended_changes_nothing)
{
    service_for_two to;
    fake_client& refused = to.take(request_builder{}.body("{").build());
    fake_client& ended = to.begin();
    to.router.end(payload{});

    refused.leave();
    ended.leave();
    ended.leave();

    BOOST_TEST(to.router.cancelled.empty());
    to.begin();
    to.begin();
    BOOST_TEST(to.answers().size() == 2U);
    to.begin();
    BOOST_TEST(to.last_error() == "overloaded");
}

BOOST_AUTO_TEST_CASE(calls_that_have_ended_take_no_room)
{
    service_for_two to;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "none");
    BOOST_TEST(to.router.calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_refused_request_takes_no_room)
{
    service_for_two to;
    for (int i = 0; i < 5; ++i)
        to.take(request_builder{}.body("{").build());
    to.clients.clear();
    to.begin();
    to.begin();
    BOOST_TEST(to.answers().empty());
}

BOOST_AUTO_TEST_CASE(max_in_flight_of_zero_refuses_every_call)
{
    service_for_two to;
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
    one_service to([](service_options& options) { options.procedures = {"com.example.only", "com.math."}; });
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
    one_service to([](service_options& options) { options.procedures.emplace(); });
    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "procedure_denied");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_tells_when_its_call_was_made_and_when_that_ended)
{
    using std::chrono::milliseconds;
    one_service to;
    to.take(request_builder{}.build());

    const auto made = to.steady_now;
    to.steady_now += milliseconds(7);
    to.router.end(payload{});

    BOOST_TEST((to.answers().at(0).report.called_at == made));
    BOOST_TEST((to.answers().at(0).report.call_ended_at == made + milliseconds(7)));
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_of_no_call)
{
    one_service to;

    BOOST_TEST(!to.ask(request_builder{}.body("{").build()).report.called_at);
}
