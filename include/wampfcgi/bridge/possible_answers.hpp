// Owns which answers a service can give, so that their figures are there before the first of them.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"

#include <bitset>

namespace wampfcgi::bridge {

struct possible_answers {
    std::bitset<64> statuses;  ///< by index_of_status()
    std::bitset<64> refusals;  ///< in the enumerators' order, from 0
};
static_assert(errc_table.size() <= 64 && counted_statuses.size() < 64);

possible_answers possible_answers_of(const settings& config, const service_settings& which);

/// Of requests for which no service is there.
possible_answers possible_answers_without_service();

}  // namespace wampfcgi::bridge
