// Owns the figures as one JSON object.
#pragma once

#include "metrics/rendering/families.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <string>

namespace wampfcgi::metrics {

std::string json_text(const snapshot& now, detail how_much);

}  // namespace wampfcgi::metrics
