// Owns the service "console": a page for trying the other services of this mount, and the list of services that the
// page reads (contract section 8).
#pragma once

#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/core/settings.hpp"

#include <memory>
#include <optional>
#include <string>

namespace wampfcgi::bridge {

class console_service final : public service {
public:
    /// `which` must be an element of `config`, and outlive the service.
    console_service(const settings& config, const service_settings& which);

    std::optional<answer> admit(const request& req, admission& admitted) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) override;

private:
    const service_options& options_;
    std::string services_;  // as JSON
};

}  // namespace wampfcgi::bridge
