#include "one_service.hpp"

#include "checks/hmac.hpp"
#include "wampfcgi/core/text/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

struct limited_service : one_service {
    explicit limited_service(rate_subject by, const std::function<void(service_options&)>& change = {},
                             service_type type = service_type::caller)
        : one_service(
              [&](service_options& options) {
                  options.rate = rate_limit{2, 60s, by};
                  if (change)
                      change(options);
              },
              type)
    {}

    answer ask_from(const std::string& address) { return ask(request_builder{}.remote_addr(address).build()); }
};

void have_keys(service_options& options)
{
    options.keys["one"].secret = "first";
    options.keys["two"].secret = "second";
}

request signed_by(const std::string& key, const std::string& secret, const std::string& nonce = "1")
{
    const std::string stamp = "2024-01-01T00:00:00Z";
    const std::string body = call_body("com.example.add2");
    const std::string_view pieces[] = {key, stamp, "1", nonce, body};
    const auto mac = checks::hmac_key(checks::digest::sha256, secret).hmac(pieces).value();
    std::string text;
    append_base64(text, mac.text());
    for (char& c : text)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return request_builder{}
        .body(body)
        .query("key=" + key + "&timestamp=" + stamp + "&seq=1&nonce=" + nonce + "&signature=" + text)
        .build();
}

std::size_t clients_of(const one_service& to)
{
    return to.counted.taken.size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_request_more_than_allowed_is_refused_and_not_called)
{
    for (const status_style style : {status_style::crossbar, status_style::http}) {
        limited_service to(rate_subject::address, [&](service_options& options) { options.status_codes = style; });
        const answer first = to.ask_from("192.0.2.1");
        BOOST_TEST(first.http.status == 200);
        BOOST_TEST(header(first, "RateLimit-Policy") == R"("address";q=2;w=60)");
        BOOST_TEST(header(first, "RateLimit") == R"("address";r=1;t=30)");
        BOOST_TEST(header(first, "Retry-After") == "none");
        to.ask_from("192.0.2.1");

        const answer refused = to.ask_from("192.0.2.1");

        BOOST_TEST(error_of(refused) == "rate_limited");
        BOOST_TEST(refused.http.status == 429);
        BOOST_TEST(header(refused, "RateLimit") == R"("address";r=0;t=30)");
        BOOST_TEST(header(refused, "Retry-After") == "30");
        BOOST_TEST(to.router.calls.size() == 2U);
        BOOST_TEST(to.ask_from("192.0.2.2").http.status == 200);
    }
}

BOOST_AUTO_TEST_CASE(addresses_of_one_ipv6_network_share_a_bucket_and_ipv4_in_ipv6_is_ipv4)
{
    limited_service to(rate_subject::address);
    to.ask_from("2001:db8::1");
    to.ask_from("2001:db8::ffff:1");
    BOOST_TEST(error_of(to.ask_from("2001:db8:0:0:1::1")) == "rate_limited");
    BOOST_TEST(error_of(to.ask_from("2001:db8:0:1::1")) == "none");
    to.ask_from("192.0.2.1");
    to.ask_from("::ffff:192.0.2.1");
    BOOST_TEST(error_of(to.ask_from("192.0.2.1")) == "rate_limited");
    BOOST_TEST(clients_of(to) == 3U);
}

BOOST_AUTO_TEST_CASE(by_address_and_for_a_service_without_keys_the_body_is_not_waited_for)
{
    for (const rate_subject by : {rate_subject::address, rate_subject::service})
        for (const service_type type : {service_type::caller, service_type::publisher, service_type::webhook}) {
            limited_service to(by, {}, type);
            to.begin();
            const request req = request_builder{}.build();
            for (int i = 0; i < 2; ++i) {
                admission admitted;
                BOOST_TEST(!to.asked->admit(req, admitted));
            }
            admission admitted;
            const auto refused = to.asked->admit(req, admitted);
            BOOST_REQUIRE(refused.has_value());
            BOOST_TEST(error_of(*refused) == "rate_limited");
        }
}

BOOST_AUTO_TEST_CASE(what_is_refused_before_takes_no_token)
{
    limited_service to(rate_subject::address, [](service_options& options) { options.post_body_limit = 10; });
    to.ask(request_builder{}.method("DELETE").build());
    to.ask(request_builder{}.method("OPTIONS").build());
    to.ask(request_builder{}.content_type("text/plain").build());
    to.ask(request_builder{}.body(std::string(11, ' ')).build());
    BOOST_TEST(clients_of(to) == 0U);
}

