// The service "status": formats, sub-paths, who may use it; and the answer to `wamp-fcgi --status`.
#include "one_service.hpp"
#include "wampfcgi/bridge/status_source.hpp"
#include "wampfcgi/checks/address.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::bridge {
namespace {

class fake_pool final : public status_source {
public:
    figures show(const figures_wish& wish) override
    {
        last = wish;
        const bool is_page = wish.format == figures_format::html;
        return {lacks.empty(), "x/y", is_page ? "default-src 'none'" : "", "figures"};
    }

    std::vector<std::string> missing() override { return lacks; }

    std::optional<figures_wish> last;
    std::vector<std::string> lacks;
};

class status : public one_service {
public:
    explicit status(const std::function<void(service_options&)>& change = {})
        : one_service(change, service_type::status)
    {
        config.services.front().realm.clear();
        config.services.front().role.clear();
    }

    answer ask(const request& req)
    {
        begin();
        asked->show_status_of(pool);
        return one_service::ask(req);
    }

    fake_pool pool;
};

request_builder get(const std::string& path = "", const std::string& query = "")
{
    return request_builder{}
        .method("GET")
        .path_info(path)
        .query(query)
        .remote_addr("127.0.0.1")
        .host("localhost")
        .content_type({})
        .body({})
        .content_length({});
}

void need_token(service_options& options)
{
    options.status.token = "s3cret";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(status_service)

BOOST_AUTO_TEST_CASE(figures_are_shown_as_they_are_and_kept_by_nobody)
{
    status to;

    const answer shown = to.ask(get().build());

    BOOST_TEST(shown.http.status == 200);
    BOOST_TEST(shown.http.body == "figures");
    BOOST_TEST(header(shown, "Content-Type") == "x/y");
    BOOST_TEST(header(shown, "Cache-Control") == "no-store");
    BOOST_TEST(header(shown, "X-Content-Type-Options") == "nosniff");
    BOOST_TEST(header(shown, "Content-Security-Policy") == "none");
    BOOST_TEST(header(to.ask(get("", "html").build()), "Content-Security-Policy") == "default-src 'none'");
}

BOOST_AUTO_TEST_CASE(the_query_goes_before_accept)
{
    status to;
    struct row {
        const char* query;
        const char* accept;
        figures_format format;
    };
    for (const row& each : {
             row{"", "", figures_format::text},
             row{"", "application/json", figures_format::json},
             row{"text", "application/json", figures_format::text},
             row{"json", "", figures_format::json},
             row{"html", "", figures_format::html},
             row{"prometheus", "", figures_format::prometheus},
             row{"openmetrics", "text/html", figures_format::openmetrics},
             row{"full&json=1&html", "", figures_format::json},
             row{"unknown", "text/html", figures_format::html},
         })
        BOOST_TEST_CONTEXT(each.query << " and " << each.accept)
        {
            to.ask(get("", each.query).accept(each.accept).build());

            BOOST_TEST((to.pool.last->format == each.format));
        }
}

BOOST_AUTO_TEST_CASE(workers_and_a_refresh_are_there_when_asked_for)
{
    status to;

    to.ask(get("", "html").build());
    BOOST_TEST(!to.pool.last->each_worker);
    BOOST_TEST(to.pool.last->refresh.count() == 0);

    to.ask(get("", "html&full&refresh=86400").build());
    BOOST_TEST(to.pool.last->each_worker);
    BOOST_TEST(to.pool.last->refresh.count() == 86400);
}

BOOST_AUTO_TEST_CASE(a_refresh_that_is_no_time_is_refused)
{
    for (const char* const query : {"refresh", "refresh=", "refresh=-1", "refresh=86401", "refresh=5s", "refresh=0x5"})
        BOOST_TEST_CONTEXT(query)
        {
            status to;

            const answer refused = to.ask(get("", query).build());

            BOOST_TEST(refused.http.status == 400);
            BOOST_TEST(refused.http.body.find(R"("kwargs":{"parameter":"refresh"})") != std::string::npos);
            BOOST_TEST(!to.pool.last.has_value());
        }
}

BOOST_AUTO_TEST_CASE(below_it_are_ping_and_ready)
{
    status to;

    BOOST_TEST(to.ask(get("/ping").build()).http.body == "pong");
    BOOST_TEST(to.ask(get("/ready").build()).http.body == "ready");

    to.pool.lacks = {"a", "b"};
    const answer not_ready = to.ask(get("/ready").build());
    BOOST_TEST(not_ready.http.status == 503);
    BOOST_TEST(not_ready.http.body == "a\nb\n");
    BOOST_TEST(to.ask(get("/ping").build()).http.status == 200);
    BOOST_TEST(to.ask(get().build()).http.status == 200);
    BOOST_TEST(error_of(to.ask(get("/pings").build())) == "not_found");
    BOOST_TEST(error_of(to.ask(get("/ping/").build())) == "not_found");
}

BOOST_AUTO_TEST_CASE(one_that_is_called_ping_has_a_ping_below_it)
{
    status to;
    to.config.services.front().path = "ping";

    BOOST_TEST(to.ask(get("/ping").build()).http.body == "figures");
    BOOST_TEST(to.ask(get("/ping/ping").build()).http.body == "pong");
    BOOST_TEST(to.ask(get("/ping/ready").build()).http.body == "ready");
}

BOOST_AUTO_TEST_CASE(it_takes_get_and_head_and_nothing_else)
{
    status to;

    BOOST_TEST(to.ask(get().method("HEAD").build()).http.status == 200);
    for (const char* const method : {"POST", "PUT", "OPTIONS", "DELETE"})
        for (const char* const path : {"", "/ping", "/ready"}) {
            const answer refused = to.ask(get(path).method(method).build());

            BOOST_TEST(refused.http.status == 405);
            BOOST_TEST(header(refused, "Allow") == "GET, HEAD");
        }
}

BOOST_AUTO_TEST_CASE(it_answers_while_every_call_that_may_be_in_flight_is)
{
    status to;
    to.config.max_in_flight = 0;
    to.config.max_streams = 0;

    BOOST_TEST(to.ask(get().build()).http.status == 200);
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(without_a_token_and_require_ip_it_is_for_this_machine)
{
    status to;

    for (const char* const path : {"", "/ping", "/ready"}) {
        BOOST_TEST(error_of(to.ask(get(path).remote_addr("192.0.2.7").build())) == "address_denied");
        BOOST_TEST(error_of(to.ask(get(path).host("rebound.example").build())) == "address_denied");
        BOOST_TEST(error_of(to.ask(get(path).variable("HTTP_VIA", "1.1 a").build())) == "address_denied");
    }
}

BOOST_AUTO_TEST_CASE(a_token_is_needed_for_all_and_lets_everybody_in_who_has_it)
{
    status to(need_token);
    const auto from_afar = [](const std::string& path) { return get(path).remote_addr("192.0.2.7").host("a.example"); };

    for (const char* const path : {"", "/ping", "/ready"}) {
        const answer refused = to.ask(from_afar(path).build());
        BOOST_TEST(refused.http.status == 401);
        BOOST_TEST(error_of(refused) == "token_invalid");
        BOOST_TEST(header(refused, "WWW-Authenticate") == "Bearer");

        const answer shown = to.ask(from_afar(path).variable("HTTP_AUTHORIZATION", "Bearer s3cret").build());
        BOOST_TEST(shown.http.status == 200);
    }
}

BOOST_AUTO_TEST_CASE(nothing_but_the_token_is_the_token)
{
    status to(need_token);
    struct row {
        const char* header;
        int status;
    };
    for (const row& each : {row{"bearer s3cret", 200}, row{"Bearer  s3cret ", 200}, row{"Bearer s3creT", 401},
                            row{"Bearer s3cret2", 401}, row{"Bearer ", 401}, row{"Bearer", 401}, row{"", 401},
                            row{"s3cret", 401}, row{"Basic s3cret", 401}, row{"Bearer s3cret s3cret", 401}})
        BOOST_TEST_CONTEXT(each.header)
        {
            BOOST_TEST(to.ask(get().variable("HTTP_AUTHORIZATION", each.header).build()).http.status == each.status);
        }
}

BOOST_AUTO_TEST_CASE(a_token_may_be_for_the_figures_alone)
{
    status to([](service_options& options) {
        need_token(options);
        options.status.token_for = token_scope::figures;
    });

    BOOST_TEST(to.ask(get().build()).http.status == 401);
    BOOST_TEST(to.ask(get("/ping").build()).http.status == 200);
    BOOST_TEST(to.ask(get("/ready").build()).http.status == 200);
}

BOOST_AUTO_TEST_CASE(a_token_is_no_way_around_require_ip)
{
    status to([](service_options& options) {
        need_token(options);
        options.require_ip = {checks::parse_network("10.0.0.0/8").value()};
    });

    const auto with_token = get().variable("HTTP_AUTHORIZATION", "Bearer s3cret");
    BOOST_TEST(error_of(to.ask(request_builder(with_token).build())) == "address_denied");
    BOOST_TEST(error_of(to.ask(request_builder(with_token).remote_addr("10.1.2.3").build())) == "none");
    BOOST_TEST(error_of(to.ask(get().remote_addr("10.1.2.3").build())) == "token_invalid");
}

BOOST_AUTO_TEST_CASE(the_program_itself_is_told_whatever_services_there_are)
{
    status to;
    to.config.services.front().options.require_ip = std::vector<network>();

    const answer ready = to.ask(get("/nowhere").wanted_status("json").build());
    BOOST_TEST(ready.http.status == 200);
    BOOST_TEST(header(ready, "X-Wamp-Fcgi") == "ready");
    BOOST_TEST((to.pool.last->format == figures_format::json));

    to.pool.lacks = {"a"};
    const answer not_ready = to.ask(get("/nowhere").wanted_status("text").build());
    BOOST_TEST(not_ready.http.status == 503);
    BOOST_TEST(header(not_ready, "X-Wamp-Fcgi") == "not ready");
    BOOST_TEST((to.pool.last->format == figures_format::text));
}

BOOST_AUTO_TEST_CASE(where_nobody_counts_there_are_no_figures)
{
    one_service to({}, service_type::status);

    BOOST_TEST(to.ask(get().build()).http.status == 503);
    BOOST_TEST(to.ask(get("/ready").build()).http.status == 503);
    BOOST_TEST(to.ask(get("/ping").build()).http.status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::bridge
