// Streams that answer a call (contract section 4).
#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;

const payload one{"\x91\x01", {}};
const payload two{"\x91\x02", {}};
const payload no_json{"\x91\xC1", {}};

struct caller : one_service {
    using one_service::one_service;

    /// A client that wants server-sent events for its call, operation 1.
    fake_client& stream(const std::string& accept = "text/event-stream")
    {
        return take(request_builder{}.accept(accept).build());
    }

    void part(const payload& args) { router.progress(1, args); }
};

std::string header_of_stream(const fake_client& client, std::string_view name)
{
    return header({*client.stream_head, {}}, name);
}

}  // namespace

BOOST_AUTO_TEST_CASE(parts_of_a_result_are_asked_for_only_where_the_client_accepts_a_stream)
{
    caller to([](service_options& options) { options.call_timeout = 7s; });
    to.take(request_builder{}.build());
    to.stream("application/json");
    to.stream("text/event-stream");
    to.stream("application/x-ndjson");

    BOOST_REQUIRE(to.router.calls.size() == 4U);
    BOOST_TEST(!to.router.calls[0].receive_progress);
    BOOST_TEST(!to.router.calls[1].receive_progress);
    BOOST_TEST(to.router.calls[2].receive_progress);
    BOOST_TEST(to.router.calls[3].receive_progress);
    BOOST_TEST(to.router.calls[3].timeout.count() == 7000);
}

BOOST_AUTO_TEST_CASE(a_publication_is_never_answered_by_a_stream)
{
    one_service to({}, service_type::publisher);
    const request req = request_builder{}.body(R"({"topic":"a.b"})").accept("text/event-stream").build();
    BOOST_TEST(to.ask(req, accepted{7}).http.body == R"({"id":7})");
}

BOOST_AUTO_TEST_CASE(server_sent_events_come_as_the_parts_do_and_end_with_the_result)
{
    caller to;
    fake_client& client = to.stream();
    BOOST_TEST(!client.stream_head.has_value());

    to.part(one);
    BOOST_TEST(client.stream == "event: progress\nid: 1\ndata: {\"args\":[1]}\n\n");
    to.part({"\x90", "\x81\xA1k\xA2\n\""});
    to.router.end(two);

    BOOST_TEST(client.stream == "event: progress\nid: 1\ndata: {\"args\":[1]}\n\n"
                                "event: progress\nid: 2\ndata: {\"kwargs\":{\"k\":\"\\n\\\"\"}}\n\n"
                                "event: result\nid: 3\ndata: {\"args\":[2]}\n\n");
    BOOST_TEST(client.answers == 1);
    BOOST_REQUIRE(client.stream_end.has_value());
    BOOST_TEST(!client.stream_end->why.has_value());
    BOOST_TEST(client.stream_end->procedure == "com.example.add2");
    BOOST_TEST(client.stream_end->call_ended_at.has_value());
}

BOOST_AUTO_TEST_CASE(lines_of_json_come_as_the_parts_do_and_end_with_the_result)
{
    caller to;
    fake_client& client = to.stream("application/x-ndjson");

    to.part(one);
    to.router.end(two);

    BOOST_TEST(client.stream == "{\"progress\":{\"args\":[1]}}\n{\"result\":{\"args\":[2]}}\n");
    BOOST_TEST(header_of_stream(client, "Content-Type") == "application/x-ndjson");
}

BOOST_AUTO_TEST_CASE(the_head_of_a_stream_forbids_caching_and_buffering)
{
    caller to([](service_options& options) { options.allowed_origins = {"https://app.example.com"}; });
    fake_client& client =
        to.take(request_builder{}.accept("text/event-stream").origin("https://app.example.com").build());

    to.part(one);

    BOOST_TEST(client.stream_head->status == 200);
    BOOST_TEST(header_of_stream(client, "Content-Type") == "text/event-stream");
    BOOST_TEST(header_of_stream(client, "Cache-Control") == "no-store");
    BOOST_TEST(header_of_stream(client, "X-Accel-Buffering") == "no");
    BOOST_TEST(header_of_stream(client, "X-Content-Type-Options") == "nosniff");
    BOOST_TEST(header_of_stream(client, "Access-Control-Allow-Origin") == "https://app.example.com");
    BOOST_TEST(header_of_stream(client, "Vary") == "Origin");
}

