// Owns the service of type "caller": from a request by way of the checks to a call, and from its outcome to the answer
// (contract sections 3 to 5).
#pragma once

#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/settings.hpp"

#include <memory>
#include <variant>

namespace wampfcgi::bridge {

struct shared_by_services;

class caller_service final : public service {
public:
    /// All must outlive it. `replays` remembers signed requests; null: they may be replayed.
    caller_service(const service_settings& configured, session& realm, store* replays, shared_by_services& shared);

    std::variant<answer, admission> admit(const request& req) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(const admission& admitted, request& req, response_sink& client) override;

private:
    class call_exchange;

    const service_settings& configured_;
    session& session_;
    store* replays_;
    shared_by_services& shared_;
};

}  // namespace wampfcgi::bridge
