#include "wampfcgi/bridge/gateway.hpp"

#include "bridge/caller_service.hpp"
#include "bridge/publisher_service.hpp"
#include "bridge/rendering.hpp"
#include "bridge/shared.hpp"
#include "wampfcgi/checks/path.hpp"

#include <cstddef>
#include <utility>

namespace wampfcgi::bridge {
namespace {

std::unique_ptr<service> make_service(const service_settings& each, const gateway::session_lookup& sessions,
                                      const gateway::store_lookup& stores, shared_by_services& shared)
{
    const service_options& options = each.options;
    store* const replays = options.replay_protection ? &stores(options.timestamp_delta_limit) : nullptr;
    switch (each.type) {
    case service_type::caller:
        return std::make_unique<caller_service>(each, sessions(each), replays, shared);
    case service_type::publisher:
        return std::make_unique<publisher_service>(each, sessions(each), replays, shared);
    }
    return nullptr;
}

}  // namespace

gateway::gateway(const settings& config, const session_lookup& sessions, const store_lookup& stores, timers& wakers,
                 clock now, steady_clock stopwatch)
    : config_(config),
      shared_(std::make_unique<shared_by_services>(std::move(now), std::move(stopwatch), config.max_in_flight, wakers))
{
    services_.reserve(config.services.size());
    for (const service_settings& each : config.services)
        services_.push_back(make_service(each, sessions, stores, *shared_));
}

gateway::~gateway() = default;

std::variant<answer, admission> gateway::admit(const request& req)
{
    const service_settings* const found = checks::find_service(req, config_.mount, config_.services);
    if (found == nullptr)
        return refusal_answer({errc::not_found, "no such path", req.path()}, status_style::crossbar, {});
    return services_[static_cast<std::size_t>(found - config_.services.data())]->admit(req);
}

answer gateway::refuse(const admission& admitted, failure why) const
{
    return admitted.by->refuse(admitted, std::move(why));
}

std::unique_ptr<exchange> gateway::serve(const admission& admitted, request& req, response_sink& client)
{
    return admitted.by->serve(admitted, req, client);
}

}  // namespace wampfcgi::bridge
