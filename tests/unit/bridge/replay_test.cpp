#include "one_service.hpp"

#include "checks/hmac.hpp"
#include "support/store_contract.hpp"
#include "wampfcgi/core/text/base64.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

const std::string secret = "kkjH68GiuUZ";
const std::string stamp = "2026-11-22T09:49:10Z";
const auto stamped = one_service::instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 9h + 49min + 10s;

void protect(service_options& options)
{
    options.keys["myapp1"].secret = secret;
    options.timestamp_delta_limit = 300s;
    options.replay_protection = true;
}

std::string signature_of(std::string_view seq, std::string_view nonce, std::string_view body)
{
    const std::string_view pieces[] = {"myapp1", stamp, seq, nonce, body};
    const auto mac = checks::hmac_key(checks::digest::sha256, secret).hmac(pieces).value();
    std::string text;
    append_base64(text, mac.text());
    for (char& c : text)  // the URL-safe alphabet needs no escapes in a query
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string query_of(const std::string& seq, const std::string& nonce, const std::string& signature)
{
    return "key=myapp1&timestamp=" + stamp + "&seq=" + seq + "&nonce=" + nonce + "&signature=" + signature;
}

request signed_request(const std::string& nonce, const std::string& body = call_body("com.example.add2"))
{
    return request_builder{}.body(body).query(query_of("1", nonce, signature_of("1", nonce, body))).build();
}

struct protected_service : one_service {
    explicit protected_service(const std::function<void(service_options&)>& change = {})
        : one_service([&](service_options& options) {
              protect(options);
              if (change)
                  change(options);
          })
    {
        now = [] { return stamped; };
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_store_for_tests_keeps_to_the_contract)
{
    auto now = stamped;
    fake_store remembers([&] { return now; });
    remembers.share = 500;
    check_store_contract({remembers, 300s, remembers.share, stamped, [&](auto then) { now = then; },
                          [&] { remembers.is_locked = true; }, [&] { remembers.unlock(); }});
}

BOOST_AUTO_TEST_CASE(a_signed_request_is_called_once_and_refused_from_then_on)
{
    for (const status_style style : {status_style::crossbar, status_style::http}) {
        protected_service to([&](service_options& options) { options.status_codes = style; });
        BOOST_TEST(error_of(to.ask(signed_request("1"))) == "none");

        for (int i = 0; i < 2; ++i) {
            const answer again = to.ask(signed_request("1"));
            BOOST_TEST(error_of(again) == "request_replayed");
            BOOST_TEST(again.http.status == 401);
        }
        BOOST_TEST(error_of(to.ask(signed_request("2"))) == "none");
        BOOST_TEST(to.router.calls.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(the_signature_counts_however_it_is_spelt_and_wherever_the_digits_stand)
{
    const std::string body = call_body("com.example.add2");
    const std::string signature = signature_of("12", "34", body);
    const std::string bare = signature.substr(0, signature.find('='));
    std::string standard;
    for (const char c : signature)
        standard += c == '-' ? "%2B" : c == '_' ? "%2F" : std::string{c};
    for (const std::string& query :
         {query_of("12", "34", signature), query_of("12", "34", bare), query_of("12", "34", standard),
          query_of("1", "234", signature), query_of("123", "4", signature)})
        BOOST_TEST_CONTEXT(query)
        {
            protected_service to;
            const std::string first = query_of("12", "34", signature);
            BOOST_TEST(error_of(to.ask(request_builder{}.body(body).query(first).build())) == "none");

            BOOST_TEST(error_of(to.ask(request_builder{}.body(body).query(query).build())) == "request_replayed");

            BOOST_TEST(to.router.calls.size() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(a_signature_that_is_not_valid_is_not_remembered)
{
    const std::string body = call_body("com.example.add2");
    protected_service to;
    const auto other = query_of("1", "5", signature_of("1", "6", body));
    BOOST_TEST(error_of(to.ask(request_builder{}.body(body).query(other).build())) == "signature_invalid");
    to.now = [] { return stamped + 301s; };
    BOOST_TEST(error_of(to.ask(signed_request("5"))) == "request_expired");
    BOOST_TEST(to.remembered.all.empty());

    to.now = [] { return stamped; };
    BOOST_TEST(error_of(to.ask(signed_request("5"))) == "none");
    BOOST_TEST(error_of(to.ask(signed_request("6"))) == "none");
}

BOOST_AUTO_TEST_CASE(a_signature_is_remembered_for_as_long_as_its_timestamp_is_fresh)
{
    protected_service to;
    to.ask(signed_request("1"));
    BOOST_TEST_REQUIRE(to.remembered.all.size() == 1U);
    BOOST_TEST((to.remembered.all.begin()->second == stamped + 300s));

    to.now = [] { return stamped + 300s; };
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "request_replayed");
    to.now = [] { return stamped + 300s + 1us; };
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "request_expired");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_behind_the_signature_is_told_once)
{
    protected_service to;
    BOOST_TEST(error_of(to.ask(signed_request("1", "{"))) == "body_not_json");
    BOOST_TEST(error_of(to.ask(signed_request("1", "{"))) == "request_replayed");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(a_request_that_cannot_be_remembered_is_not_called)
{
    protected_service to;
    to.remembered.share = 1;
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "none");

    const answer refused = to.ask(signed_request("2"));

    BOOST_TEST(error_of(refused) == "overloaded");
    BOOST_TEST(refused.http.status == 503);
    BOOST_TEST(header(refused, "Retry-After") == "1");
    BOOST_TEST(to.router.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_the_protection_a_request_may_come_again)
{
    protected_service to([](service_options& options) { options.replay_protection = false; });
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "none");
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "none");
    BOOST_TEST(to.remembered.all.empty());
}

BOOST_AUTO_TEST_CASE(requests_that_wait_for_the_store_are_called_or_refused_when_it_answers)
{
    protected_service to([](service_options& options) { options.forward["from"] = forward_source::remote_addr; });
    to.remembered.is_locked = true;
    to.take(signed_request("1"));
    to.take(signed_request("1"));
    BOOST_TEST(to.answers().empty());
    BOOST_TEST(to.router.calls.empty());

    to.remembered.unlock();

    BOOST_REQUIRE(to.answers().size() == 1U);
    BOOST_TEST(error_of(to.answers()[0]) == "request_replayed");
    BOOST_REQUIRE(to.router.calls.size() == 1U);
    BOOST_TEST(to.router.calls[0].procedure == "com.example.add2");
    BOOST_TEST(!to.router.calls[0].arguments.kwargs.empty());
}

BOOST_AUTO_TEST_CASE(a_request_that_waits_for_the_store_is_given_up_without_a_trace)
{
    protected_service to;
    to.remembered.is_locked = true;
    fake_client& started = to.take(signed_request("1"));

    started.leave();
    to.remembered.unlock();

    BOOST_TEST(to.remembered.given_up == 1U);
    BOOST_TEST(to.answers().empty());
    BOOST_TEST(to.remembered.all.empty());
    BOOST_TEST(error_of(to.ask(signed_request("1"))) == "none");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_made_after_waiting_for_the_store_can_be_given_up)
{
    protected_service to;
    to.remembered.is_locked = true;
    fake_client& started = to.take(signed_request("1"));
    to.remembered.unlock();
    BOOST_TEST(started.under_way->report().procedure == "com.example.add2");

    started.leave();

    BOOST_TEST(to.router.cancelled.size() == 1U);
    BOOST_TEST(to.answers().empty());
}

BOOST_AUTO_TEST_CASE(requests_that_wait_for_the_store_count_as_in_flight_and_one_more_uses_up_no_signature)
{
    protected_service to;
    to.config.max_in_flight = 1;
    to.remembered.is_locked = true;
    fake_client& started = to.take(signed_request("1"));

    to.take(signed_request("2"));

    BOOST_REQUIRE(to.answers().size() == 1U);
    BOOST_TEST(error_of(to.answers()[0]) == "overloaded");
    started.leave();
    to.remembered.unlock();
    BOOST_TEST(to.remembered.all.empty());
    BOOST_TEST(error_of(to.ask(signed_request("2"))) == "none");
}

BOOST_AUTO_TEST_CASE(requests_are_counted_by_the_key_of_the_service)
{
    protected_service to([](service_options& options) { options.keys["other"].secret = "another"; });
    to.ask(signed_request("1"));
    to.ask(signed_request("2"));

    BOOST_REQUIRE(to.remembered.by_key.size() == 1U);
    BOOST_TEST((to.remembered.by_key.begin()->first == id_of("/", "myapp1")));
    BOOST_TEST(to.remembered.by_key.begin()->second == 2U);
    BOOST_TEST((id_of("a", "b") != id_of("ab", "")));
    BOOST_TEST((id_of("a", "b") != id_of("b", "a")));
}
