// Owns the list of formats for a pool's figures. metrics/ renders them.
#pragma once

namespace wampfcgi {

/// text and html are for people, json for programs, the last two for Prometheus and compatible systems.
enum class figures_format { text, json, html, prometheus, openmetrics };

}  // namespace wampfcgi