BOOST_AUTO_TEST_CASE(a_result_without_parts_before_it_is_a_stream_too)
{
    caller to;
    fake_client& client = to.stream();
    to.router.end(payload{});
    BOOST_TEST(client.stream == "event: result\nid: 1\ndata: {\"args\":[null]}\n\n");
}

BOOST_AUTO_TEST_CASE(a_result_in_its_message_ends_a_stream_like_any_other)
{
    caller to;
    fake_client& client = to.stream();
    to.router.end(payload_in_message{{"\x91\x02", ""}, nullptr});
    BOOST_TEST(client.stream == "event: result\nid: 1\ndata: {\"args\":[2]}\n\n");
}

BOOST_AUTO_TEST_CASE(what_fails_before_the_head_is_an_ordinary_answer)
{
    const auto use_http_statuses = [](service_options& options) { options.status_codes = status_style::http; };
    struct row {
        outcome how;
        int status;
        std::string body;
    };
    for (const row& each : {row{call_error{"wamp.error.not_authorized", {}}, 403,
                                R"({"error":"wamp.error.not_authorized","args":[],"kwargs":{}})"},
                            row{failure{errc::call_timeout}, 504, {}}, row{no_json, 502, {}}}) {
        caller to(use_http_statuses);
        fake_client& client = to.stream();
        to.router.end(each.how);
        BOOST_REQUIRE(client.given.has_value());
        BOOST_TEST(client.given->http.status == each.status);
        BOOST_TEST(header(*client.given, "Content-Type") == "application/json; charset=UTF-8");
        BOOST_TEST((each.body.empty() || client.given->http.body == each.body));
        BOOST_TEST(!client.stream_head.has_value());
    }
    caller to;
    BOOST_TEST(to.take(request_builder{}.accept("text/event-stream").body("{").build()).given->http.status == 400);
}

BOOST_AUTO_TEST_CASE(what_fails_behind_the_head_is_the_last_event)
{
    caller to;
    fake_client& client = to.stream();
    to.part(one);
    client.stream.clear();
    to.router.end(call_error{"a.b", two});
    BOOST_TEST(client.stream == "event: failure\nid: 2\ndata: {\"error\":\"a.b\",\"args\":[2],\"kwargs\":{}}\n\n");
    BOOST_TEST(client.stream_end->error_uri == "a.b");

    caller lines;
    fake_client& reader = lines.stream("application/x-ndjson");
    lines.part(one);
    reader.stream.clear();
    lines.router.end(failure{errc::call_timeout, "no answer"});
    BOOST_TEST(reader.stream.starts_with(R"({"error":"wampfcgi.error.call_timeout",)"));
    BOOST_TEST(reader.stream.ends_with("}\n"));
    BOOST_TEST((reader.stream_end->why->code == errc::call_timeout));
}

BOOST_AUTO_TEST_CASE(a_part_that_json_cannot_hold_cancels_the_call_and_is_its_failure)
{
    caller to;
    fake_client& first = to.stream();
    to.part(no_json);
    BOOST_TEST(first.given->http.status == 502);
    BOOST_TEST(to.router.cancelled.size() == 1U);

    caller later;
    fake_client& second = later.stream();
    later.part(one);
    later.part(no_json);
    BOOST_TEST(second.stream.find("event: failure\nid: 2\ndata: {\"error\":\"wampfcgi.error.result_invalid\"") !=
               std::string::npos);
    BOOST_TEST(later.router.cancelled.size() == 1U);
    BOOST_TEST(second.answers == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_away_cancels_the_call)
{
    caller to;
    to.config.max_in_flight = 1;
    fake_client& client = to.stream();
    to.part(one);

    client.leave();

    BOOST_TEST(to.router.cancelled.size() == 1U);
    to.steady_now += 1min;
    to.timers.come();
    BOOST_TEST(client.stream.find(":\n") == std::string::npos);
    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "none");
}

