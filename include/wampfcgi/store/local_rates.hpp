// Owns how much clients ask a service for, as the processes of a user count it together on one machine: in a file.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/store/local.hpp"

#include <memory>
#include <string>

namespace wampfcgi::store {

/// Decides within take_token(), always.
class local_rates final : public bridge::rate_counter {
public:
    /// Opens the service's file in `folder`, creating both where they are missing. `of` has a rate. Throws
    /// std::runtime_error where that cannot be done, or others than the effective user may have a hand in them.
    local_rates(const std::string& folder, const service_settings& of, clock now = system_now);
    ~local_rates() override;

    bool decides_at_once() const noexcept override { return true; }
    ticket take_token(std::string_view client, decided done) override;
    void give_up(ticket /*waiting*/) override {}

private:
    class counter;

    std::unique_ptr<counter> counter_;
};

/// Opens the file as local_rates would, and closes it again. The trouble says what is wrong with it, and what to do.
result<void, trouble> try_rates(const std::string& folder, const service_settings& of);

}  // namespace wampfcgi::store
