// Owns the options that a webhook alone has: where it publishes, what it answers, and how a sender proves who it is.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::config {

/// Reads them from the options of a webhook; one that is faulty keeps its default, and that is reported.
webhook_options read_webhook(section& options);

}  // namespace wampfcgi::config
