#include "one_service.hpp"

#include "wampfcgi/checks/address.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

using options_change = std::function<void(service_options&)>;

// The row "plain call" of the signature vectors: its request, its signature, and the time of its timestamp.
const std::string signed_body = R"({"procedure":"com.example.add2","args":[1,2]})";
const std::string unsigned_query = "key=myapp1&timestamp=2026-11-22T09:49:10.429Z&seq=1&nonce=12345";
const std::string signature = "aa0U0V8Zuc7Rahjet_Dm35kH6yny-hUx8VHDy0l81mo=";
const std::string signed_query = unsigned_query + "&signature=" + signature;
const auto signing_time =
    one_service::instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 9h + 49min + 10s;

void sign(service_options& options)
{
    options.keys["myapp1"].secret = "kkjH68GiuUZ";
    options.timestamp_delta_limit = 300s;
}

void nothing(service_options&) {}
void only_tls(service_options& options)
{
    options.require_tls = true;
}
void only_private(service_options& options)
{
    options.require_ip = {*checks::parse_network("10.0.0.0/8")};
}
void at_most_50_bytes(service_options& options)
{
    options.post_body_limit = 50;
}
void only_one_procedure(service_options& options)
{
    options.procedures = {"com.example.only"};
}

void everything(service_options& options)
{
    sign(options);
    only_tls(options);
    only_private(options);
    at_most_50_bytes(options);
    only_one_procedure(options);
}

struct refusal {
    std::string_view name;
    options_change options;
    request req;
    int crossbar, http;
};

