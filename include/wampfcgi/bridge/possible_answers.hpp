// Owns the list of answers that a service can give: metrics shows their counters, at 0, from the start.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"

#include <bitset>

namespace wampfcgi::bridge {

struct possible_answers {
    std::bitset<64> statuses;  ///< indexed by index_of_status()
    std::bitset<64> refusals;  ///< in the enumerators' order, starting at 0
};
static_assert(errc_table.size() <= 64 && counted_statuses.size() < 64);

possible_answers possible_answers_of(const settings& config, const service_settings& which);

/// For requests whose path has no service.
possible_answers possible_answers_without_service();

}  // namespace wampfcgi::bridge
