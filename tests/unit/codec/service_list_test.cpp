// The list of services for the console's page.
#include "wampfcgi/codec/service_list.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace wampfcgi;

namespace {

service_settings service_at(std::string path, service_type type)
{
    service_settings made;
    made.path = std::move(path);
    made.type = type;
    if (has_session(type)) {
        made.realm = "realm1";
        made.role = "guest";
    }
    return made;
}

std::string list_with(service_settings which)
{
    const std::vector services{std::move(which), service_at("try", service_type::console)};
    return codec::service_list(services, services.back());
}

std::string listed(const std::string& service)
{
    return R"({"console":"try","services":[)" + service + "]}";
}

}  // namespace

BOOST_AUTO_TEST_CASE(services_of_each_kind_that_a_browser_can_use_are_listed)
{
    BOOST_TEST(
        list_with(service_at("/", service_type::caller)) ==
        listed(R"({"path":"/","type":"caller","realm":"realm1","role":"guest","methods":["POST","PUT"],"signed":false,)"
               R"("streams":true,"require_tls":false})"));
    BOOST_TEST(
        list_with(service_at("a/b", service_type::publisher)) ==
        listed(
            R"({"path":"a/b","type":"publisher","realm":"realm1","role":"guest","methods":["POST","PUT"],"signed":false,)"
            R"("streams":false,"require_tls":false})"));

    service_settings events = service_at("news", service_type::events);
    events.options.methods = {.get = true};
    events.options.topics = {"com.news.", "com.a"};
    BOOST_TEST(list_with(events) ==
               listed(R"({"path":"news","type":"events","realm":"realm1","role":"guest","methods":["GET"],)"
                      R"("signed":false,"streams":true,"require_tls":false,"topics":["com.news.","com.a"]})"));
}

BOOST_AUTO_TEST_CASE(what_a_service_allows_is_listed_and_nothing_of_its_keys)
{
    service_settings signed_one = service_at("s", service_type::caller);
    signed_one.options.keys["app1"].secret = "s3cret";
    signed_one.options.keys["app1"].procedures = {"com.app1."};
    signed_one.options.procedures = {"com.a", "com.\"b\"."};
    signed_one.options.require_tls = true;
    service_settings fixed = service_at("f", service_type::caller);
    fixed.options.procedure = "com.search";
    fixed.options.methods = {.get = true, .head = true, .post = true};

    BOOST_TEST(list_with(signed_one) ==
               listed(R"({"path":"s","type":"caller","realm":"realm1","role":"guest","methods":["POST","PUT"],)"
                      R"("signed":true,"streams":true,"require_tls":true,"procedures":["com.a","com.\"b\"."]})"));
    BOOST_TEST(list_with(fixed) ==
               listed(R"({"path":"f","type":"caller","realm":"realm1","role":"guest","methods":["POST","GET"],)"
                      R"("signed":false,"streams":true,"require_tls":false,"procedure":"com.search"})"));
}

BOOST_AUTO_TEST_CASE(webhooks_and_consoles_are_not_listed)
{
    BOOST_TEST(list_with(service_at("hook", service_type::webhook)) == listed(""));
    BOOST_TEST(list_with(service_at("other", service_type::console)) == listed(""));
}
