#include "wampfcgi/core/settings.hpp"

#include <algorithm>

namespace wampfcgi {

std::string_view name_of(service_type type) noexcept
{
    switch (type) {
    case service_type::caller:
        return "caller";
    case service_type::publisher:
        return "publisher";
    case service_type::webhook:
        return "webhook";
    case service_type::events:
        return "events";
    case service_type::status:
        return "status";
    case service_type::console:
        return "console";
    }
    return "";
}

bool remembers(const service_settings& which) noexcept
{
    return which.options.replay_protection || which.options.rate;
}

bool uses_store(const settings& config) noexcept
{
    return config.store && std::ranges::any_of(config.services, remembers);
}

}  // namespace wampfcgi
