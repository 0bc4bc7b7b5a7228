// Owns the figures as one HTML page without a script, and its Content-Security-Policy.
#pragma once

#include "metrics/rendering/report.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::metrics {

/// The style sheet in the page.
extern const std::string_view page_style;

/// The Content-Security-Policy: allows only this style sheet, and loads nothing.
extern const std::string_view page_policy;

/// `refresh` is the interval at which a browser reloads the page; 0: never.
std::string html_page(const report& told, std::chrono::seconds refresh);

}  // namespace wampfcgi::metrics
