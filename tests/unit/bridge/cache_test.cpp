// Cache headers in answers to GET.
#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace wampfcgi::bridge;
using namespace std::chrono_literals;

namespace {

// {"args":[5]}
const payload five{"\x91\x05", {}};
const std::string tag_of_five = R"("RMKqyhJ6/4Ibm3979aJ5LDKG")";

void may_be_kept(service_options& options)
{
    options.procedure = "com.example.search";
    options.methods = {true, true, true, true};
    options.max_age = 60s;
}

request_builder get()
{
    return request_builder{}.method("GET").query("a=1");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_result_of_get_or_head_may_be_kept_as_long_as_configured)
{
    one_service to(may_be_kept);

    for (const char* method : {"GET", "HEAD"}) {
        const answer got = to.ask(get().method(method).build(), five);

        BOOST_TEST(got.http.status == 200);
        BOOST_TEST(got.http.body == R"({"args":[5]})");
        BOOST_TEST(header(got, "Cache-Control") == "private, max-age=60");
        BOOST_TEST(header(got, "ETag") == tag_of_five);
        BOOST_TEST(header(got, "Vary") == "Accept");
    }
}

BOOST_AUTO_TEST_CASE(shared_caches_may_keep_what_is_public)
{
    one_service to([](service_options& options) {
        may_be_kept(options);
        options.cache = cache_scope::shared;
    });

    BOOST_TEST(header(to.ask(get().build(), five), "Cache-Control") == "public, max-age=60");
}

BOOST_AUTO_TEST_CASE(where_origins_are_allowed_the_answer_varies_by_origin_even_without_one)
{
    one_service to([](service_options& options) {
        may_be_kept(options);
        options.allowed_origins = {"https://app.example.com"};
    });

    for (const char* origin : {"https://app.example.com", ""})
        for (const char* known : {"", "*"})
            BOOST_TEST(header(to.ask(get().origin(origin).if_none_match(known).build(), five), "Vary") ==
                       "Accept, Origin");
    BOOST_TEST(header(to.ask(get().origin("https://app.example.com").build(), five), "Access-Control-Allow-Origin") ==
               "https://app.example.com");
}

BOOST_AUTO_TEST_CASE(a_client_that_has_the_answer_gets_304_without_it)
{
    one_service to(may_be_kept);

    const answer got = to.ask(get().if_none_match("W/" + tag_of_five).build(), five);

    BOOST_TEST(got.http.status == 304);
    BOOST_TEST(got.http.body == "");
    BOOST_TEST(header(got, "ETag") == tag_of_five);
    BOOST_TEST(header(got, "Cache-Control") == "private, max-age=60");
    BOOST_TEST(header(got, "Vary") == "Accept");
    BOOST_TEST(header(got, "Content-Type") == "none");
    BOOST_TEST(to.router.calls.size() == 1U);
    BOOST_TEST(to.ask(get().if_none_match(R"("other")").build(), five).http.status == 200);
}

BOOST_AUTO_TEST_CASE(nothing_else_may_be_kept)
{
    const auto is_not_kept = [](const answer& got) {
        BOOST_TEST(got.http.status != 304);
        BOOST_TEST(header(got, "Cache-Control") == "no-store");
        BOOST_TEST(header(got, "ETag") == "none");
        BOOST_TEST(header(got, "Vary") == "none");
    };
    one_service to(may_be_kept);
    one_service without_max_age([](service_options& options) {
        may_be_kept(options);
        options.max_age = 0s;
    });
    const request any = get().if_none_match("*").build();

    is_not_kept(to.ask(any, call_error{"a.b", {}}));
    is_not_kept(to.ask(any, failure{errc::call_timeout}));
    is_not_kept(to.ask(any, payload{"\x91\xC1", {}}));
    is_not_kept(to.ask(get().query("_http=1").if_none_match("*").build()));
    is_not_kept(to.ask(request_builder{}.body("{}").if_none_match("*").build(), five));
    is_not_kept(without_max_age.ask(any, five));
}

BOOST_AUTO_TEST_CASE(a_stream_is_not_kept)
{
    one_service to(may_be_kept);
    fake_client& client = to.take(get().accept("text/event-stream").if_none_match("*").build());

    to.router.end(five);

    BOOST_TEST(header({*client.stream_head, {}}, "Cache-Control") == "no-store");
    BOOST_TEST(header({*client.stream_head, {}}, "ETag") == "none");
}
