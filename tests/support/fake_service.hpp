// Owns a service for tests: it admits everything but GET; the test answers the requests.
#pragma once

#include "wampfcgi/bridge/service.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace wampfcgi {

class fake_service final : public bridge::service {
public:
    /// A request not answered yet.
    struct open_request final : bridge::exchange {
        open_request(fake_service& its_service, std::string its_body, bridge::response_sink& its_client)
            : of(its_service),
              body(std::move(its_body)),
              client(its_client)
        {
            of.open.push_back(this);
        }
        ~open_request() override
        {
            if (!is_answered)
                ++of.given_up;
            of.open.remove(this);
        }
        open_request(const open_request&) = delete;
        open_request& operator=(const open_request&) = delete;

        const bridge::request_report& report() const noexcept override { return known; }

        void respond(bridge::answer&& whole)
        {
            is_answered = true;
            client.respond(std::move(whole));
        }

        void end()
        {
            is_answered = true;
            client.end({});
        }

        fake_service& of;
        std::string body;
        bridge::response_sink& client;
        bridge::request_report known;
        bool is_answered = false;
    };

    std::optional<bridge::answer> admit(const request& req, bridge::admission& admitted) override
    {
        if (req.method() == "GET")
            return bridge::answer{{405, {}, "refused"}, {.why = errc::method_not_allowed}};
        admitted.by = this;
        admitted.body_limit_bytes = body_limit_bytes;
        return {};
    }

    bridge::answer refuse(const bridge::admission&, failure why) const override
    {
        return {{describe(why.code).status_crossbar, {}, "refused"}, {.why = std::move(why)}};
    }

    std::unique_ptr<bridge::exchange> serve(bridge::admission&&, request& req, bridge::response_sink& client) override
    {
        auto begun = std::make_unique<open_request>(*this, std::string(req.body()), client);
        req.drop_body();
        if (!at_once)
            return begun;
        begun->respond({*at_once, {}});
        return nullptr;
    }

    std::optional<response> at_once;     ///< set: every request is answered before serve() returns
    std::uint64_t body_limit_bytes = 0;  ///< 0: none
    std::list<open_request*> open;       ///< in order of arrival
    int given_up = 0;                    ///< exchanges destroyed before they were answered
};

}  // namespace wampfcgi