const std::vector<refusal>& refusals()
{
    using builder = request_builder;
    const auto with_query = [](const std::string& query) { return builder{}.body(signed_body).query(query).build(); };
    static const std::vector<refusal> all{
        {"not_found", nothing, builder{}.path_info("/other").build(), 404, 404},
        {"method_not_allowed", nothing, builder{}.method("GET").build(), 405, 405},
        {"tls_required", only_tls, builder{}.build(), 400, 403},
        {"address_denied", only_private, builder{}.build(), 400, 403},
        {"origin_denied", nothing, builder{}.origin("https://evil.example").build(), 403, 403},
        {"content_type_unsupported", nothing, builder{}.content_type("text/plain").build(), 400, 415},
        {"body_too_large", at_most_50_bytes, builder{}.body_of_size(51).build(), 413, 413},
        {"body_truncated", nothing, builder{}.content_length("1000").build(), 400, 400},
        {"signature_parameter_missing", sign, with_query(unsigned_query), 400, 401},
        {"parameter_invalid", nothing, with_query("seq=x"), 400, 400},
        {"request_expired", sign, with_query("key=myapp1&timestamp=2020-01-01T00:00:00Z&seq=1&nonce=1&signature=x"),
         400, 401},
        {"key_unknown", sign, with_query("key=x&timestamp=2026-11-22T09:49:10Z&seq=1&nonce=1&signature=x"), 401, 401},
        {"signature_invalid", sign, with_query(unsigned_query + "&signature=" + std::string(43, 'A')), 401, 401},
        {"body_not_utf8", nothing, builder{}.body("{\"procedure\":\"\xFF\"}").build(), 400, 400},
        {"body_not_json", nothing, builder{}.body("{").build(), 400, 400},
        {"body_not_object", nothing, builder{}.body("[]").build(), 400, 400},
        {"procedure_missing", nothing, builder{}.body("{}").build(), 400, 400},
        {"procedure_invalid", nothing, builder{}.body(call_body("a..b")).build(), 400, 400},
        {"arguments_invalid", nothing, builder{}.body(R"({"procedure":"a.b","args":1})").build(), 400, 400},
        {"procedure_denied", only_one_procedure, builder{}.build(), 403, 403},
    };
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_refusal_has_its_status_and_body_and_calls_nothing)
{
    for (const refusal& each : refusals())
        for (const status_style style : {status_style::crossbar, status_style::http})
            BOOST_TEST_CONTEXT(each.name << (style == status_style::http ? " http" : " crossbar"))
            {
                one_service to([&](service_options& options) {
                    each.options(options);
                    options.status_codes = style;
                });
                to.now = [] { return signing_time; };

                const answer got = to.ask(each.req);

                BOOST_TEST(error_of(got) == each.name);
                BOOST_TEST(got.http.status == (style == status_style::http ? each.http : each.crossbar));
                const std::string uri = "wampfcgi.error." + std::string(each.name);
                BOOST_TEST(got.http.body.starts_with(R"({"error":")" + uri + R"(","args":[")"));
                BOOST_TEST(header(got, "Content-Type") == "application/json; charset=UTF-8");
                BOOST_TEST(to.router.calls.empty());
            }
}

BOOST_AUTO_TEST_CASE(a_missing_or_invalid_parameter_is_named)
{
    one_service to(sign);
    to.now = [] { return signing_time; };
    BOOST_TEST(to.ask(request_builder{}.query(unsigned_query).build())
                   .http.body.ends_with(R"("kwargs":{"parameter":"signature"}})"));
    BOOST_TEST(to.ask(request_builder{}.query("key=&timestamp=x&seq=1&nonce=1&signature=").build())
                   .http.body.ends_with(R"("kwargs":{"parameter":"timestamp"}})"));
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(a_signed_request_is_called)
{
    one_service to(sign);
    to.now = [] { return signing_time; };

    BOOST_TEST(to.ask(request_builder{}.body(signed_body).query(signed_query).build()).http.status == 200);

    BOOST_TEST(to.router.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_with_procedures_of_its_own_may_call_those_alone_and_of_them_what_the_service_allows)
{
    const request req = request_builder{}.body(signed_body).query(signed_query).build();
    using list = std::optional<std::vector<std::string>>;
    const std::vector<std::tuple<list, list, std::string_view>> rows{
        {std::nullopt, list{{"com.example."}}, "none"},
        {std::nullopt, list{{"com.other.", "com.example.add"}}, "procedure_denied"},
        {std::nullopt, list{std::vector<std::string>{}}, "procedure_denied"},
        {list{{"com.example.add2"}}, list{{"com.example."}}, "none"},
        {list{{"com.other."}}, list{{"com.example."}}, "procedure_denied"},
    };
    for (const auto& row : rows) {
        const auto& expected = std::get<2>(row);
        one_service to([&](service_options& options) {
            sign(options);
            options.procedures = std::get<0>(row);
            options.keys["myapp1"].procedures = std::get<1>(row);
        });
        to.now = [] { return signing_time; };

        BOOST_TEST(error_of(to.ask(req)) == expected);
        BOOST_TEST(to.router.calls.size() == (expected == "none" ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(the_age_of_a_signed_request_is_limited_to_the_second)
{
    const request req = request_builder{}.body(signed_body).query(signed_query).build();
    const auto stamped = signing_time + 429ms;
    one_service to(sign);
    to.now = [&] { return stamped + 300s; };
    BOOST_TEST(error_of(to.ask(req)) == "none");
    to.now = [&] { return stamped + 300s + 1us; };
    BOOST_TEST(error_of(to.ask(req)) == "request_expired");
    to.now = [&] { return stamped - 300s - 1us; };
    BOOST_TEST(error_of(to.ask(req)) == "request_expired");
    BOOST_TEST(to.router.calls.size() == 1U);
}

// The order of contract section 3.
BOOST_AUTO_TEST_CASE(of_two_faults_the_one_that_is_checked_first_decides)
{
    one_service to(everything);
    to.now = [] { return signing_time; };
    // Begins with all faults, and corrects one after the other.
    request_builder req;
    req.path_info("/other").method("GET").origin("https://evil.example");
    req.body(std::string(51, '\xFF')).content_type("text/plain").content_length("100");
    const auto verdict = [&] { return error_of(to.ask(req.build())); };

    BOOST_TEST(verdict() == "not_found");
    req.path_info("");
    BOOST_TEST(verdict() == "method_not_allowed");
    req.method("PUT");
    BOOST_TEST(verdict() == "tls_required");
    req.https("on");
    BOOST_TEST(verdict() == "address_denied");
    req.remote_addr("10.1.2.3");
    BOOST_TEST(verdict() == "origin_denied");
    req.origin({});
    BOOST_TEST(verdict() == "content_type_unsupported");
    req.content_type("application/json");
    BOOST_TEST(verdict() == "body_too_large");
    req.content_length("50");
    BOOST_TEST(verdict() == "body_too_large");
    req.body("\xFF").content_length("50");
    BOOST_TEST(verdict() == "body_truncated");
    req.content_length("1");
    BOOST_TEST(verdict() == "signature_parameter_missing");
    req.query("key=x&timestamp=x&seq=1&nonce=1&signature=x");
    BOOST_TEST(verdict() == "parameter_invalid");
    req.query("key=x&timestamp=2020-01-01T00:00:00Z&seq=1&nonce=1&signature=x");
    BOOST_TEST(verdict() == "request_expired");
    req.query("key=x&timestamp=2026-11-22T09:49:10.429Z&seq=1&nonce=1&signature=x");
    BOOST_TEST(verdict() == "key_unknown");
    req.query(std::string(signed_query));
    BOOST_TEST(verdict() == "signature_invalid");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(of_two_faults_of_a_body_the_one_that_is_checked_first_decides)
{
    one_service to(only_one_procedure);
    const auto verdict = [&](const std::string& body) {
        return error_of(to.ask(request_builder{}.body(body).build()));
    };

    BOOST_TEST(verdict("\xFF{") == "body_not_utf8");
    BOOST_TEST(verdict("[") == "body_not_json");
    BOOST_TEST(verdict("[1]") == "body_not_object");
    BOOST_TEST(verdict(R"({"args":1})") == "procedure_missing");
    BOOST_TEST(verdict(R"({"procedure":"a..b","args":1})") == "procedure_invalid");
    BOOST_TEST(verdict(R"({"procedure":"a.b","args":1})") == "arguments_invalid");
    BOOST_TEST(verdict(R"({"procedure":"a.b","args":[]})") == "procedure_denied");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(a_body_is_as_long_as_the_limit_and_no_longer)
{
    one_service to(at_most_50_bytes);
    const std::string body = call_body("a.b");

    BOOST_TEST(error_of(to.ask(request_builder{}.body(body + std::string(50 - body.size(), ' ')).build())) == "none");
    BOOST_TEST(to.router.calls.size() == 1U);
    request_builder over;
    over.body(body + std::string(51 - body.size(), ' '));
    BOOST_TEST(error_of(to.ask(over.build())) == "body_too_large");
    over.content_length({});
    BOOST_TEST(error_of(to.ask(over.build())) == "body_too_large");
    BOOST_TEST(to.router.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(arguments_may_be_as_long_as_can_be_sent_now_and_no_longer)
{
    one_service to;
    const request req = request_builder{}.body(R"({"procedure":"a.b","args":[1,2,3]})").build();

    to.router.longest = 4;  // a header, and one byte each
    BOOST_TEST(error_of(to.ask(req)) == "none");
    BOOST_TEST(to.router.calls.size() == 1U);
    to.router.longest = 3;
    BOOST_TEST(error_of(to.ask(req)) == "body_too_large");
    BOOST_TEST(to.router.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_memory_does_not_suffice_for_is_refused_as_overloaded)
{
    one_service to;
    to.now = []() -> one_service::instant { throw std::bad_alloc(); };

    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "overloaded");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(a_bug_in_a_request_is_an_internal_error_of_that_request_alone)
{
    one_service to([](service_options& options) { options.debug = true; });
    to.config.max_in_flight = 1;
    to.now = []() -> one_service::instant { throw std::runtime_error("no clock"); };
    const answer broken = to.ask(request_builder{}.build());
    BOOST_TEST(broken.http.status == 500);
    BOOST_TEST(error_of(broken) == "internal_error");
    BOOST_TEST(broken.report.why->detail == "no clock");
    BOOST_TEST(broken.report.debug);

    to.now = [] { return signing_time; };
    to.router.breaks = true;
    const answer unsent = to.ask(request_builder{}.build());
    BOOST_TEST(error_of(unsent) == "internal_error");
    BOOST_TEST(unsent.report.procedure == "com.example.add2");
    to.router.breaks = false;
    BOOST_TEST(error_of(to.ask(request_builder{}.build())) == "none");
}
