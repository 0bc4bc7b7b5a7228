#include "one_service.hpp"

#include "wampfcgi/codec/transcode.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr const char* hello_signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

struct webhook : one_service {
    explicit webhook(const std::function<void(service_options&)>& change = {})
        : one_service(
              [&](service_options& options) {
                  options.webhook.topic = "com.hook";
                  if (change)
                      change(options);
              },
              service_type::webhook)
    {}
};

void ask_for_signature(service_options& options)
{
    options.webhook.verify_by = {
        {.header = "X-Hub-Signature-256", .prefix = "sha256=", .secret = "It's a Secret to Everybody"}};
}

request_builder hello()
{
    return request_builder{}.content_type("text/plain").body("Hello, World!");
}

void check_text(const answer& got, int status, const std::string& text)
{
    BOOST_TEST(got.http.status == status);
    BOOST_TEST(got.http.body == text);
    BOOST_TEST(header(got, "Content-Type") == "text/plain; charset=UTF-8");
    BOOST_TEST(header(got, "Cache-Control") == "no-store");
    BOOST_TEST(header(got, "X-Content-Type-Options") == "nosniff");
}

}  // namespace

BOOST_AUTO_TEST_CASE(post_and_put_of_any_type_are_published_on_the_topic)
{
    for (const char* const method : {"POST", "PUT"})
        for (const char* const type : {"text/plain; charset=latin1", "?", ""}) {
            webhook to([](service_options& options) { options.call_timeout = 7s; });

            const answer got =
                to.ask(hello().method(method).content_type(type).variable("HTTP_X_EVENT", "push").build(), accepted{1});

            check_text(got, 202, "OK");
            BOOST_TEST(got.report.topic == "com.hook");
            BOOST_TEST_REQUIRE(to.router.publications.size() == 1U);
            const publication& sent = to.router.publications.front();
            BOOST_TEST(sent.topic == "com.hook");
            BOOST_TEST(codec::message_to_json(sent.arguments.args).value() ==
                       R"([{"headers":{"X-Event":["push"]},"body":"Hello, World!"}])");
            BOOST_TEST(sent.arguments.kwargs == "");
            BOOST_TEST(codec::message_to_json(sent.options).value() == R"({"acknowledge":true})");
            BOOST_TEST(sent.timeout.count() == 7000);
            BOOST_TEST(to.router.calls.empty());
        }
}

BOOST_AUTO_TEST_CASE(other_methods_are_refused_and_the_answer_lists_the_two)
{
    for (const char* const method : {"GET", "HEAD", "OPTIONS", "DELETE", "post"}) {
        webhook to;
        const answer got = to.ask(hello().method(method).build());
        BOOST_TEST(error_of(got) == "method_not_allowed");
        BOOST_TEST(got.http.status == 405);
        BOOST_TEST(header(got, "Allow") == "POST, PUT");
        BOOST_TEST(header(got, "Content-Type") == "application/json; charset=UTF-8");
        BOOST_TEST(to.router.publications.empty());
    }
}

BOOST_AUTO_TEST_CASE(checks_that_need_no_body_are_made_in_the_order_of_all_services)
{
    webhook to([](service_options& options) {
        options.require_tls = true;
        options.require_ip = std::vector<network>{};
        options.post_body_limit = 5;
        ask_for_signature(options);
    });
    settings& config = to.config;
    const request_builder req = hello().origin("https://elsewhere.example");
    const auto refused = [&](const request_builder& by) { return error_of(to.ask(request_builder(by).build())); };

    BOOST_TEST(refused(request_builder(req).method("GET")) == "method_not_allowed");
    BOOST_TEST(refused(req) == "tls_required");
    BOOST_TEST(refused(request_builder(req).https("on")) == "address_denied");
    config.services.front().options.require_ip.reset();
    BOOST_TEST(refused(request_builder(req).https("on")) == "origin_denied");
    BOOST_TEST(refused(request_builder(req).https("on").origin({})) == "body_too_large");
    config.services.front().options.post_body_limit = 0;
    BOOST_TEST(refused(request_builder(req).https("on").origin({}).content_length("14")) == "body_truncated");
    BOOST_TEST(refused(request_builder(req).https("on").origin({}).body("\xFF")) == "signature_invalid");
    config.services.front().options.webhook.verify_by.clear();
    BOOST_TEST(refused(request_builder(req).https("on").origin({}).body("\xFF")) == "body_not_utf8");
    BOOST_TEST(refused(request_builder(req).https("on").origin({}).body("\0AAA"s)) == "body_not_utf8");
    BOOST_TEST(to.router.publications.empty());
}

BOOST_AUTO_TEST_CASE(a_page_of_the_own_origin_may_send_one)
{
    webhook to;
    BOOST_TEST(to.ask(hello().origin("http://api.example.com").build(), accepted{1}).http.status == 202);
}

