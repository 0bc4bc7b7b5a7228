#include "fcgi/cgi/access_log.hpp"

#include "support/request_builder.hpp"
#include "support/standard_error.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

using namespace wampfcgi;
using namespace std::chrono_literals;

namespace {

const fcgi::request_times::time_point start{1h};
const fcgi::request_times times{start, start + 100us, start + 1000us};

request signed_request()
{
    return request_builder{}.path_info("/signed").query("key=k&signature=c2lnbmF0dXJl").build();
}

bridge::answer refusal(errc code, std::string detail, std::string peer_text = {})
{
    bridge::answer given;
    given.http.status = describe(code).status_crossbar;
    given.report.why = failure{code, std::move(detail), std::move(peer_text)};
    return given;
}

bridge::answer called(const std::string& procedure)
{
    bridge::answer given;
    given.http.body = R"({"args":["s3cret"]})";
    given.report.procedure = procedure;
    given.report.called_at = start + 150us;
    given.report.call_ended_at = start + 900us;
    return given;
}

/// The log, with or without access lines.
std::string logged(const bridge::answer& given, const request& req = signed_request(), bool access = false)
{
    log_settings wanted;
    wanted.access = access;
    log::configure(wanted);
    const std::string text = written_by([&] {
        fcgi::log_answer(req, {given.http.status, given.http.body.size()}, given.report, times);
    });
    log::finish();
    log::configure({});
    return text;
}

/// Removes the time field, with which an access line begins if lines have no time.
std::string without_time(std::string line)
{
    const auto begin = line.find("time=");
    BOOST_REQUIRE(begin != std::string::npos);
    return line.erase(begin, line.find(' ', begin) + 1 - begin);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_refusal_is_logged_with_its_context_and_nothing_of_the_query)
{
    BOOST_TEST(
        logged(refusal(errc::procedure_denied, "procedure is not allowed", "com.x\n")) ==
        "notice: request refused: procedure_denied: procedure is not allowed \"com.x\\x0a\" [wampfcgi:20] id=test"
        " peer=\"192.0.2.7\" path=\"/wamp/signed\" status=403 duration_us=1000\n");
}

BOOST_AUTO_TEST_CASE(an_answered_request_is_logged_only_for_a_service_with_debug)
{
    bridge::answer given = called("com.example.add2");
    BOOST_TEST(logged(given) == "");

    given.report.debug = true;

    BOOST_TEST(logged(given) == "notice: request answered id=test peer=\"192.0.2.7\" path=\"/wamp/signed\" status=200"
                                " duration_us=1000 procedure=\"com.example.add2\"\n");
}

BOOST_AUTO_TEST_CASE(an_access_line_has_the_durations_of_checks_and_call)
{
    BOOST_TEST(without_time(logged(called("com.example.add2"), signed_request(), true)) ==
               "info: request id=test peer=\"192.0.2.7\" method=\"POST\" path=\"/wamp/signed\""
               " procedure=\"com.example.add2\" status=200 bytes=19 checks_us=50 call_us=750 duration_us=1000\n");
}

BOOST_AUTO_TEST_CASE(a_publication_is_logged_with_its_topic)
{
    bridge::answer given = called("");
    given.report.topic = "com.example.news";
    given.report.debug = true;
    const std::string lines = logged(given, signed_request(), true);
    BOOST_TEST(lines.find("\" topic=\"com.example.news\" status=200 bytes=19 checks_us=50") != std::string::npos);
    BOOST_TEST(lines.ends_with(" status=200 duration_us=1000 topic=\"com.example.news\"\n"));
    BOOST_TEST(lines.find("procedure") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_router_is_logged_where_the_client_is_not_told_of_it)
{
    bridge::answer given;
    given.http.status = 500;
    given.report.error_uri = "wamp.error.not_authorized";
    given.report.topic = "com.hook";
    BOOST_TEST(logged(given) == "");

    given.report.error_level = log_level::warning;

    BOOST_TEST(logged(given) == "warning: call ended with \"wamp.error.not_authorized\" id=test peer=\"192.0.2.7\""
                                " path=\"/wamp/signed\" status=500 duration_us=1000 topic=\"com.hook\"\n");
}

BOOST_AUTO_TEST_CASE(an_access_line_of_a_refusal_has_no_call)
{
    BOOST_TEST(without_time(logged(refusal(errc::body_not_json, "x"), signed_request(), true)) ==
               "info: request id=test peer=\"192.0.2.7\" method=\"POST\" path=\"/wamp/signed\" status=400 bytes=0"
               " checks_us=900 duration_us=1000\n");
}

BOOST_AUTO_TEST_CASE(no_part_of_a_request_can_forge_an_access_line)
{
    const auto req = request_builder{}
                         .method("P\nOST")
                         .script_name("/\" status=200")
                         .path_info("\r\x1b")
                         .remote_addr("1.2.3.4\ninfo: request")
                         .build();

    BOOST_TEST(without_time(logged(called("a\" b=\"\n"), req, true)) ==
               "info: request id=test peer=\"1.2.3.4\\x0ainfo: request\" method=\"P\\x0aOST\""
               " path=\"/\\\" status=200\\x0d\\x1b\" procedure=\"a\\\" b=\\\"\\x0a\" status=200 bytes=19 checks_us=50"
               " call_us=750 duration_us=1000\n");
}

BOOST_AUTO_TEST_CASE(a_call_that_was_given_up_has_an_access_line_too)
{
    log_settings wanted;
    wanted.access = true;
    log::configure(wanted);

    const std::string text = written_by([] { fcgi::log_given_up(signed_request(), {.procedure = "a.b"}, times); });

    log::configure({});
    BOOST_TEST(without_time(text) == "info: request id=test peer=\"192.0.2.7\" method=\"POST\" path=\"/wamp/signed\""
                                     " procedure=\"a.b\" status=499 bytes=0 duration_us=1000\n");
}

BOOST_AUTO_TEST_CASE(a_slow_call_has_a_line_that_says_where_the_time_went)
{
    bridge::answer given = called("com.example.add2");
    given.report.store_took = 10us;
    given.report.session_took = 200us;
    const auto written_after = [&](std::chrono::microseconds whole) {
        log_settings wanted;
        wanted.slow = 2ms;
        log::configure(wanted);
        const std::string text = written_by([&] {
            const auto call = fcgi::watch_call(signed_request(), 200, given.report, times);
            BOOST_REQUIRE(call.has_value());
            fcgi::log_if_slow(*call, start + whole);
        });
        log::configure({});
        return text;
    };

    BOOST_TEST(written_after(1999us) == "");
    BOOST_TEST(written_after(2000us) ==
               "notice: slow call id=test peer=\"192.0.2.7\" path=\"/wamp/signed\" procedure=\"com.example.add2\""
               " status=200 read_us=100 checks_us=40 store_us=10 session_us=200 call_us=550 write_us=1100"
               " duration_us=2000\n");
}

BOOST_AUTO_TEST_CASE(neither_a_refusal_nor_any_call_without_a_limit_is_a_slow_call)
{
    log_settings wanted;
    wanted.slow = 2ms;
    log::configure(wanted);
    BOOST_TEST(!fcgi::watch_call(signed_request(), 400, refusal(errc::body_not_json, "x").report, times).has_value());
    log::configure({});
    BOOST_TEST(!fcgi::watch_call(signed_request(), 200, called("com.example.add2").report, times).has_value());
}

BOOST_AUTO_TEST_CASE(refusals_of_a_kind_are_summed_up_whatever_their_details_but_not_with_debug)
{
    const auto flood = [](bool debug) {
        return written_by([&] {
            for (int i = 0; i < 15; ++i) {
                auto given = refusal(errc::key_unknown, "detail " + std::to_string(i), "key " + std::to_string(i));
                given.report.debug = debug;
                fcgi::log_answer(signed_request(), {401, 0}, given.report, times);
            }
            log::finish();
        });
    };

    BOOST_TEST(flood(false).ends_with("last message repeated 5 times in 1 s: request refused: key_unknown\n"));
    BOOST_TEST(flood(true).find("repeated") == std::string::npos);
}