BOOST_AUTO_TEST_CASE(a_stream_takes_one_place_of_max_in_flight_until_it_ends)
{
    caller to;
    to.config.max_in_flight = 1;
    to.stream();
    to.part(one);
    BOOST_TEST(error_of(*to.take(request_builder{}.build()).given) == "overloaded");
    to.router.end(two);
    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "none");
}

BOOST_AUTO_TEST_CASE(a_client_that_lets_one_mebibyte_wait_is_sent_no_more)
{
    caller to;
    fake_client& client = to.stream();
    client.room = 0;
    to.part(one);
    client.untaken = mebibyte - 1;
    to.part(one);
    BOOST_TEST(client.answers == 0);

    client.untaken = mebibyte;
    to.part(one);

    BOOST_TEST(client.answers == 1);
    BOOST_TEST(to.router.cancelled.size() == 1U);
    BOOST_TEST((client.stream_end->why->code == errc::overloaded));
}

BOOST_AUTO_TEST_CASE(one_large_part_does_not_count_as_waiting_before_it_could_be_read)
{
    caller to;
    fake_client& client = to.stream();
    client.room = 0;
    const std::string text(2 * mebibyte, 'x');
    to.part({"\x91\xDB" + std::string("\x00\x20\x00\x00", 4) + text, {}});
    BOOST_TEST(client.answers == 0);
    BOOST_TEST(client.untaken > 2 * mebibyte);
}

BOOST_AUTO_TEST_CASE(a_silence_of_fifteen_seconds_behind_the_head_is_broken_by_a_comment)
{
    caller to;
    fake_client& events = to.stream();
    BOOST_TEST(to.timers.waiting.empty());
    to.part(one);
    BOOST_REQUIRE(to.timers.waiting.size() == 1U);
    BOOST_TEST(to.timers.waiting.front().first.count() == 15'000);
    to.steady_now += 5s;
    fake_client& lines = to.stream("application/x-ndjson");
    to.router.progress(2, one);
    BOOST_TEST(to.timers.waiting.size() == 1U);
    events.stream.clear();
    lines.stream.clear();

    to.steady_now += 10s;
    to.timers.come();
    BOOST_TEST(events.stream == ":\n");
    BOOST_TEST(lines.stream == "");
    BOOST_REQUIRE(to.timers.waiting.size() == 1U);
    BOOST_TEST(to.timers.waiting.front().first.count() == 5'000);
    to.steady_now += 5s;
    to.timers.come();
    BOOST_TEST(events.stream == ":\n");
    BOOST_TEST(lines.stream == "\n");
    to.part(two);
    BOOST_TEST(events.stream == ":\nevent: progress\nid: 2\ndata: {\"args\":[2]}\n\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_in_a_silence_before_the_head_nor_waited_for_behind_the_end)
{
    caller to;
    fake_client& client = to.stream();
    to.steady_now += 1min;
    to.timers.come();
    BOOST_TEST(!client.stream_head.has_value());

    to.part(one);
    to.router.end(two);
    to.timers.come();
    BOOST_TEST(to.timers.waiting.empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_found_out_by_a_comment_too)
{
    caller to;
    fake_client& client = to.stream();
    to.part(one);
    client.room = 0;
    client.untaken = mebibyte;
    to.steady_now += 15s;

    to.timers.come();

    BOOST_TEST(client.answers == 1);
    BOOST_TEST(to.router.cancelled.size() == 1U);
    BOOST_TEST(to.timers.waiting.empty());
}
