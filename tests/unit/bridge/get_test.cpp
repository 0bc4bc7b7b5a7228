// Services with a fixed procedure, and their answers to GET.
#include "one_service.hpp"

#include "wampfcgi/checks/address.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

void only_reads(service_options& options)
{
    options.procedure = "com.example.search";
    options.methods = {.get = true, .head = true};
}

void reads_and_writes(service_options& options)
{
    only_reads(options);
    options.methods = {true, true, true, true};
}

request_builder get(const std::string& query = {})
{
    return request_builder{}.method("GET").query(query).content_type({}).body("").content_length({});
}

/// The arguments of the only call, as the JSON for a RESULT with them.
std::string arguments_of_call(one_service& to)
{
    BOOST_TEST_REQUIRE(to.router.calls.size() == 1U);
    one_service other;
    return other.ask(request_builder{}.build(), to.router.calls.front().arguments).http.body;
}

// The row "two parameters" of the link vectors.
const std::string signed_link = "key=myapp1&timestamp=2026-11-22T09:49:10.429Z&seq=2&nonce=12345"
                                "&signature=ZSixGZoY1WjZhq8DicMkidPf2if5QiEcqbI9-r-jspE=&user=42&lang=de";
const auto signing_time =
    one_service::instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} + 9h + 49min + 10s;

void sign(service_options& options)
{
    only_reads(options);
    options.keys["myapp1"].secret = "kkjH68GiuUZ";
    options.timestamp_delta_limit = 300s;
    options.replay_protection = true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_body_may_leave_out_the_procedure_of_the_service_and_name_no_other)
{
    struct row {
        std::string body, error;
    };
    for (const row& row :
         {row{R"({"args":[1]})", "none"}, row{"{}", "none"}, row{R"({"procedure":"com.example.search"})", "none"},
          row{R"({"procedure":"com.example.other"})", "procedure_denied"},
          row{R"({"procedure":"com.example.search.more"})", "procedure_denied"},
          row{R"({"procedure":""})", "procedure_invalid"}, row{R"({"procedure":null})", "procedure_invalid"},
          row{"", "body_not_json"}, row{"[]", "body_not_object"}})
        BOOST_TEST_CONTEXT(row.body)
        {
            one_service to([](service_options& options) { options.procedure = "com.example.search"; });

            const answer got = to.ask(request_builder{}.body(row.body).build());

            BOOST_TEST(error_of(got) == row.error);
            BOOST_TEST(to.router.calls.size() == (row.error == "none" ? 1U : 0U));
            if (row.error == "none")
                BOOST_TEST(to.router.calls[0].procedure == "com.example.search");
        }
}

BOOST_AUTO_TEST_CASE(get_and_head_call_the_procedure_with_the_query_as_keyword_arguments)
{
    for (const char* method : {"GET", "HEAD"})
        BOOST_TEST_CONTEXT(method)
        {
            one_service to(only_reads);

            const answer got = to.ask(get("name=Gr%C3%BC%C3%9Fe+x&n=1&n=2&key=k&nonce=0&empty").method(method).build());

            BOOST_TEST(got.http.status == 200);
            BOOST_TEST(to.router.calls.at(0).procedure == "com.example.search");
            BOOST_TEST(arguments_of_call(to) == R"({"kwargs":{"name":"Grüße x","n":["1","2"],"empty":""}})");
        }
}

BOOST_AUTO_TEST_CASE(what_a_get_brings_beside_its_query_does_not_count)
{
    one_service to([](service_options& options) {
        only_reads(options);
        options.post_body_limit = 4;
    });
    const auto odd = get("a=1").content_type("text/html").body(R"({"procedure":"a.b"})").content_length("x").build();

    BOOST_TEST(to.ask(odd).http.status == 200);
    BOOST_TEST((to.clients.front().admitted.body == body_use::dropped));
    BOOST_TEST(arguments_of_call(to) == R"({"kwargs":{"a":"1"}})");
    BOOST_TEST(to.clients.front().asked.body().empty());
}

