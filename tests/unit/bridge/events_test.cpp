// The service "events" (contract section 7): who gets a stream, how it begins and ends.
#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

struct listeners : one_service {
    explicit listeners(const std::function<void(service_options&)>& change = {})
        : one_service(
              [&](service_options& options) {
                  options.methods = {.get = true};
                  options.topics = {"com.news", "com.orders."};
                  options.call_timeout = 7s;
                  if (change)
                      change(options);
              },
              service_type::events)
    {
        config.router.connect_timeout = 5s;
    }

    fake_client& listen(const std::string& query = "topic=com.news")
    {
        return take(request_builder{}.method("GET").query(query).body("").build());
    }

    /// A client whose stream has begun.
    fake_client& stream(const std::string& query = "topic=com.news")
    {
        fake_client& client = listen(query);
        for (std::size_t id = 1; id <= router.subscriptions.size(); ++id)
            router.confirm(id);
        BOOST_REQUIRE(client.stream_head.has_value());
        client.stream.clear();
        return client;
    }

    /// Lets time pass; timers that are due expire.
    void pass(std::chrono::milliseconds time)
    {
        steady_now += time;
        timers.come();
    }
};

std::string refusal(const fake_client& client)
{
    BOOST_REQUIRE(client.given.has_value());
    return error_of(*client.given) + " " + std::to_string(client.given->http.status);
}

topic_event event(std::uint64_t id, const std::string& topic = "com.news")
{
    return {id, topic, {"\x91\x01", {}}};
}

std::string text(const std::string& id, const std::string& topic = "com.news")
{
    return "id: " + id + "\ndata: {\"topic\":\"" + topic + "\",\"args\":[1],\"kwargs\":{}}\n\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_begins_when_the_router_has_confirmed_every_topic)
{
    listeners to([](service_options& options) { options.allowed_origins = {"*"}; });
    fake_client& client = to.take(request_builder{}
                                      .method("GET")
                                      .query("topic=com.news&topic=com.orders.new")
                                      .origin("https://app.example.com")
                                      .body("")
                                      .build());
    BOOST_REQUIRE(to.router.subscriptions.size() == 2U);
    BOOST_TEST(to.router.subscriptions[0].what.topic == "com.news");
    BOOST_TEST((to.router.subscriptions[0].what.match == topic_match::exact));
    BOOST_TEST(to.router.subscriptions[0].what.timeout.count() == 7000);
    to.router.confirm(2);
    to.router.deliver(2, event(1, "com.orders.new"));  // before the stream begins: not delivered
    BOOST_TEST(!client.stream_head.has_value());

    to.router.confirm(1);

    BOOST_REQUIRE(client.stream_head.has_value());
    BOOST_TEST(client.stream_head->status == 200);
    const auto head = [&](std::string_view name) { return header({*client.stream_head, {}}, name); };
    BOOST_TEST(head("Content-Type") == "text/event-stream");
    BOOST_TEST(head("Cache-Control") == "no-store");
    BOOST_TEST(head("X-Accel-Buffering") == "no");
    BOOST_TEST(head("Access-Control-Allow-Origin") == "https://app.example.com");
    BOOST_REQUIRE(client.stream.starts_with("retry: "));
    BOOST_TEST(client.stream.ends_with("\n:\n\n"));
    const int retry = std::stoi(client.stream.substr(7));
    BOOST_TEST(retry >= 2000);
    BOOST_TEST(retry <= 6000);
}

BOOST_AUTO_TEST_CASE(an_event_comes_with_its_id_topic_and_arguments)
{
    listeners to;
    fake_client& client = to.stream();
    to.router.deliver(1, event(7));
    to.router.deliver(1, {9007199254740993, "com.news", {{}, "\x81\xA1k\xA1\n"}});
    BOOST_TEST(client.stream ==
               text("7") +
                   "id: 9007199254740993\ndata: {\"topic\":\"com.news\",\"args\":[],\"kwargs\":{\"k\":\"\\n\"}}\n\n");
}

BOOST_AUTO_TEST_CASE(clients_of_one_topic_share_a_subscription)
{
    listeners to;
    fake_client& first = to.stream();
    fake_client& second = to.listen();
    BOOST_TEST(second.stream_head.has_value());  // at once
    second.stream.clear();
    to.listen("topic=com.orders.&match=prefix");
    to.listen("topic=com.orders.&match=wildcard");
    BOOST_TEST(to.router.subscriptions.size() == 3U);
    BOOST_TEST((to.router.subscriptions[1].what.match == topic_match::prefix));
    BOOST_TEST((to.router.subscriptions[2].what.match == topic_match::wildcard));

    to.router.deliver(1, event(7));

    BOOST_TEST(first.stream == text("7"));
    BOOST_TEST(second.stream == text("7"));
}

BOOST_AUTO_TEST_CASE(an_event_comes_once_however_many_topics_of_a_stream_match)
{
    listeners to;
    fake_client& client = to.stream("topic=com.orders.&topic=com.orders.new.&match=prefix");
    for (const std::uint64_t id : {1U, 2U}) {
        to.router.deliver(1, event(id, "com.orders.new.x"));
        to.router.deliver(1, event(id + 10, "com.orders.old"));
    }
    for (const std::uint64_t id : {1U, 2U})
        to.router.deliver(2, event(id, "com.orders.new.x"));
    BOOST_TEST(client.stream == text("1", "com.orders.new.x") + text("11", "com.orders.old") +
                                    text("2", "com.orders.new.x") + text("12", "com.orders.old"));
}

BOOST_AUTO_TEST_CASE(a_query_that_names_no_topic_or_a_wrong_one_is_refused_without_a_subscription)
{
    struct row {
        std::string query;
        std::string expected;
        std::string parameter = {};
    };
    std::string many = "topic=com.orders.a0";
    for (int i = 1; i < 33; ++i)
        many += "&topic=com.orders.a" + std::to_string(i);
    const std::array<row, 15> rows{{
        {"", "topic_missing 400"},
        {"match=exact", "topic_missing 400"},
        {"topic=", "topic_invalid 400"},
        {"topic=&match=prefix", "topic_invalid 400"},
        {"topic=&match=wildcard", "topic_invalid 400"},
        {"topic=com..news", "topic_invalid 400"},
        {"topic=com.orders.", "topic_invalid 400"},
        {"topic=com.orders..a&match=prefix", "topic_invalid 400"},
        {"topic=com.orders.%20&match=wildcard", "topic_invalid 400"},
        {"topic=com.news&topic=a%23b", "topic_invalid 400"},
        {"topic=com.news&match=exactly", "parameter_invalid 400", "match"},
        {"topic=com.news&match=", "parameter_invalid 400", "match"},
        {"topic=%ff", "parameter_invalid 400", "topic"},
        {"topic=com.news%00", "parameter_invalid 400", "topic"},
        {many, "parameter_invalid 400", "topic"},
    }};
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.query)
        {
            listeners to;
            const fake_client& client = to.listen(each.query);
            BOOST_TEST(refusal(client) == each.expected);
            if (!each.parameter.empty())
                BOOST_TEST(client.given->http.body.ends_with("\"kwargs\":{\"parameter\":\"" + each.parameter + "\"}}"));
            BOOST_TEST(to.router.subscriptions.empty());
        }
}

