// Owns the services of one process, and the choice of the service for a request. The service decides the rest.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/bridge/status_source.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/bridge/timers.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wampfcgi::bridge {

class event_hub;
class meter;
struct shared_by_services;

/// All services configured in `paths`, behind the interface of one.
class gateway final : public service {
public:
    using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;
    using steady_clock = std::function<std::chrono::steady_clock::time_point()>;
    /// What the process is for. A plain CGI program serves one request, so its streams cannot share a session.
    enum class lifetime { many_requests, one_request };

    using session_lookup = std::function<session&(const service_settings& of)>;
    using store_lookup = std::function<store&(std::chrono::seconds timestamp_delta_limit)>;
    using rate_lookup = std::function<rate_counter&(const service_settings& of)>;

    /// Finds what a service needs. Called once for each service: for a session where the service uses one, for a store
    /// where it has replay_protection, for a counter where it has a rate_limit.
    struct lookups {
        session_lookup sessions;
        store_lookup stores;
        rate_lookup rates;
    };

    /// `config`, `wakers`, `figures` and everything that `find` returns must outlive the gateway. `now` is the clock
    /// for signatures; `stopwatch` measures how long calls take.
    gateway(const settings& config, const lookups& find, timers& wakers, meter& figures, clock now, lifetime lives_for,
            steady_clock stopwatch = std::chrono::steady_clock::now);
    ~gateway() override;
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;

    /// Sets the source of the figures for services of the type "status" and for `wamp-fcgi --status`. `pool` must
    /// outlive the gateway.
    void show_status_of(status_source& pool);

    std::optional<answer> admit(const request& req, admission& admitted) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) override;
    void end_streams(std::chrono::milliseconds within) override;

private:
    event_hub& hub_of(session& realm);
    std::unique_ptr<service> make_service(const service_settings& each, const lookups& find, lifetime lives_for);

    const settings& config_;
    std::unique_ptr<shared_by_services> shared_;
    std::map<session*, std::unique_ptr<event_hub>> hubs_;
    std::vector<std::unique_ptr<service>> services_;  // in the order of config_.services
    std::vector<service_cells*> cells_;               // in the same order
    service_cells& cells_of_no_service_;
};

}  // namespace wampfcgi::bridge
