// Owns the contract of sessions, for the real one and the fake one.
#pragma once

#include "wampfcgi/bridge/session.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi {

/// A session, and the router behind it.
struct session_under_test {
    bridge::session& session;
    /// The procedures and topics of `count` operations, in this order, once the router has received them.
    std::function<std::vector<std::string>(std::size_t count)> uris;
    std::function<void(std::size_t index, std::string args)> answer;     ///< to an operation; waits for the effect
    std::function<void(std::size_t index, std::string args)> send_part;  ///< of an operation's result; waits likewise
    std::function<void(std::size_t index)> acknowledge;                  ///< as publication 42
    std::function<void(std::size_t index, std::string uri)> fail;
    std::function<void(std::size_t index)> confirm;                    ///< a subscription
    std::function<void(std::size_t index, std::string args)> deliver;  ///< publication 7 for it
};

/// Records how an operation ended.
struct recording_sink final : bridge::outcome_sink {
    void progressed(payload part) override
    {
        text += "part " + part.args + " ";
        if (then)
            std::exchange(then, nullptr)();
    }

    void ended(outcome&& how) override
    {
        if (const auto* const result = std::get_if<payload>(&how))
            text += "result " + result->args;
        else if (const auto* const long_result = std::get_if<payload_in_message>(&how))
            text += "result " + std::string(long_result->at.args);
        else if (const auto* const yes = std::get_if<accepted>(&how))
            text += "accepted " + std::to_string(yes->id);
        else if (const auto* const error = std::get_if<call_error>(&how))
            text += "error " + error->uri;
        else
            text += std::get<failure>(how).detail;
        if (then)
            std::exchange(then, nullptr)();
    }

    std::string text;
    std::function<void()> then;
};

/// Records what a subscription received.
struct recording_event_sink final : bridge::event_sink {
    void subscribed() override { text += "subscribed "; }

    void received(const topic_event& what) override
    {
        text += what.topic + " " + std::to_string(what.publication_id) + " " + what.arguments.args + " ";
        if (then)
            std::exchange(then, nullptr)();
    }

    void interrupted() override { text += "interrupted "; }

    void refused(outcome why) override
    {
        const auto* const error = std::get_if<call_error>(&why);
        text += "refused " + (error != nullptr ? error->uri : std::get<failure>(why).detail) + " ";
    }

    std::string text;
    std::function<void()> then;
};

/// Calls a procedure. The outcome comes later.
inline bridge::session::operation_id make_call(const session_under_test& the, const std::string& procedure,
                                               recording_sink& sink, bool receive_progress = false)
{
    wampfcgi::call made{procedure, {"\x91\x01", {}}, std::chrono::seconds(30), receive_progress};
    const auto id = the.session.call(made, sink);
    BOOST_TEST(id != 0U);
    BOOST_TEST(made.procedure == procedure);
    BOOST_TEST(sink.text.empty());
    return id;
}

/// The first four requests.
inline void check_calls(const session_under_test& the)
{
    recording_sink first;
    recording_sink second;
    recording_sink third;
    recording_sink fourth;
    make_call(the, "a.first", first);
    const auto given_up = make_call(the, "a.second", second);
    const auto ended = make_call(the, "a.third", third);
    const std::vector<std::string> expected{"a.first", "a.second", "a.third"};
    BOOST_TEST(the.uris(3) == expected, boost::test_tools::per_element());

    the.session.cancel(given_up);
    the.session.cancel(given_up);
    the.answer(1, "\x91\x02");
    BOOST_TEST(second.text.empty());

    third.then = [&] { make_call(the, "a.fourth", fourth); };  // a sink may make another call
    the.fail(2, "a.b");
    BOOST_TEST(third.text == "error a.b");
    the.session.cancel(ended);
    the.answer(0, "\x91\x03");
    BOOST_TEST(first.text == "result \x91\x03");
    BOOST_TEST(the.uris(4).back() == "a.fourth");
    the.answer(3, "\x90");
    BOOST_TEST(fourth.text == "result \x90");
    the.answer(3, "\x90");
    BOOST_TEST(fourth.text == "result \x90");
    BOOST_TEST(second.text.empty());
}

