// The fake session, service and client keep the contracts of the real ones.
#include "one_service.hpp"
#include "support/fake_service.hpp"
#include "support/service_contract.hpp"
#include "support/session_contract.hpp"
#include "support/sink_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace wampfcgi;
using namespace wampfcgi::bridge;

BOOST_AUTO_TEST_CASE(the_session_for_tests_keeps_to_the_contract)
{
    fake_session session;
    constexpr std::size_t first_subscription = 10;  // index among the requests
    check_session_contract(
        {session,
         [&](std::size_t count) {
             std::vector<std::string> uris;
             for (const call& each : session.calls)
                 uris.push_back(each.procedure);
             for (const publication& each : session.publications)
                 uris.push_back(each.topic);
             for (const auto& each : session.subscriptions)
                 uris.push_back(each.what.topic);
             BOOST_TEST(uris.size() == count);
             return uris;
         },
         [&](std::size_t index, std::string args) {
             session.end_operation(index + 1, payload{std::move(args), {}});
         },
         [&](std::size_t index, std::string args) {
             session.progress(index + 1, payload{std::move(args), {}});
         },
         [&](std::size_t index) { session.end_operation(index + 1, accepted{42}); },
         [&](std::size_t index, std::string uri) {
             index < first_subscription
                 ? session.end_operation(index + 1, call_error{std::move(uri), {}})
                 : session.refuse(index - first_subscription + 1, call_error{std::move(uri), {}});
         },
         [&](std::size_t index) { session.confirm(index - first_subscription + 1); },
         [&](std::size_t index, std::string args) {
             const std::size_t at = index - first_subscription;
             session.deliver(at + 1, {7, session.subscriptions.at(at).what.topic, {std::move(args), {}}});
         }});
}

BOOST_AUTO_TEST_CASE(the_client_for_tests_keeps_to_the_contract)
{
    check_sink_contract([](const auto& use) {
        fake_client client({});
        use(client);
        BOOST_TEST(client.answers == 1);
        return client.given ? std::to_string(client.given->http.status) + " " + client.given->http.body
                            : std::to_string(client.stream_head->status) + " " + client.stream;
    });
}

BOOST_AUTO_TEST_CASE(the_service_for_tests_keeps_to_the_contract)
{
    fake_service service;
    check_service_contract({service, request_builder{}.build(), request_builder{}.method("GET").build(),
                            [&] {
                                while (!service.open.empty())
                                    service.open.front()->respond({});
                            },
                            [&] { return static_cast<int>(service.open.size()); }});
}

BOOST_AUTO_TEST_CASE(the_gateway_keeps_to_the_contract_of_a_service)
{
    one_service to;
    to.ask(request_builder{}.build());
    check_service_contract({*to.asked, request_builder{}.build(), request_builder{}.method("GET").build(),
                            [&] {
                                while (to.router.waiting() > 0)
                                    to.router.end(payload{});
                            },
                            [&] { return static_cast<int>(to.router.waiting()); }});
}
