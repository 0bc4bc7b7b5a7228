#include "router.hpp"

#include "procedures.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::devrouter {

router::router(options from) : settings(std::move(from)), who(settings)
{
    add_procedures(procedures_);
    add_progress(procedures_);
    add_publishing(procedures_);
    add_registrations(procedures_);
    add_faults(procedures_);
    add_event_faults(procedures_);
    for (const auto& realm : settings.realms)
        brokers_.try_emplace(realm, counts);
}

bool router::has_realm(std::string_view name) const
{
    return std::ranges::find(settings.realms, name) != settings.realms.end();
}

procedure router::find_procedure(std::string_view name) const
{
    const auto found = procedures_.find(name);
    return found == procedures_.end() ? nullptr : found->second;
}

std::vector<std::string_view> router::names_of_own() const
{
    std::vector<std::string_view> names;
    for (const auto& [name, answer] : procedures_)
        if (!name.starts_with("wamp."))
            names.push_back(name);
    std::ranges::sort(names);
    return names;
}

}  // namespace wampfcgi::devrouter
