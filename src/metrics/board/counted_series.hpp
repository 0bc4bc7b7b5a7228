// Owns the list of series of a configuration, and finding the cells of one process for them.
#pragma once

#include "metrics/board/area.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::metrics {

/// Label for requests without a service.
inline constexpr std::string_view no_service = "(none)";

/// Adds the missing series of `config`. Returns false when there is no room for all.
bool add_series(area& to, const settings& config);

/// The most signatures stored at once for a `timestamp_delta_limit`; 0: none, or they are in a shared store.
std::uint64_t capacity_of_signatures(const settings& config);

/// Finds the cells in one slot. Without a series, provides cells that nothing reads.
class slot_meter final : public bridge::meter {
public:
    slot_meter(const area& in, std::uint32_t slot) : area_(in), slot_(slot) {}

    bridge::service_cells& of(const service_settings& which) override;
    bridge::service_cells& of_no_service() override;
    bridge::session_cells& of_session(const std::string& realm, const std::string& role) override;
    bridge::store_cells& of_store() override;

private:
    const area& area_;
    std::uint32_t slot_;
    bridge::unread_meter without_series_;
};

}  // namespace wampfcgi::metrics
