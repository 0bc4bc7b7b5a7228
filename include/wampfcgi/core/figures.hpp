// Owns in which forms the figures of a pool are given. Making them is metrics/'s business.
#pragma once

namespace wampfcgi {

/// Text is for people, the two behind JSON and HTML for Prometheus and its like.
enum class figures_format { text, json, html, prometheus, openmetrics };

}  // namespace wampfcgi
