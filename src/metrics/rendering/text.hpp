// Owns the figures as text for a terminal.
#pragma once

#include "metrics/rendering/report.hpp"

#include <string>

namespace wampfcgi::metrics {

std::string plain_text(const report& told);

}  // namespace wampfcgi::metrics