/// The next three requests.
inline void check_parts_of_results(const session_under_test& the)
{
    recording_sink parts;
    recording_sink whole;
    recording_sink left;
    make_call(the, "c.parts", parts, true);
    make_call(the, "c.whole", whole);
    const auto leaving = make_call(the, "c.left", left, true);
    BOOST_TEST(the.uris(7).back() == "c.left");
    the.send_part(4, "\x91\x01");
    the.send_part(4, "\x91\x02");
    the.send_part(5, "\x91\x01");  // it was not requested
    left.then = [&] { the.session.cancel(leaving); };
    the.send_part(6, "\x91\x01");
    the.send_part(6, "\x91\x02");
    the.answer(6, "\x91\x03");
    the.answer(5, "\x91\x02");
    the.answer(4, "\x91\x03");
    the.send_part(4, "\x91\x04");
    BOOST_TEST(parts.text == "part \x91\x01 part \x91\x02 result \x91\x03");
    BOOST_TEST(whole.text == "result \x91\x02");
    BOOST_TEST(left.text == "part \x91\x01 ");
}

/// Three more requests.
inline void check_publications(const session_under_test& the)
{
    recording_sink taken;
    recording_sink refused;
    recording_sink dropped;
    const auto publish = [&](const std::string& topic, recording_sink& sink) {
        const auto id = the.session.publish({topic,
                                             {"\x91\x01", {}},
                                             "\x81\xAB"
                                             "acknowledge\xC3",
                                             std::chrono::seconds(30)},
                                            sink);
        BOOST_TEST(id != 0U);
        BOOST_TEST(sink.text.empty());
        return id;
    };
    publish("b.first", taken);
    publish("b.second", refused);
    const auto forgotten = publish("b.third", dropped);
    BOOST_TEST(the.uris(10).back() == "b.third");
    the.session.cancel(forgotten);
    the.acknowledge(9);
    the.fail(8, "a.b");
    the.acknowledge(7);
    the.acknowledge(7);
    BOOST_TEST(taken.text == "accepted 42");
    BOOST_TEST(refused.text == "error a.b");
    BOOST_TEST(dropped.text.empty());
}

/// The last four requests.
inline void check_subscriptions(const session_under_test& the)
{
    recording_event_sink whole;
    recording_event_sink denied;
    recording_event_sink dropped;
    recording_event_sink left;
    const auto subscribe = [&](const std::string& topic, topic_match match, recording_event_sink& sink) {
        const auto id = the.session.subscribe({topic, match, std::chrono::seconds(30)}, sink);
        BOOST_TEST(id != 0U);
        BOOST_TEST(sink.text.empty());
        return id;
    };
    const auto first = subscribe("d.first", topic_match::exact, whole);
    subscribe("d.second.", topic_match::prefix, denied);
    const auto forgotten = subscribe("d.third", topic_match::exact, dropped);
    const auto leaving = subscribe("d.fourth", topic_match::exact, left);
    BOOST_TEST(the.uris(14).back() == "d.fourth");
    the.session.unsubscribe(forgotten);
    the.session.unsubscribe(forgotten);
    the.fail(11, "a.b");
    the.confirm(12);
    the.confirm(10);
    the.confirm(13);
    left.then = [&] { the.session.unsubscribe(leaving); };
    for (const std::size_t index : {10U, 11U, 12U, 13U, 10U, 13U})
        the.deliver(index, "\x91\x01");
    the.session.unsubscribe(first);
    the.deliver(10, "\x91\x02");
    BOOST_TEST(whole.text == "subscribed d.first 7 \x91\x01 d.first 7 \x91\x01 ");
    BOOST_TEST(denied.text == "refused a.b ");
    BOOST_TEST(dropped.text.empty());
    BOOST_TEST(left.text == "subscribed d.fourth 7 \x91\x01 ");
}

inline void check_session_contract(const session_under_test& the)
{
    check_calls(the);
    check_parts_of_results(the);
    check_publications(the);
    check_subscriptions(the);
}

}  // namespace wampfcgi
