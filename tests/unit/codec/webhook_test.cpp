// The event for a webhook's request.
#include "wampfcgi/codec/webhook.hpp"

#include "support/request_builder.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::codec;
using namespace std::string_literals;

namespace {

/// The arguments as JSON, or the name of the error.
std::string event_of(const request& req, const webhook_options& options = {.topic = "com.hook"})
{
    const auto made = webhook_publication(req, options);
    return made ? message_to_json(made->arguments.args).value() : std::string(describe(made.error().code).name);
}

std::string headers_of(const request_builder& builder, const webhook_options& options = {.topic = "com.hook"})
{
    const std::string event = event_of(request_builder(builder).body("").build(), options);
    const std::string_view before = R"([{"headers":)";
    const std::string_view behind = R"(,"body":""}])";
    BOOST_TEST_REQUIRE((event.starts_with(before) && event.ends_with(behind)));
    return event.substr(before.size(), event.size() - before.size() - behind.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_event_has_one_argument_of_headers_and_body_and_is_acknowledged)
{
    const request req = request_builder{}
                            .variable("REQUEST_METHOD", "POST")
                            .variable("HTTP_X_GITHUB_EVENT", "push")
                            .variable("CONTENT_TYPE", "application/json")
                            .body("{\"zen\":\"\u2603\"}")
                            .build();
    const auto made = webhook_publication(req, {.topic = "com.hook"});
    BOOST_TEST_REQUIRE(made.has_value());
    BOOST_TEST(made->topic == "com.hook");
    BOOST_TEST(made->arguments.kwargs == "");
    BOOST_TEST(made->options == "\x81\xAB"
                                "acknowledge\xC3");
    BOOST_TEST(message_to_json(made->arguments.args).value() ==
               "[{\"headers\":{\"Content-Type\":[\"application/json\"],\"X-Github-Event\":[\"push\"]},"
               "\"body\":\"{\\\"zen\\\":\\\"\u2603\\\"}\"}]");
}

BOOST_AUTO_TEST_CASE(a_header_that_comes_twice_has_two_values)
{
    BOOST_TEST(
        headers_of(request_builder{}.variable("HTTP_X_A", "1").variable("HTTP_X_B", "").variable("HTTP_X_A", "2")) ==
        R"({"X-A":["1","2"],"X-B":[""]})");
    BOOST_TEST(headers_of(request_builder{}) == "{}");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_utf8_is_read_as_iso_8859_1)
{
    BOOST_TEST(headers_of(request_builder{}.variable("HTTP_X_A", "caf\xE9").variable("HTTP_X_B", "caf\u00E9")) ==
               "{\"X-A\":[\"caf\u00E9\"],\"X-B\":[\"caf\u00E9\"]}");
    BOOST_TEST(headers_of(request_builder{}.variable("HTTP_X_\xC9", "a").variable("HTTP_X_\u00C9", "b")) ==
               "{\"X-\u00C9\":[\"a\",\"b\"]}");
}

BOOST_AUTO_TEST_CASE(headers_with_secrets_are_left_out)
{
    const std::vector<std::string> secret{
        "COOKIE",  "X_GITLAB_TOKEN", "X_HUB_SIGNATURE",     "AUTHORIZATION", "PROXY_AUTHORIZATION", "X_API_KEY",
        "API_KEY", "X_MY_SECRET_ID", "X_HUB_SIGNATURE_256", "X_AUTHOR",      "X_CSRFTOKEN",         "STRIPE_SIGNATURE"};
    request_builder all;
    for (const std::string& name : secret) {
        all.variable("HTTP_" + name, "s3cret");
        BOOST_TEST(headers_of(request_builder{}.variable("HTTP_" + name, "s3cret")) == "{}");
    }
    for (const std::string name : {"COOKIES", "X_COOKIE", "X_APIKEY", "X_KEY"})
        BOOST_TEST(headers_of(request_builder(all).variable("HTTP_" + name, "v")) != "{}");
    BOOST_TEST(headers_of(all) == "{}");
}

BOOST_AUTO_TEST_CASE(headers_that_are_verified_are_left_out)
{
    webhook_options options{.topic = "com.hook"};
    options.verify_by = {{.header = "X-Proof", .timestamp_header = "X-Time"}, {.header = "X-Other"}};
    BOOST_TEST(headers_of(request_builder{}
                              .variable("HTTP_X_PROOF", "s3cret")
                              .variable("HTTP_X_TIME", "1")
                              .variable("HTTP_X_OTHER", "s3cret")
                              .variable("HTTP_X_PROOFS", "v"),
                          options) == R"({"X-Proofs":["v"]})");
}

BOOST_AUTO_TEST_CASE(headers_that_are_asked_for_are_there_whatever_their_name)
{
    webhook_options options{.topic = "com.hook"};
    options.headers = {"Cookie", "X-Hub-Signature", "X-Time"};
    options.verify_by = {{.header = "X-Proof", .timestamp_header = "X-Time"}};
    BOOST_TEST(headers_of(request_builder{}
                              .variable("HTTP_COOKIE", "a=b")
                              .variable("HTTP_X_HUB_SIGNATURE", "sha1=00")
                              .variable("HTTP_X_HUB_SIGNATURE_256", "sha256=00")
                              .variable("HTTP_X_TIME", "1")
                              .variable("HTTP_X_PROOF", "s3cret")
                              .variable("HTTP_X_PLAIN", "v"),
                          options) ==
               R"({"Cookie":["a=b"],"X-Hub-Signature":["sha1=00"],"X-Plain":["v"],"X-Time":["1"]})");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_text_is_refused)
{
    BOOST_TEST(event_of(request_builder{}.body("a\xFFz").build()) == "body_not_utf8");
    BOOST_TEST(event_of(request_builder{}.body("\0AAAA"s).build()) == "body_not_utf8");
    BOOST_TEST(event_of(request_builder{}.body("\0"s).build()) == "body_not_utf8");
    BOOST_TEST(event_of(request_builder{}.body("a\0"s).build()) == R"([{"headers":{},"body":"a\u0000"}])");
    BOOST_TEST(event_of(request_builder{}.body("").build()) == R"([{"headers":{},"body":""}])");
}

BOOST_AUTO_TEST_CASE(a_header_that_wamp_would_take_for_binary_data_is_left_out)
{
    BOOST_TEST(headers_of(request_builder{}.variable("HTTP_X_A", "\0AAAA"s).variable("HTTP_\0A"s, "v")) == "{}");
}

BOOST_AUTO_TEST_CASE(an_event_is_as_large_as_can_be_sent_or_refused)
{
    const request req = request_builder{}.variable("HTTP_X_A", "1").body_of_size(100).build();
    const std::size_t bytes = webhook_publication(req, {.topic = "a"})->arguments.args.size();

    BOOST_TEST(webhook_publication(req, {.topic = "a"}, bytes).has_value());
    const auto refused = webhook_publication(req, {.topic = "a"}, bytes - 1);
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST((refused.error().code == errc::body_too_large));
    BOOST_TEST(refused.error().detail ==
               "event of " + std::to_string(bytes) + " bytes, the router takes " + std::to_string(bytes - 1));
    BOOST_TEST((webhook_publication(req, {.topic = "a"}, 99).error().code == errc::body_too_large));
}
