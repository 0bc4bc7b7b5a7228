// A session's subscriptions without the session: the test decides the outcome of each SUBSCRIBE.
#include "wamp/session/subscriptions.hpp"

#include "support/session_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::chrono_literals;

namespace {

struct table {
    bridge::session::subscription_id subscribe(bridge::event_sink& sink, const std::string& topic = "a.b")
    {
        return all.add({topic, topic_match::prefix, 5s}, sink);
    }

    /// Subscribes, and confirms as the router's subscription 5.
    void subscribe_confirmed(bridge::event_sink& sink)
    {
        subscribe(sink);
        end(sent.size() - 1, accepted{5});
    }

    /// The requests sent, as text.
    std::vector<std::string> texts() const
    {
        std::vector<std::string> made;
        for (const auto& [what, sink] : sent)
            made.push_back(std::holds_alternative<subscription>(what)
                               ? "subscribe " + std::get<subscription>(what).topic
                               : "unsubscribe " + std::to_string(std::get<unsubscription>(what).id));
        return made;
    }

    void end(std::size_t index, outcome how) { sent.at(index).second->ended(std::move(how)); }

    void deliver(std::uint64_t router_id, std::string topic = {})
    {
        all.take({router_id, topic_event{9, std::move(topic), {"\x91\x01", {}}}});
    }

    std::vector<std::pair<router_request, bridge::outcome_sink*>> sent;
    subscriptions all{
        [this](router_request what, bridge::outcome_sink& sink) { sent.emplace_back(std::move(what), &sink); }};
};

const failure lost{errc::connection_lost, "lost"};
using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_has_the_topic_that_the_router_names_or_else_that_of_the_subscription)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.deliver(5, "a.b.c");
    subscriptions.deliver(5);
    subscriptions.deliver(6);
    BOOST_TEST(sink.text == "subscribed a.b.c 9 \x91\x01 a.b 9 \x91\x01 ");
}

BOOST_AUTO_TEST_CASE(subscriptions_are_made_again_with_the_next_session)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.all.session_ends();
    subscriptions.deliver(5);
    subscriptions.all.session_begins();
    subscriptions.end(1, accepted{7});
    subscriptions.deliver(7);
    BOOST_TEST(subscriptions.texts() == (texts{"subscribe a.b", "subscribe a.b"}), boost::test_tools::per_element());
    BOOST_TEST(sink.text == "subscribed interrupted subscribed a.b 9 \x91\x01 ");
}

BOOST_AUTO_TEST_CASE(a_session_that_is_lost_before_it_confirms_is_followed_by_another_request)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe(sink);
    subscriptions.all.session_ends();
    subscriptions.end(0, lost);
    subscriptions.all.session_begins();  // the waiting request is not sent twice
    BOOST_TEST(subscriptions.sent.size() == 2U);
    subscriptions.end(1, failure{errc::router_unavailable, "none"});
    BOOST_TEST(sink.text == "refused none ");
}

BOOST_AUTO_TEST_CASE(a_session_that_is_lost_again_leaves_a_subscription_to_the_one_after_it)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.all.session_ends();
    subscriptions.all.session_begins();
    subscriptions.all.session_ends();
    subscriptions.end(1, lost);
    BOOST_TEST(subscriptions.sent.size() == 2U);
    subscriptions.all.session_begins();
    subscriptions.end(2, accepted{6});
    BOOST_TEST(sink.text == "subscribed interrupted subscribed ");
}

BOOST_AUTO_TEST_CASE(a_subscription_may_be_refused_when_it_is_made_again)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.all.session_ends();
    subscriptions.all.session_begins();
    subscriptions.end(1, call_error{"wamp.error.not_authorized", {}});
    subscriptions.all.session_ends();
    subscriptions.all.session_begins();
    BOOST_TEST(subscriptions.sent.size() == 2U);
    BOOST_TEST(sink.text == "subscribed interrupted refused wamp.error.not_authorized ");
}

BOOST_AUTO_TEST_CASE(a_subscription_is_ended_at_the_router_once)
{
    table subscriptions;
    recording_event_sink confirmed;
    recording_event_sink under_way;
    recording_event_sink interrupted;
    const auto first = subscriptions.subscribe(confirmed);
    const auto third = subscriptions.subscribe(interrupted, "a.d");
    subscriptions.end(1, accepted{8});
    subscriptions.all.session_ends();
    subscriptions.end(0, accepted{5});
    const auto second = subscriptions.subscribe(under_way, "a.c");
    for (int times = 0; times < 2; ++times)
        for (const auto id : {first, second, third})
            subscriptions.all.remove(id);
    subscriptions.end(2, accepted{6});
    subscriptions.deliver(6);
    BOOST_TEST(subscriptions.texts() ==
                   (texts{"subscribe a.b", "subscribe a.d", "subscribe a.c", "unsubscribe 5", "unsubscribe 6"}),
               boost::test_tools::per_element());
    BOOST_TEST(under_way.text.empty());
    subscriptions.all.session_begins();
    BOOST_TEST(subscriptions.sent.size() == 5U);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_of_what_becomes_of_a_request_after_the_last_has_gone)
{
    for (const outcome& how : {outcome{lost}, outcome{call_error{"a.b", {}}}}) {
        table subscriptions;
        recording_event_sink sink;
        subscriptions.all.remove(subscriptions.subscribe(sink));
        subscriptions.end(0, how);
        subscriptions.all.session_begins();
        BOOST_TEST(subscriptions.sent.size() == 1U);
        BOOST_TEST(sink.text.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_subscription_that_the_router_ends_is_refused)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.all.take(router_revocation{6, "a.b"});
    subscriptions.all.take(router_revocation{5, "a.b"});
    subscriptions.all.take(router_revocation{5, "a.b"});
    subscriptions.deliver(5);
    BOOST_TEST(sink.text == "subscribed refused a.b ");
    recording_event_sink without_reason;
    subscriptions.subscribe(without_reason);
    subscriptions.end(1, accepted{5});
    subscriptions.all.take(router_revocation{5, {}});
    BOOST_TEST(without_reason.text == "subscribed refused wamp.error.unavailable ");
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_is_an_interruption)
{
    table subscriptions;
    recording_event_sink sink;
    subscriptions.subscribe_confirmed(sink);
    subscriptions.all.take({5, failure{errc::result_invalid, "no"}});
    BOOST_TEST(sink.text == "subscribed interrupted subscribed ");
}

BOOST_AUTO_TEST_CASE(who_is_told_of_an_interruption_may_end_others)
{
    table subscriptions;
    struct : bridge::event_sink {
        void subscribed() override {}
        void received(const topic_event& /*what*/) override {}
        void interrupted() override
        {
            ++told;
            for (const auto id : ids)
                all->remove(id);
        }
        void refused(outcome /*why*/) override {}

        class subscriptions* all = nullptr;
        std::vector<bridge::session::subscription_id> ids;
        int told = 0;
    } sink;
    sink.all = &subscriptions.all;
    for (std::size_t index = 0; index < 3; ++index) {
        sink.ids.push_back(subscriptions.subscribe(sink));
        subscriptions.end(index, accepted{index + 1});
    }
    subscriptions.all.session_ends();
    BOOST_TEST(sink.told == 1);
}
