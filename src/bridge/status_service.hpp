// Owns the service "status": the state of the pool, for people and programs, even when the pool cannot serve other
// requests (contract section 8).
#pragma once

#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/bridge/status_source.hpp"
#include "wampfcgi/core/settings.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace wampfcgi::bridge {

struct shared_by_services;

class status_service final : public service {
public:
    /// All arguments must outlive the service.
    status_service(std::string_view mount, const service_settings& configured, shared_by_services& shared);

    std::optional<answer> admit(const request& req, admission& admitted) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) override;

private:
    enum class page { figures, ping, ready };

    page page_of(const request& req) const;
    answer figures_answer(const request& req) const;
    answer answer_to(const request& req) const;

    std::string_view mount_;
    const service_settings& configured_;
    shared_by_services& shared_;
};

/// The answer to `wamp-fcgi --status`, as "json" or as text: 200 if the pool is ready, else 503.
answer status_answer(status_source* pool, std::string_view form);

}  // namespace wampfcgi::bridge
