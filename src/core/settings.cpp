#include "wampfcgi/core/settings.hpp"

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

}  // namespace wampfcgi