BOOST_AUTO_TEST_CASE(thirty_two_topics_are_taken_and_equal_ones_count_once)
{
    listeners to;
    std::string query = "match=exact&match=nonsense&other=1&topic=com.orders.a0";
    for (int i = 0; i < 32; ++i)
        query += "&topic=com.orders.a" + std::to_string(i);
    to.listen(query);
    BOOST_TEST(to.router.subscriptions.size() == 32U);
}

BOOST_AUTO_TEST_CASE(topics_have_to_be_within_those_of_the_service)
{
    struct row {
        std::string query;
        bool allowed;
    };
    const std::array<row, 15> rows{{
        {"topic=com.news", true},
        {"topic=com.news.x", false},
        {"topic=com.orders.x", true},
        {"topic=com.orders", false},
        {"topic=com.news&match=prefix", false},
        {"topic=com.news&match=wildcard", false},
        {"topic=com.orders&match=prefix", false},
        {"topic=com.orders.&match=prefix", true},
        {"topic=com.orders.x&match=prefix", true},
        {"topic=com.&match=prefix", false},
        {"topic=com.orders.&match=wildcard", true},
        {"topic=com.orders..x&match=wildcard", true},
        {"topic=com..x&match=wildcard", false},
        {"topic=..&match=wildcard", false},
        {"topic=com.news&topic=com.other", false},
    }};
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.query)
        {
            listeners to;
            const fake_client& client = to.listen(each.query);
            BOOST_TEST((to.router.subscriptions.empty() ? "denied" : "allowed") ==
                       (each.allowed ? "allowed" : "denied"));
            if (!each.allowed)
                BOOST_TEST(refusal(client) == "topic_denied 403");
        }
}

BOOST_AUTO_TEST_CASE(only_get_is_taken)
{
    for (const std::string method : {"HEAD", "POST", "PUT", "DELETE"}) {
        listeners to;
        const answer got = to.ask(request_builder{}.method(method).query("topic=com.news").build());
        BOOST_TEST(error_of(got) == "method_not_allowed");
        BOOST_TEST(header(got, "Allow") == "GET, OPTIONS");
    }
}