BOOST_AUTO_TEST_CASE(a_query_that_no_arguments_can_be_made_of_is_refused)
{
    struct row {
        std::string query, error, parameter;
    };
    for (const row& row : {row{"a=%00", "parameter_invalid", "a"}, row{"user=%ff", "parameter_invalid", "user"},
                           row{"%ff=1", "parameter_invalid", "query"}, row{"_http=1", "arguments_invalid", ""},
                           row{"%5Fhttp", "arguments_invalid", ""}, row{"seq=x", "parameter_invalid", "seq"},
                           row{std::string(16'385, 'a'), "parameter_invalid", "query"}})
        BOOST_TEST_CONTEXT(row.query.substr(0, 20))
        {
            one_service to(only_reads);

            const answer got = to.ask(get(row.query).build());

            BOOST_TEST(error_of(got) == row.error);
            BOOST_TEST(got.http.status == 400);
            BOOST_TEST(got.report.why->parameter == row.parameter);
            BOOST_TEST(to.router.calls.empty());
        }
    one_service to(only_reads);
    BOOST_TEST(error_of(to.ask(get(std::string(16'384, 'a')).build())) == "none");
}

BOOST_AUTO_TEST_CASE(a_service_takes_get_only_where_that_is_among_its_methods)
{
    one_service writes([](service_options& options) { options.procedure = "a.b"; });
    one_service reads(only_reads);
    one_service both(reads_and_writes);

    BOOST_TEST(header(writes.ask(get().build()), "Allow") == "POST, PUT, OPTIONS");
    BOOST_TEST(header(reads.ask(request_builder{}.build()), "Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(both.ask(get().build()).http.status == 200);
    BOOST_TEST(both.ask(request_builder{}.body("{}").build()).http.status == 200);
    BOOST_TEST(header(both.ask(request_builder{}.method("OPTIONS").build()), "Allow") ==
               "GET, HEAD, POST, PUT, OPTIONS");
}

BOOST_AUTO_TEST_CASE(a_link_may_be_followed_again_although_a_post_may_not)
{
    one_service to(sign);
    to.now = [] { return signing_time; };

    BOOST_TEST(to.ask(get(signed_link).build()).http.status == 200);
    BOOST_TEST(to.ask(get(signed_link).method("HEAD").build()).http.status == 200);
    BOOST_TEST(error_of(to.ask(get(signed_link + "&x=1").build())) == "signature_invalid");
    BOOST_TEST(to.router.calls.size() == 2U);
    BOOST_TEST(to.router.calls[0].arguments.kwargs == to.router.calls[1].arguments.kwargs);
}

BOOST_AUTO_TEST_CASE(a_key_reads_only_what_it_may_call)
{
    one_service to([](service_options& options) {
        sign(options);
        options.keys["myapp1"].procedures = {"com.other."};
    });
    to.now = [] { return signing_time; };

    BOOST_TEST(error_of(to.ask(get(signed_link).build())) == "procedure_denied");
}

BOOST_AUTO_TEST_CASE(a_get_is_told_about_too)
{
    one_service to([](service_options& options) {
        only_reads(options);
        options.forward = {{"ip", forward_source::remote_addr}};
    });

    to.ask(get("a=1").build());

    BOOST_TEST(arguments_of_call(to) == R"({"kwargs":{"a":"1","_http":{"ip":"192.0.2.7"}}})");
}

BOOST_AUTO_TEST_CASE(event_source_gets_a_stream_of_a_get_and_nothing_when_it_asks_again)
{
    one_service to(only_reads);
    const auto event_source = [] { return get("a=1").accept("text/event-stream"); };
    fake_client& first = to.take(event_source().build());
    to.router.progress(1, {"\x91\x01", {}});
    to.router.end(payload{"\x91\x02", {}});

    const answer again = to.ask(event_source().last_event_id("2").build());

    BOOST_TEST(first.stream == "event: progress\nid: 1\ndata: {\"args\":[1]}\n\n"
                               "event: result\nid: 2\ndata: {\"args\":[2]}\n\n");
    BOOST_TEST(again.http.status == 204);
    BOOST_TEST(again.http.body == "");
    BOOST_TEST(header(again, "Cache-Control") == "no-store");
    BOOST_TEST(header(again, "Content-Type") == "none");
    BOOST_TEST(to.router.calls.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_last_event_id_ends_only_what_event_source_takes_up)
{
    one_service to(reads_and_writes);
    const auto with_id = [](request_builder asked) { return asked.last_event_id("2"); };

    to.take(with_id(get("a=1")).build());
    to.take(with_id(get("a=1")).accept("application/x-ndjson").build());
    to.take(get("a=1").accept("text/event-stream").last_event_id("").build());
    to.take(with_id(request_builder{}).accept("text/event-stream").body("{}").build());
    to.take(with_id(get("a=1")).accept("text/event-stream").method("HEAD").build());

    BOOST_TEST(to.router.calls.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_repeated_stream_is_refused_before_it_is_ended_where_its_link_is_not_good)
{
    one_service to(sign);
    to.now = [] { return signing_time; };

    const answer again = to.ask(get(signed_link + "&x").accept("text/event-stream").last_event_id("2").build());

    BOOST_TEST(error_of(again) == "signature_invalid");
}

BOOST_AUTO_TEST_CASE(a_head_gets_no_stream)
{
    one_service to(only_reads);

    const answer got = to.ask(get().method("HEAD").accept("text/event-stream").build());

    BOOST_TEST(!to.router.calls.at(0).receive_progress);
    BOOST_TEST(header(got, "Content-Type") == "application/json; charset=UTF-8");
}

BOOST_AUTO_TEST_CASE(an_image_of_another_sites_page_calls_nothing)
{
    one_service to(only_reads);
    const auto from_page = [](const char* mode) {
        return get().sec_fetch_site("cross-site").sec_fetch_mode(mode).build();
    };

    BOOST_TEST(error_of(to.ask(from_page("no-cors"))) == "origin_denied");
    BOOST_TEST(to.router.calls.empty());
    BOOST_TEST(to.ask(from_page("navigate")).http.status == 200);
}