BOOST_AUTO_TEST_CASE(by_key_each_has_its_own_and_nobody_empties_that_of_another)
{
    limited_service to(rate_subject::key, have_keys);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(error_of(to.ask(signed_by("one", "guessed"))) == "signature_invalid");
    BOOST_TEST(clients_of(to) == 0U);

    const answer first = to.ask(signed_by("one", "first"));
    BOOST_TEST(header(first, "RateLimit-Policy") == R"("key";q=2;w=60)");
    to.ask(signed_by("one", "first"));
    BOOST_TEST(error_of(to.ask(signed_by("one", "first"))) == "rate_limited");
    BOOST_TEST(error_of(to.ask(signed_by("two", "second"))) == "none");
    BOOST_TEST(to.counted.taken["one"] == 2U);
}

BOOST_AUTO_TEST_CASE(by_service_all_share_one_bucket_whose_state_nobody_is_told)
{
    limited_service open(rate_subject::service);
    open.ask_from("192.0.2.1");
    const answer second = open.ask_from("192.0.2.2");
    BOOST_TEST(header(second, "RateLimit") == "none");
    BOOST_TEST(header(second, "RateLimit-Policy") == "none");
    BOOST_TEST(header(open.ask_from("192.0.2.3"), "Retry-After") == "30");

    limited_service with_keys(rate_subject::service, have_keys);
    with_keys.ask(signed_by("one", "guessed"));
    with_keys.ask(signed_by("one", "first"));
    with_keys.ask(signed_by("two", "second"));
    BOOST_TEST(error_of(with_keys.ask(signed_by("two", "second"))) == "rate_limited");
}

BOOST_AUTO_TEST_CASE(a_request_that_is_over_the_rate_uses_up_no_signature)
{
    limited_service to(rate_subject::key, [](service_options& options) {
        have_keys(options);
        options.timestamp_delta_limit = 300s;
        options.replay_protection = true;
    });
    for (const char* nonce : {"1", "2", "3"})
        to.ask(signed_by("one", "first", nonce));
    BOOST_TEST(to.remembered.all.size() == 2U);
}

BOOST_AUTO_TEST_CASE(every_answer_tells_what_is_left_those_of_webhooks_too)
{
    limited_service to(rate_subject::address);
    BOOST_TEST(header(to.ask(request_builder{}.body("{").build()), "RateLimit") == R"("address";r=1;t=30)");
    BOOST_TEST(header(to.ask(request_builder{}.build(), call_error{"a.b", {}}), "RateLimit") ==
               R"("address";r=0;t=30)");

    limited_service hook(
        rate_subject::address, [](service_options& options) { options.webhook.topic = "a.b"; }, service_type::webhook);
    const answer done = hook.ask(request_builder{}.build(), accepted{});
    BOOST_TEST(done.http.status == 202);
    BOOST_TEST(header(done, "RateLimit") == R"("address";r=1;t=30)");
}

BOOST_AUTO_TEST_CASE(events_are_within_the_rate_too)
{
    const auto with_topics = [](service_options& options) {
        options.topics = {"com.example."};
        options.methods = {.get = true};
    };
    for (const bool is_local : {true, false}) {
        limited_service to(rate_subject::address, with_topics, service_type::events);
        to.counted.is_local = is_local;
        const request req = request_builder{}.method("GET").query("topic=com.example.a").build();
        for (int i = 0; i < 3; ++i)
            to.take(req);
        to.counted.answer();
        BOOST_REQUIRE(to.answers().size() == 1U);
        BOOST_TEST(error_of(to.answers()[0]) == "rate_limited");
        BOOST_TEST(header(to.answers()[0], "RateLimit") == R"("address";r=0;t=30)");
    }
}

BOOST_AUTO_TEST_CASE(a_counter_elsewhere_is_waited_for_and_given_up_with_the_client)
{
    for (const rate_subject by : {rate_subject::address, rate_subject::key}) {
        limited_service to(
            by, by == rate_subject::key ? have_keys : [](service_options&) {});
        to.counted.is_local = false;
        const auto req = [&] {
            return by == rate_subject::key ? signed_by("one", "first") : request_builder{}.build();
        };
        to.take(req());
        to.take(req());
        fake_client& third = to.take(req());
        to.take(req());
        BOOST_TEST(to.answers().empty());
        BOOST_TEST(to.router.calls.empty());

        third.leave();
        BOOST_TEST(to.counted.given_up == 1U);
        to.counted.answer();

        BOOST_TEST(to.router.calls.size() == 2U);
        BOOST_REQUIRE(to.answers().size() == 1U);
        BOOST_TEST(error_of(to.answers()[0]) == "rate_limited");
    }
}

BOOST_AUTO_TEST_CASE(where_nobody_can_tell_nothing_is_called)
{
    limited_service to(rate_subject::address);
    to.counted.is_local = false;
    to.counted.is_down = true;
    to.take(request_builder{}.build());
    to.counted.answer();
    BOOST_REQUIRE(to.answers().size() == 1U);
    BOOST_TEST(error_of(to.answers()[0]) == "store_unavailable");
    BOOST_TEST(to.answers()[0].http.status == 503);
    BOOST_TEST(header(to.answers()[0], "Retry-After") == "1");
    BOOST_TEST(to.router.calls.empty());
}
