#include "wamp/session/messages.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

using namespace wampfcgi;
using namespace wampfcgi::wamp;
using namespace std::string_view_literals;

namespace {

std::optional<router_event> read(std::string_view bytes)
{
    const auto message = split_message(bytes);
    return message ? read_event(*message) : std::nullopt;
}

/// Why the event for subscription 5 is invalid.
std::string invalid_because(std::string_view bytes)
{
    const auto event = read(bytes);
    BOOST_REQUIRE(event.has_value());
    BOOST_TEST(event->subscription_id == 5U);
    return std::get<failure>(event->what).detail;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_has_ids_a_topic_and_arguments)
{
    const auto event = read("\x96\x24\x05\xCD\x01\x2C\x82\xA1x\x90\xA5topic\xA3"
                            "a.b\x91\x01\x81\xA1k\x02"sv);
    BOOST_REQUIRE(event.has_value());
    BOOST_TEST(event->subscription_id == 5U);
    const auto& what = std::get<topic_event>(event->what);
    BOOST_TEST(what.publication_id == 300U);
    BOOST_TEST(what.topic == "a.b");
    BOOST_TEST(what.arguments.args == "\x91\x01"sv);
    BOOST_TEST(what.arguments.kwargs == "\x81\xA1k\x02"sv);
}

BOOST_AUTO_TEST_CASE(an_event_may_lack_topic_and_arguments)
{
    for (const auto bytes : {"\x93\x24\x05\x07"sv, "\x94\x24\x05\x07\x80"sv, "\x95\x24\x05\x07\x80\xC0"sv,
                             "\x94\x24\x05\x07\x81\xA5topic\x01"sv, "\x94\x24\x05\x07\xC0"sv}) {
        const auto event = read(bytes);
        BOOST_REQUIRE(event.has_value());
        const auto& what = std::get<topic_event>(event->what);
        BOOST_TEST(what.publication_id == 7U);
        BOOST_TEST(what.topic.empty());
        BOOST_TEST(what.arguments.args.empty());
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_cannot_be_read_still_names_its_subscription)
{
    BOOST_TEST(invalid_because("\x92\x24\x05"sv) == "EVENT has no publication id");
    BOOST_TEST(invalid_because("\x93\x24\x05\xA1x"sv) == "EVENT has no publication id");
    BOOST_TEST(invalid_because("\x95\x24\x05\x07\x80\x01"sv) == "Arguments is not a list");
    BOOST_TEST(invalid_because("\x94\x24\x05\x07\xC1"sv).starts_with("EVENT cannot be read: byte 4"));
}

BOOST_AUTO_TEST_CASE(a_revocation_names_the_subscription_and_perhaps_a_reason)
{
    const auto read_it = [](std::string_view bytes) { return read_revocation(split_message(bytes).value()); };
    const auto whole = read_it("\x93\x23\x00\x82\xACsubscription\x05\xA6reason\xA3"
                               "a.b"sv);
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->subscription_id == 5U);
    BOOST_TEST(whole->reason == "a.b");
    BOOST_TEST(read_it("\x93\x23\x00\x81\xACsubscription\x05"sv).value().reason.empty());
    for (const auto bytes : {"\x92\x23\x00"sv, "\x93\x23\x00\x80"sv, "\x93\x23\x01\x81\xACsubscription\x05"sv,
                             "\x93\x23\x00\xC0"sv, "\x93\x21\x00\x81\xACsubscription\x05"sv})
        BOOST_TEST(!read_it(bytes));
}

BOOST_AUTO_TEST_CASE(what_is_no_event_or_has_no_subscription_id_is_none)
{
    for (const auto bytes : {"\x91\x24"sv, "\x93\x24\xA1x\x07"sv, "\x93\x21\x05\x07"sv})
        BOOST_TEST(!read(bytes));
}