BOOST_AUTO_TEST_CASE(a_body_is_as_long_as_the_limit_or_refused)
{
    webhook to([](service_options& options) { options.post_body_limit = 512; });
    BOOST_TEST(to.ask(request_builder{}.body_of_size(512).build(), accepted{1}).http.status == 202);
    const answer announced = to.ask(request_builder{}.body_of_size(513).build());
    BOOST_TEST(announced.http.status == 413);
    BOOST_TEST(error_of(to.ask(request_builder{}.body_of_size(513).content_length({}).build())) == "body_too_large");
    BOOST_TEST(to.router.publications.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_is_published_where_its_signature_is_right)
{
    webhook to(ask_for_signature);
    BOOST_TEST(to.ask(hello().variable("HTTP_X_HUB_SIGNATURE_256", hello_signature).build(), accepted{1}).http.status ==
               202);
    BOOST_TEST(to.router.publications.size() == 1U);
    BOOST_TEST(codec::message_to_json(to.router.publications.front().arguments.args).value() ==
               R"([{"headers":{},"body":"Hello, World!"}])");

    const answer other =
        to.ask(hello().body("Hello, World?").variable("HTTP_X_HUB_SIGNATURE_256", hello_signature).build());
    const answer none = to.ask(hello().build());
    for (const answer& got : {other, none}) {
        BOOST_TEST(got.http.status == 401);
        BOOST_TEST(error_of(got) == "signature_invalid");
        BOOST_TEST(got.http.body == R"({"error":"wampfcgi.error.signature_invalid","args":)"
                                    R"(["The signature does not match the request."],"kwargs":{}})");
    }
    BOOST_TEST(to.router.publications.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_too_old_is_refused_by_the_clock_of_the_process)
{
    webhook to([](service_options& options) {
        options.webhook.verify_by = {
            {.header = "X-Signature", .secret = "s", .timestamp_header = "X-Time", .max_age = 300s}};
    });
    to.now = [] { return one_service::instant{std::chrono::sys_seconds{1'704'067'501s}}; };
    const answer got = to.ask(hello().variable("HTTP_X_SIGNATURE", "00").variable("HTTP_X_TIME", "1704067200").build());
    BOOST_TEST(got.http.status == 400);
    BOOST_TEST(error_of(got) == "request_expired");
    BOOST_TEST(to.router.publications.empty());
}

BOOST_AUTO_TEST_CASE(parameters_in_the_query_are_the_senders_own)
{
    webhook to;
    BOOST_TEST(to.ask(hello().query("timestamp=yesterday&seq=x&key=k").build(), accepted{1}).http.status == 202);
}

BOOST_AUTO_TEST_CASE(whatever_fails_behind_the_checks_is_one_answer_and_the_log_knows_why)
{
    webhook to([](service_options& options) {
        options.webhook.error_response = "sorry";
        options.debug = true;
    });
    for (const errc code :
         {errc::router_unavailable, errc::connection_lost, errc::call_timeout, errc::internal_error}) {
        const answer got = to.ask(hello().build(), failure{code, "why"});
        check_text(got, 500, "sorry");
        BOOST_TEST((got.report.why.value().code == code));
        BOOST_TEST(got.report.why->detail == "why");
        BOOST_TEST(got.report.debug);
        BOOST_TEST(header(got, "Retry-After") == "none");
    }
    const answer denied = to.ask(hello().build(), call_error{"wamp.error.not_authorized", {"\x91\x01", {}}});
    check_text(denied, 500, "sorry");
    BOOST_TEST(denied.report.error_uri == "wamp.error.not_authorized");
    BOOST_TEST((denied.report.error_level == log_level::warning));
}

BOOST_AUTO_TEST_CASE(the_texts_of_the_answers_can_be_set)
{
    webhook to([](service_options& options) { options.webhook.success_response = ""; });
    check_text(to.ask(hello().build(), accepted{1}), 202, "");
    check_text(to.ask(hello().build(), failure{errc::connection_lost}), 500, "NOT OK");
}

BOOST_AUTO_TEST_CASE(one_more_than_may_be_under_way_is_refused_before_it_is_published)
{
    webhook to;
    to.config.max_in_flight = 1;
    to.take(hello().build());
    const answer got = [&] {
        to.take(hello().build());
        return to.answers().back();
    }();
    BOOST_TEST(got.http.status == 503);
    BOOST_TEST(error_of(got) == "overloaded");
    BOOST_TEST(header(got, "Retry-After") == "1");
    BOOST_TEST(to.router.publications.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_event_that_the_router_cannot_take_is_refused_before_it_is_published)
{
    webhook to;
    to.router.longest = 20;
    BOOST_TEST(error_of(to.ask(hello().build())) == "body_too_large");
    BOOST_TEST(to.router.publications.empty());
}