BOOST_AUTO_TEST_CASE(a_subscription_that_the_router_refuses_is_answered_by_its_error_and_the_others_are_given_up)
{
    listeners to;
    fake_client& client = to.listen("topic=com.news&topic=com.orders.new");
    to.router.confirm(1);
    to.router.refuse(2, call_error{"wamp.error.not_authorized", {"\x91\xA1n", {}}});
    BOOST_REQUIRE(client.given.has_value());
    BOOST_TEST(client.given->http.status == 200);
    BOOST_TEST(client.given->http.body == R"({"error":"wamp.error.not_authorized","args":["n"],"kwargs":{}})");
    BOOST_TEST(client.given->report.error_uri == "wamp.error.not_authorized");
    to.pass(10s);
    BOOST_TEST(to.router.unsubscribed.size() == 1U);
    to.listen("topic=com.orders.new");
    BOOST_TEST(to.router.subscriptions.size() == 3U);  // subscribed again
}

BOOST_AUTO_TEST_CASE(failures_before_the_beginning_have_their_statuses)
{
    listeners to;
    fake_client& late = to.listen();
    to.router.refuse(1, failure{errc::call_timeout, "late"});
    BOOST_TEST(refusal(late) == "call_timeout 504");
    fake_client& without_session = to.listen();
    to.router.refuse(2, failure{errc::router_unavailable, "none"});
    BOOST_TEST(refusal(without_session) == "router_unavailable 503");
    BOOST_TEST(header(*without_session.given, "Retry-After") == "1");
}

BOOST_AUTO_TEST_CASE(who_comes_while_the_session_is_lost_waits_for_connect_timeout_only)
{
    listeners to;
    to.stream();
    to.router.interrupt(1);
    fake_client& second = to.listen();
    to.pass(4999ms);
    BOOST_TEST(second.answers == 0);
    to.pass(1ms);
    BOOST_TEST(refusal(second) == "router_unavailable 503");
}

BOOST_AUTO_TEST_CASE(a_subscription_that_stays_unconfirmed_is_given_up_at_last)
{
    listeners to;
    fake_client& client = to.listen();
    to.pass(11999ms);
    BOOST_TEST(client.answers == 0);
    to.pass(1ms);
    BOOST_TEST(refusal(client) == "call_timeout 504");
}

BOOST_AUTO_TEST_CASE(a_lost_session_is_a_gap_once_all_topics_are_confirmed_again)
{
    listeners to;
    fake_client& client = to.stream("topic=com.news&topic=com.orders.new");
    to.router.interrupt(1);
    to.router.interrupt(2);
    to.router.confirm(1);
    BOOST_TEST(client.stream.empty());
    to.router.confirm(2);
    to.router.deliver(1, event(7));
    BOOST_TEST(client.stream == "event: gap\ndata: {}\n\n" + text("7"));
    BOOST_TEST(client.answers == 0);
}

