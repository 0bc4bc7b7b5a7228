// The facts about a request that the callee receives.
#include "one_service.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace wampfcgi::bridge;

namespace {

void forward_all(service_options& options)
{
    using enum forward_source;
    options.forward = {{"agent", http_user_agent}, {"dn", ssl_client_s_dn}, {"id", request_id},
                       {"ip", remote_addr},        {"key", signing_key},    {"user", remote_user}};
}

request a_request(const std::string& kwargs)
{
    return request_builder{}
        .body(R"({"procedure":"a.b","kwargs":)" + kwargs + "}")
        .remote_user("joe")
        .client_subject("CN=joe")
        .user_agent("curl/8")
        .build();
}

/// The kwargs of the only call, as the JSON for a RESULT with them.
std::string kwargs_of_call(one_service& to, const request& req)
{
    to.ask(req);
    BOOST_TEST_REQUIRE(to.router.calls.size() == 1U);
    one_service other;
    return other.ask(request_builder{}.build(), payload{{}, to.router.calls.front().arguments.kwargs}).http.body;
}

const std::string all_told =
    R"("_http":{"agent":"curl/8","dn":"CN=joe","id":"test","ip":"192.0.2.7","key":null,"user":"joe"})";

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_forwarded_stands_in_one_member_of_kwargs)
{
    for (const std::string kwargs : {"null", "{}"}) {
        one_service to(forward_all);
        BOOST_TEST(kwargs_of_call(to, a_request(kwargs)) == R"({"kwargs":{)" + all_told + "}}");
    }
    one_service to(forward_all);
    BOOST_TEST(kwargs_of_call(to, a_request(R"({"x":1,"y":[2]})")) == R"({"kwargs":{"x":1,"y":[2],)" + all_told + "}}");
}

BOOST_AUTO_TEST_CASE(it_is_added_to_any_number_of_members)
{
    for (const std::size_t count : {14U, 15U, 16U, 65'534U, 65'535U, 65'536U})
        BOOST_TEST_CONTEXT(count)
        {
            std::string members;
            for (std::size_t i = 0; i < count; ++i)
                members += (i == 0 ? "" : ",") + ('"' + std::to_string(i)) + "\":0";
            one_service to(forward_all);
            const bool same = kwargs_of_call(to, a_request("{" + members + "}")) ==
                              R"({"kwargs":{)" + members + "," + all_told + "}}";
            BOOST_TEST(same);
        }
}

BOOST_AUTO_TEST_CASE(what_the_web_server_did_not_send_or_is_no_utf8_is_null)
{
    one_service to(forward_all);
    const request req = request_builder{}.body(R"({"procedure":"a.b","kwargs":{}})").user_agent("\xFF").build();

    BOOST_TEST(kwargs_of_call(to, req) ==
               R"({"kwargs":{"_http":{"agent":null,"dn":null,"id":"test","ip":"192.0.2.7","key":null,"user":null}}})");
}

BOOST_AUTO_TEST_CASE(nothing_is_forwarded_unless_the_service_says_so)
{
    one_service to;
    to.ask(a_request("null"));
    BOOST_TEST(to.router.calls.front().arguments.kwargs.empty());
}

BOOST_AUTO_TEST_CASE(a_client_cannot_set_the_reserved_member_of_any_service)
{
    for (const std::string kwargs : {R"({"_http":{"ip":"10.0.0.1"}})", R"({"_http":null})", R"({"_\u0068ttp":1})",
                                     R"({"_http":1},"kwargs":{})", R"({},"kwargs":{"a":1,"_http":1})"})
        for (const auto& change : {std::function<void(service_options&)>{}, {forward_all}}) {
            one_service to(change);
            BOOST_TEST(error_of(to.ask(a_request(kwargs))) == "arguments_invalid");
            BOOST_TEST(to.router.calls.empty());
        }
    one_service to;
    BOOST_TEST(error_of(to.ask(a_request(R"({"x":{"_http":1},"_HTTP":1,"_http ":1})"))) == "none");
}
