#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

outcome error_outcome(std::string uri)
{
    return call_error{std::move(uri), {}};
}

outcome failure_outcome(errc code)
{
    return failure{code};
}

void use_http(service_options& options)
{
    options.status_codes = status_style::http;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_call_has_the_procedure_arguments_and_time_out_of_request_and_service)
{
    one_service to([](service_options& options) { options.call_timeout = 7s; });

    to.ask(request_builder{}.build());

    BOOST_REQUIRE(to.router.calls.size() == 1U);
    BOOST_TEST(to.router.calls[0].procedure == "com.example.add2");
    BOOST_TEST(to.router.calls[0].arguments.args == "\x92\x01\x02");
    BOOST_TEST(to.router.calls[0].arguments.kwargs == "");
    BOOST_TEST(to.router.calls[0].timeout.count() == 7000);
}

BOOST_AUTO_TEST_CASE(a_result_is_answered_with_the_fixed_headers_and_nothing_else)
{
    one_service to;

    const answer got = to.ask(request_builder{}.build(), payload{"\x91\x03", ""});

    BOOST_TEST(got.http.status == 200);
    BOOST_TEST(got.http.body == R"({"args":[3]})");
    BOOST_TEST(header(got, "Content-Type") == "application/json; charset=UTF-8");
    BOOST_TEST(header(got, "Cache-Control") == "no-store");
    BOOST_TEST(header(got, "X-Content-Type-Options") == "nosniff");
    std::size_t count = 0;
    got.http.headers.each([&](std::string_view, std::string_view) { ++count; });
    BOOST_TEST(count == 3U);
    BOOST_TEST(got.report.procedure == "com.example.add2");
    BOOST_TEST(error_of(got) == "none");
}

BOOST_AUTO_TEST_CASE(a_wamp_error_has_200_with_crossbars_statuses)
{
    one_service to;
    for (const char* uri : {"wamp.error.no_such_procedure", "wamp.error.canceled", "com.example.error"}) {
        const answer got = to.ask(request_builder{}.build(), error_outcome(uri));
        BOOST_TEST(got.http.status == 200);
        BOOST_TEST(got.http.body == R"({"error":")" + std::string(uri) + R"(","args":[],"kwargs":{}})");
        BOOST_TEST(got.report.error_uri == uri);
        BOOST_TEST(error_of(got) == "none");
    }
}

BOOST_AUTO_TEST_CASE(a_wamp_error_has_a_status_of_its_own_with_http_statuses_and_the_same_body)
{
    struct row {
        std::string uri;
        int status;
    };
    const std::vector<row> rows{
        {"wamp.error.no_such_procedure", 404},
        {"wamp.error.not_authorized", 403},
        {"wamp.error.authorization_failed", 403},
        {"wamp.error.invalid_argument", 400},
        {"wamp.error.invalid_uri", 400},
        {"wamp.error.no_eligible_callee", 502},
        {"wamp.error.no_available_callee", 502},
        {"wamp.error.callee_unavailable", 502},
        {"wamp.error.unavailable", 502},
        {"wamp.error.canceled", 504},
        {"wamp.error.timeout", 504},
        {"wamp.error.runtime_error", 500},
        {"com.example.canceled", 500},
        {"wamp.error.canceled.x", 500},
        {"", 500},
    };
    one_service to(use_http);
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.uri)
        {
            const answer got = to.ask(request_builder{}.build(), error_outcome(each.uri));
            BOOST_TEST(got.http.status == each.status);
            BOOST_TEST(got.http.body == R"({"error":")" + each.uri + R"(","args":[],"kwargs":{}})");
        }
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_is_answered_from_the_table)
{
    for (const errc code : {errc::body_too_large, errc::overloaded, errc::router_unavailable, errc::connection_lost,
                            errc::call_timeout, errc::result_invalid})
        BOOST_TEST_CONTEXT(describe(code).name)
        {
            one_service to;
            const answer got = to.ask(request_builder{}.build(), failure_outcome(code));
            BOOST_TEST(got.http.status == describe(code).status_crossbar);
            BOOST_TEST(got.http.body.find(describe(code).sentence) != std::string::npos);
            BOOST_TEST(error_of(got) == describe(code).name);
            BOOST_TEST(got.report.procedure == "com.example.add2");
            const bool retry = code == errc::overloaded || code == errc::router_unavailable;
            BOOST_TEST(header(got, "Retry-After") == (retry ? "1" : "none"));
        }
}

