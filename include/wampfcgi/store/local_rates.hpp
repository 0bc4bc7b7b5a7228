// Owns the rate limiter that a user's processes share on one machine, through a file.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/store/local.hpp"

#include <memory>
#include <string>

namespace wampfcgi::store {

/// Always decides within take_token().
class local_rates final : public bridge::rate_counter {
public:
    /// Opens the service's file in `folder`; creates both when missing. `of` must have a rate. Throws
    /// std::runtime_error when that fails, or when other users have access to them.
    local_rates(const std::string& folder, const service_settings& of, clock now = system_now);
    ~local_rates() override;

    bool decides_at_once() const noexcept override { return true; }
    ticket take_token(std::string_view client, decided done) override;
    void give_up(ticket /*waiting*/) override {}

private:
    class counter;

    std::unique_ptr<counter> counter_;
};

/// Opens the file like local_rates, and closes it again. The trouble says what is wrong with it, and what to do.
result<void, trouble> try_rates(const std::string& folder, const service_settings& of);

}  // namespace wampfcgi::store
