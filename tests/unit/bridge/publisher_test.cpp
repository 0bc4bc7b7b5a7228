#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

struct publisher : one_service {
    explicit publisher(const std::function<void(service_options&)>& change = {})
        : one_service(change, service_type::publisher)
    {}
};

request publish_on(const std::string& topic)
{
    return request_builder{}.body(R"({"topic":")" + topic + R"(","args":[1]})").build();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_publication_has_topic_arguments_options_and_time_out_of_request_and_service)
{
    publisher to([](service_options& options) { options.call_timeout = 7s; });

    to.take(request_builder{}.body(R"({"topic":"com.news","args":[1],"options":{"exclude_me":false}})").build());

    BOOST_REQUIRE(to.router.publications.size() == 1U);
    const publication& sent = to.router.publications.front();
    BOOST_TEST(sent.topic == "com.news");
    BOOST_TEST(sent.arguments.args == "\x91\x01");
    BOOST_TEST(sent.options == "\x82\xAB"
                               "acknowledge\xC3\xAA"
                               "exclude_me\xC2");
    BOOST_TEST(sent.timeout.count() == 7000);
    BOOST_TEST(to.router.calls.empty());
    BOOST_TEST(to.clients.back().under_way->report().topic == "com.news");
}

BOOST_AUTO_TEST_CASE(published_is_answered_with_the_publication_id_and_the_status_that_old_clients_want)
{
    for (const int status : {200, 202}) {
        publisher to([&](service_options& options) { options.success_status = status; });
        const answer got = to.ask(publish_on("com.news"), accepted{9007199254740992});
        BOOST_TEST(got.http.status == status);
        BOOST_TEST(got.http.body == R"({"id":9007199254740992})");
        BOOST_TEST(header(got, "Content-Type") == "application/json; charset=UTF-8");
        BOOST_TEST(got.report.topic == "com.news");
        BOOST_TEST(got.report.procedure == "");
    }
}

BOOST_AUTO_TEST_CASE(a_publication_that_fails_is_answered_as_a_call_that_does)
{
    publisher to([](service_options& options) { options.status_codes = status_style::http; });
    const answer denied = to.ask(publish_on("com.news"), call_error{"wamp.error.not_authorized", {"\x91\x01", {}}});
    BOOST_TEST(denied.http.status == 403);
    BOOST_TEST(denied.http.body == R"({"error":"wamp.error.not_authorized","args":[1],"kwargs":{}})");
    BOOST_TEST(to.ask(publish_on("com.news"), failure{errc::call_timeout}).http.status == 504);
    BOOST_TEST(to.ask(publish_on("com.news"), failure{errc::connection_lost}).http.status == 502);
    BOOST_TEST(to.router.publications.size() == 3U);
}

BOOST_AUTO_TEST_CASE(topics_allow_exact_uris_and_prefixes_that_end_in_a_dot)
{
    publisher to([](service_options& options) { options.topics = {"com.news", "com.math."}; });
    for (const std::string topic : {"com.news", "com.math.x"})
        BOOST_TEST(error_of(to.ask(publish_on(topic), accepted{1})) == "none");
    for (const std::string topic : {"com.news.x", "com.math", "com.new"})
        BOOST_TEST(error_of(to.ask(publish_on(topic))) == "topic_denied");
    BOOST_TEST(to.router.publications.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_request_without_a_topic_or_with_wrong_options_publishes_nothing)
{
    publisher to;
    BOOST_TEST(error_of(to.ask(request_builder{}.body(R"({"procedure":"a.b"})").build())) == "topic_missing");
    BOOST_TEST(error_of(to.ask(publish_on("a b"))) == "topic_invalid");
    const request wrong = request_builder{}.body(R"({"topic":"a.b","options":{"retain":1}})").build();
    BOOST_TEST(error_of(to.ask(wrong)) == "options_invalid");
    BOOST_TEST(to.router.publications.empty());
}

BOOST_AUTO_TEST_CASE(a_publication_whose_client_has_gone_is_forgotten_and_takes_no_place)
{
    publisher to;
    to.config.max_in_flight = 1;
    fake_client& client = to.take(publish_on("com.news"));

    client.leave();

    BOOST_TEST(to.router.cancelled.size() == 1U);
    BOOST_TEST(error_of(to.ask(publish_on("com.news"), accepted{1})) == "none");
}

BOOST_AUTO_TEST_CASE(facts_about_the_request_are_told_with_a_publication_too)
{
    publisher to([](service_options& options) { options.forward["ip"] = forward_source::remote_addr; });
    to.ask(publish_on("com.news"), accepted{1});
    BOOST_TEST(to.router.publications.front().arguments.kwargs.find("192.0.2.7") != std::string::npos);
}