BOOST_AUTO_TEST_CASE(a_result_in_its_message_is_answered_like_any_other_and_its_memory_is_freed_with_the_answer)
{
    one_service to;
    auto memory = std::make_shared<std::string>("\x91\x03\x81\xA1k\x02");
    const std::string_view bytes = *memory;

    const answer got =
        to.ask(request_builder{}.build(), payload_in_message{{bytes.substr(0, 2), bytes.substr(2)}, memory});

    BOOST_TEST(got.http.status == 200);
    BOOST_TEST(got.http.body == R"({"args":[3],"kwargs":{"k":2}})");
    BOOST_TEST(memory.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_payload_that_json_cannot_hold_is_an_invalid_result)
{
    one_service to;
    for (const outcome& how : {outcome(payload{"\x91\xC1", ""}), outcome(call_error{"a.b", {"\x91\xA1\xFF", ""}}),
                               outcome(call_error{"\xFF", {}})}) {
        const answer got = to.ask(request_builder{}.build(), how);
        BOOST_TEST(got.http.status == 502);
        BOOST_TEST(error_of(got) == "result_invalid");
        BOOST_TEST(got.report.error_uri == "");
    }
}

BOOST_AUTO_TEST_CASE(text_of_the_router_reaches_no_client)
{
    one_service to;
    const answer got = to.ask(request_builder{}.build(), failure{errc::connection_lost, "detail", "peer text", {}});
    BOOST_TEST(got.http.body.find("detail") == std::string::npos);
    BOOST_TEST(got.http.body.find("peer text") == std::string::npos);
    BOOST_TEST(got.report.why->peer_text == "peer text");
}

BOOST_AUTO_TEST_CASE(allow_is_sent_with_405_and_the_answer_to_options)
{
    one_service to;
    BOOST_TEST(header(to.ask(request_builder{}.method("GET").build()), "Allow") == "POST, PUT, OPTIONS");
    BOOST_TEST(header(to.ask(request_builder{}.method("OPTIONS").build()), "Allow") == "POST, PUT, OPTIONS");
    BOOST_TEST(header(to.ask(request_builder{}.build()), "Allow") == "none");
}

BOOST_AUTO_TEST_CASE(allow_and_the_pre_flight_name_the_methods_that_the_service_takes)
{
    one_service to([](service_options& options) {
        options.methods = {.get = true};
        options.allowed_origins = {"*"};
    });

    const answer refused = to.ask(request_builder{}.build());
    const answer preflight = to.ask(request_builder{}.method("OPTIONS").origin("https://app.example.com").build());

    BOOST_TEST(error_of(refused) == "method_not_allowed");
    BOOST_TEST(header(refused, "Allow") == "GET, OPTIONS");
    BOOST_TEST(header(preflight, "Allow") == "GET, OPTIONS");
    BOOST_TEST(header(preflight, "Access-Control-Allow-Methods") == "GET, OPTIONS");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(options_of_the_own_pages_get_no_cors_headers)
{
    one_service to;
    const answer got = to.ask(request_builder{}.method("OPTIONS").body("").content_type({}).build());
    BOOST_TEST(got.http.status == 200);
    BOOST_TEST(got.http.body == "");
    BOOST_TEST(header(got, "Access-Control-Allow-Methods") == "none");
    BOOST_TEST(header(got, "Access-Control-Expose-Headers") == "none");
    BOOST_TEST(header(got, "Access-Control-Allow-Origin") == "none");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(options_of_an_allowed_page_get_the_pre_flight_headers)
{
    one_service to([](service_options& options) { options.allowed_origins = {"https://app.example.com"}; });
    const answer got = to.ask(request_builder{}.method("OPTIONS").origin("https://app.example.com").build());
    BOOST_TEST(got.http.status == 200);
    BOOST_TEST(header(got, "Access-Control-Allow-Origin") == "https://app.example.com");
    BOOST_TEST(header(got, "Access-Control-Allow-Methods") == "POST, PUT, OPTIONS");
    BOOST_TEST(header(got, "Access-Control-Allow-Headers") == "content-type, last-event-id, cache-control");
    BOOST_TEST(header(got, "Access-Control-Max-Age") == "600");
    BOOST_TEST(header(got, "Access-Control-Allow-Credentials") == "true");
    BOOST_TEST(header(got, "Access-Control-Expose-Headers") ==
               "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag");
    BOOST_TEST(header(got, "Vary") == "Origin");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(options_are_subject_to_tls_address_and_origin)
{
    one_service to([](service_options& options) { options.require_tls = true; });
    BOOST_TEST(error_of(to.ask(request_builder{}.method("OPTIONS").build())) == "tls_required");
    const request foreign = request_builder{}.method("OPTIONS").https("on").origin("https://evil.example").build();
    const answer denied = to.ask(foreign);
    BOOST_TEST(error_of(denied) == "origin_denied");
    BOOST_TEST(header(denied, "Access-Control-Allow-Origin") == "none");
}

BOOST_AUTO_TEST_CASE(an_allowed_page_can_read_every_answer_behind_the_check_of_its_origin)
{
    one_service to([](service_options& options) { options.allowed_origins = {"*"}; });
    const auto from_page = [] { return request_builder{}.origin("https://app.example.com"); };
    for (const answer& got :
         {to.ask(from_page().build()), to.ask(from_page().build(), error_outcome("a.b")),
          to.ask(from_page().build(), failure_outcome(errc::call_timeout)), to.ask(from_page().body("{").build()),
          to.ask(from_page().content_type("text/plain").build())}) {
        BOOST_TEST(header(got, "Access-Control-Allow-Origin") == "https://app.example.com");
        BOOST_TEST(header(got, "Access-Control-Expose-Headers") ==
                   "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag");
        BOOST_TEST(header(got, "Vary") == "Origin");
        BOOST_TEST(header(got, "Access-Control-Allow-Credentials") == "none");
    }
}
