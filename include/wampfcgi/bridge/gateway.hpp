// Owns the services of one process: which one a request is for. What a service does with it is the service's business.
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

/// What is configured in `paths`, as one service.
class gateway final : public service {
public:
    using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;
    using steady_clock = std::function<std::chrono::steady_clock::time_point()>;
    /// What the process is for. A plain CGI program serves one request, and nobody could share a stream's session.
    enum class lifetime { many_requests, one_request };

    using session_lookup = std::function<session&(const service_settings& of)>;
    using store_lookup = std::function<store&(std::chrono::seconds timestamp_delta_limit)>;
    using rate_lookup = std::function<rate_counter&(const service_settings& of)>;

    /// Where services find what they need, each asked once: a session those that have one, a store those with
    /// replay_protection, a counter those with a rate_limit.
    struct lookups {
        session_lookup sessions;
        store_lookup stores;
        rate_lookup rates;
    };

    /// `config` must outlive it, and so must what is found. `wakers` and `figures` must outlive it. `now` is what
    /// signatures are held against, `stopwatch` measures how long calls take.
    gateway(const settings& config, const lookups& find, timers& wakers, meter& figures, clock now, lifetime lives_for,
            steady_clock stopwatch = std::chrono::steady_clock::now);
    ~gateway() override;
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;

    /// Has the figures that services of the type "status" and `wamp-fcgi --status` ask for. `pool` must outlive it.
    void show_status_of(status_source& pool);

    std::variant<answer, admission> admit(const request& req) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission admitted, request& req, response_sink& client) override;
    void end_streams(std::chrono::milliseconds within) override;

private:
    event_hub& hub_of(session& realm);
    std::unique_ptr<service> make_service(const service_settings& each, const lookups& find, lifetime lives_for);

    const settings& config_;
    std::unique_ptr<shared_by_services> shared_;
    std::map<session*, std::unique_ptr<event_hub>> hubs_;
    std::vector<std::unique_ptr<service>> services_;  // in the order of config_.services
    std::vector<service_cells*> cells_;               // likewise
    service_cells& cells_of_no_service_;
};

}  // namespace wampfcgi::bridge
