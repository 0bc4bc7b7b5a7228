// Owns a gateway with one service at "/" and a fake session, for the bridge's tests.
#pragma once

#include "support/fake_client.hpp"
#include "support/fake_rates.hpp"
#include "support/fake_session.hpp"
#include "support/fake_store.hpp"
#include "support/fake_timers.hpp"
#include "support/request_builder.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/meter.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::bridge {

inline std::string header(const answer& given, std::string_view name)
{
    std::string found = "none";
    given.http.headers.each([&](std::string_view each, std::string_view value) {
        if (each == name)
            found = found == "none" ? std::string(value) : found + " and " + std::string(value);
    });
    return found;
}

inline std::string error_of(const answer& given)
{
    return given.report.why ? std::string(describe(given.report.why->code).name) : "none";
}

/// Admits and serves requests like fcgi/.
class one_service {
public:
    explicit one_service(const std::function<void(service_options&)>& change = {},
                         service_type type = service_type::caller)
    {
        config.services.push_back({.path = "/", .type = type, .realm = "realm1", .role = "backend"});
        if (change)
            change(config.services.front().options);
    }

    void begin()
    {
        if (!asked)
            asked = std::make_unique<gateway>(
                config,
                gateway::lookups{[this](const service_settings&) -> session& { return router; },
                                 [this](std::chrono::seconds) -> store& { return remembered; },
                                 [this](const service_settings& of) -> rate_counter& {
                                     counted.limit = of.options.rate.value();
                                     return counted;
                                 }},
                timers, figures, [this] { return now(); }, lives_for, [this] { return steady_now; });
    }

    /// A client that sends a request.
    fake_client& take(request req)
    {
        begin();
        fake_client& client = clients.emplace_back(std::move(req));
        client.ask(*asked);
        return client;
    }

    /// The answer to a request. If it makes a call, that ends as `how`.
    answer ask(const request& req, outcome how = payload{})
    {
        fake_client& client = take(req);
        if (router.waiting() > 0)
            router.end(std::move(how));
        BOOST_REQUIRE(client.answers == 1);
        return *client.given;
    }

    /// The answers so far, in the order of the requests.
    std::vector<answer> answers() const
    {
        std::vector<answer> given;
        for (const fake_client& each : clients)
            if (each.given)
                given.push_back(*each.given);
        return given;
    }

    using instant = std::chrono::sys_time<std::chrono::microseconds>;

    settings config;
    gateway::lifetime lives_for = gateway::lifetime::many_requests;
    fake_session router;
    fake_store remembered{[this] { return now(); }};
    fake_rates counted;
    fake_timers timers;
    unread_meter figures;
    std::chrono::steady_clock::time_point steady_now{};
    std::function<instant()> now = [] { return instant{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}}; };
    std::unique_ptr<gateway> asked;  ///< made for the first request
    std::list<fake_client> clients;
};

/// A body that calls `procedure` without arguments.
inline std::string call_body(const std::string& procedure)
{
    return R"({"procedure":")" + procedure + R"("})";
}

}  // namespace wampfcgi::bridge
