// The service "console": its page, its list of services, and who may use it.
#include "bridge/console_page.hpp"
#include "one_service.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/core/text/base64.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <boost/test/unit_test.hpp>

namespace wampfcgi::bridge {
namespace {

class console : public one_service {
public:
    explicit console(const std::function<void(service_options&)>& change = {})
        : one_service(change, service_type::console)
    {
        config.services.front().realm.clear();
        config.services.front().role.clear();
    }
};

request_builder get()
{
    return request_builder{}
        .method("GET")
        .remote_addr("127.0.0.1")
        .host("localhost")
        .content_type({})
        .body({})
        .content_length({});
}

std::string hash_source(std::string_view digits)
{
    return "'sha256-" + to_base64(from_hex(digits).value()) + "'";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(console_service)

BOOST_AUTO_TEST_CASE(its_page_may_run_its_own_script_and_ask_its_own_server_alone)
{
    console to;

    const answer page = to.ask(get().build());

    BOOST_TEST(page.http.status == 200);
    BOOST_TEST(page.http.body.starts_with("<!doctype html>"));
    BOOST_TEST(header(page, "Content-Type") == "text/html; charset=UTF-8");
    BOOST_TEST(header(page, "Cache-Control") == "no-store");
    BOOST_TEST(header(page, "X-Content-Type-Options") == "nosniff");
    BOOST_TEST(header(page, "Referrer-Policy") == "no-referrer");
    BOOST_TEST(header(page, "Content-Security-Policy") ==
               "default-src 'none'; connect-src 'self'; script-src " + hash_source(console_page::script_sha256) +
                   "; style-src " + hash_source(console_page::style_sha256) +
                   "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

BOOST_AUTO_TEST_CASE(it_lists_the_services_and_needs_no_session)
{
    console to;
    to.config.services.push_back({.path = "call", .realm = "realm1", .role = "guest"});

    const answer list = to.ask(get().query("services").build());

    BOOST_TEST(list.http.status == 200);
    BOOST_TEST(list.http.body.starts_with(R"({"console":"/","services":[{"path":"call","type":"caller",)"));
    BOOST_TEST(header(list, "Content-Type") == "application/json; charset=UTF-8");
    BOOST_TEST(header(list, "Cache-Control") == "no-store");
    BOOST_TEST(to.router.calls.empty());
}

BOOST_AUTO_TEST_CASE(it_takes_get_and_head_and_nothing_else)
{
    console to;

    BOOST_TEST(to.ask(get().method("HEAD").build()).http.status == 200);
    for (const char* method : {"POST", "PUT", "OPTIONS", "DELETE"})
        BOOST_TEST_CONTEXT(method)
        {
            const answer refused = to.ask(get().method(method).build());

            BOOST_TEST(refused.http.status == 405);
            BOOST_TEST(error_of(refused) == "method_not_allowed");
            BOOST_TEST(header(refused, "Allow") == "GET, HEAD");
        }
}

BOOST_AUTO_TEST_CASE(without_require_ip_it_is_for_this_machine)
{
    console to;

    BOOST_TEST(error_of(to.ask(get().host("[::1]:8080").remote_addr("::1").build())) == "none");
    BOOST_TEST(error_of(to.ask(get().remote_addr("192.0.2.7").build())) == "address_denied");
    BOOST_TEST(error_of(to.ask(get().host("rebound.example").build())) == "address_denied");
    BOOST_TEST(error_of(to.ask(get().variable("HTTP_X_FORWARDED_FOR", "").build())) == "address_denied");
    BOOST_TEST(error_of(to.ask(get().variable("HTTP_VIA", "1.1 a").query("services").build())) == "address_denied");
}

BOOST_AUTO_TEST_CASE(with_require_ip_its_list_alone_decides)
{
    console to([](service_options& options) { options.require_ip = {checks::parse_network("10.0.0.0/8").value()}; });

    BOOST_TEST(error_of(to.ask(get().remote_addr("10.1.2.3").host("intranet.example").build())) == "none");
    BOOST_TEST(error_of(to.ask(get().remote_addr("10.1.2.3").variable("HTTP_VIA", "1.1 a").build())) == "none");
    BOOST_TEST(error_of(to.ask(get().build())) == "address_denied");
    BOOST_TEST(error_of(to.ask(get().variable("HTTP_X_FORWARDED_FOR", "10.1.2.3").build())) == "address_denied");
}

BOOST_AUTO_TEST_CASE(it_is_not_for_pages_of_other_origins_nor_without_the_tls_that_it_requires)
{
    console to([](service_options& options) { options.require_tls = true; });

    BOOST_TEST(error_of(to.ask(get().build())) == "tls_required");
    BOOST_TEST(error_of(to.ask(get().https("on").build())) == "none");
    BOOST_TEST(error_of(to.ask(get().https("on").origin("https://evil.example").build())) == "origin_denied");
    BOOST_TEST(error_of(to.ask(get().https("on").sec_fetch_site("cross-site").build())) == "origin_denied");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::bridge
