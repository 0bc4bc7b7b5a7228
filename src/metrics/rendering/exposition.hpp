// Owns the two formats that Prometheus reads: its text format 0.0.4, and OpenMetrics 1.0.
#pragma once

#include "metrics/rendering/families.hpp"

#include <string>
#include <vector>

namespace wampfcgi::metrics {

std::string prometheus_text(const std::vector<family>& table);

std::string openmetrics_text(const std::vector<family>& table);

}  // namespace wampfcgi::metrics
