// Owns the options of webhooks only: where they publish, what they answer, and how a sender is verified.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::config {

/// Reads them from a webhook's options; a faulty one keeps its default, and is reported.
webhook_options read_webhook(section& options);

}  // namespace wampfcgi::config