BOOST_AUTO_TEST_CASE(an_event_that_json_cannot_hold_is_a_gap)
{
    listeners to;
    fake_client& client = to.stream();
    to.router.deliver(1, {7, "com.news", {"\x91\xC1", {}}});
    BOOST_TEST(client.stream == "event: gap\ndata: {}\n\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_back_begins_with_a_gap)
{
    listeners to;
    to.stream();
    fake_client& client =
        to.take(request_builder{}.method("GET").query("topic=com.news").last_event_id("7").body("").build());
    BOOST_TEST(client.stream.ends_with("\n:\n\nevent: gap\ndata: {}\n\n"));
}

BOOST_AUTO_TEST_CASE(a_subscription_that_is_refused_when_made_again_ends_its_streams)
{
    listeners to;
    fake_client& client = to.stream();
    to.router.interrupt(1);
    to.router.refuse(1, call_error{"wamp.error.not_authorized", {}});
    BOOST_TEST(client.stream ==
               "event: failure\ndata: {\"error\":\"wamp.error.not_authorized\",\"args\":[],\"kwargs\":{}}\n\n");
    BOOST_TEST(client.answers == 1);
    BOOST_TEST(client.stream_end->error_uri == "wamp.error.not_authorized");
}

BOOST_AUTO_TEST_CASE(a_subscription_ends_ten_seconds_after_its_last_client_has_gone)
{
    listeners to;
    to.stream().leave();
    BOOST_TEST(to.router.unsubscribed.empty());
    BOOST_TEST((to.timers.waiting.back().first == 10s));
    to.listen();  // in time
    to.pass(10s);
    BOOST_TEST(to.router.unsubscribed.empty());
    to.clients.back().leave();
    to.pass(10s);
    BOOST_TEST(to.router.unsubscribed.size() == 1U);
    to.listen();
    BOOST_TEST(to.router.subscriptions.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_client_that_comes_and_goes_lengthens_the_life_of_a_subscription)
{
    listeners to;
    to.stream().leave();
    to.listen().leave();
    const auto both = std::exchange(to.timers.waiting, {});
    std::vector<std::function<void()>> lingering;
    for (const auto& [delay, then] : both)
        if (delay == 10s)
            lingering.push_back(then);
    BOOST_REQUIRE(lingering.size() == 2U);
    lingering[0]();
    BOOST_TEST(to.router.unsubscribed.empty());
    lingering[1]();
    BOOST_TEST(to.router.unsubscribed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_256_kib_is_closed_alone)
{
    listeners to;
    fake_client& slow = to.stream();
    fake_client& other = to.listen();
    slow.room = 0;
    const std::string large(100'000, 'x');
    const topic_event much{7, "com.news", {"\x91\xDB" + std::string("\0\x01\x86\xA0", 4) + large, {}}};
    for (int times = 0; times < 3; ++times)
        to.router.deliver(1, much);
    BOOST_TEST(slow.answers == 0);
    to.router.deliver(1, much);
    BOOST_TEST(slow.answers == 1);
    BOOST_TEST((slow.stream_end->why->code == errc::overloaded));
    BOOST_TEST(other.answers == 0);
    to.router.deliver(1, event(8));
    BOOST_TEST(other.stream.ends_with(text("8")));
}

BOOST_AUTO_TEST_CASE(silence_is_broken_by_a_comment_line)
{
    listeners to([](service_options& options) { options.heartbeat = 3s; });
    fake_client& client = to.stream();
    to.pass(2999ms);
    BOOST_TEST(client.stream.empty());
    to.pass(1ms);
    BOOST_TEST(client.stream == ":\n");
}

BOOST_AUTO_TEST_CASE(a_stream_ends_after_max_stream_seconds)
{
    listeners to([](service_options& options) { options.max_stream = 60s; });
    fake_client& client = to.stream();
    to.pass(59999ms);
    BOOST_TEST(client.answers == 0);
    to.pass(1ms);
    BOOST_TEST(client.answers == 1);
    BOOST_TEST(!client.stream_end->why.has_value());
    to.router.deliver(1, event(7));
    BOOST_TEST(client.stream.find("data") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_worker_and_an_address_have_so_many_streams_and_no_more)
{
    listeners to([](service_options& options) { options.max_streams_per_address = 2; });
    to.config.max_streams = 3;
    const auto from = [&](const std::string& address) -> fake_client& {
        return to.take(request_builder{}.method("GET").query("topic=com.news").remote_addr(address).body("").build());
    };
    fake_client& first = from("192.0.2.1");
    fake_client& second = from("::ffff:192.0.2.1");
    BOOST_TEST(second.answers == 0);
    BOOST_TEST(refusal(from("192.0.2.1")) == "overloaded 503");
    first.leave();
    BOOST_TEST(from("192.0.2.1").answers == 0);
    BOOST_TEST(from("2001:db8::1").answers == 0);
    BOOST_TEST(refusal(from("192.0.2.2")) == "overloaded 503");
    second.leave();
    BOOST_TEST(from("2001:db8::ffff").answers == 0);
    to.clients.front().leave();
    to.config.max_streams = 100;
    BOOST_TEST(refusal(from("2001:db8::2")) == "overloaded 503");
}

BOOST_AUTO_TEST_CASE(no_limit_of_streams_for_an_address_is_zero)
{
    listeners to([](service_options& options) { options.max_streams_per_address = 0; });
    for (int times = 0; times < 150; ++times)
        BOOST_TEST(to.listen().answers == 0);
}

BOOST_AUTO_TEST_CASE(streams_end_one_after_the_other_when_the_worker_does)
{
    listeners to;
    fake_client& first = to.stream();
    fake_client& second = to.listen();
    to.asked->end_streams(1000ms);
    fake_client& third = to.listen("topic=com.orders.x");
    to.pass(0ms);
    BOOST_TEST(first.answers == 1);
    BOOST_TEST(second.answers == 0);
    to.router.confirm(2);
    to.pass(500ms);
    BOOST_TEST(second.answers == 1);
    BOOST_TEST(third.answers == 0);
    to.pass(500ms);
    BOOST_TEST(third.answers == 1);
}

BOOST_AUTO_TEST_CASE(a_plain_cgi_program_has_no_streams_of_events)
{
    listeners to;
    to.lives_for = gateway::lifetime::one_request;
    BOOST_TEST(refusal(to.listen()) == "streams_unsupported 501");
    BOOST_TEST(to.router.subscriptions.empty());
}
