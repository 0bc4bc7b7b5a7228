// Owns the service "console": a page to try the other services of this mount with, and the list of those that it reads
// (contract section 8).
#pragma once

#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/core/settings.hpp"

#include <memory>
#include <string>
#include <variant>

namespace wampfcgi::bridge {

class console_service final : public service {
public:
    /// `which` is one of `config`, and must outlive it.
    console_service(const settings& config, const service_settings& which);

    std::variant<answer, admission> admit(const request& req) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission admitted, request& req, response_sink& client) override;

private:
    const service_options& options_;
    std::string services_;  // in JSON
};

}  // namespace wampfcgi::bridge
