// Owns the figures as one HTML page without a script, and the policy that it is sent with.
#pragma once

#include "metrics/rendering/report.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::metrics {

/// The style sheet within the page.
extern const std::string_view page_style;

/// Content-Security-Policy: nothing is loaded, and that style alone is applied.
extern const std::string_view page_policy;

/// `refresh` is after which time a browser asks again; 0: never.
std::string html_page(const report& told, std::chrono::seconds refresh);

}  // namespace wampfcgi::metrics
