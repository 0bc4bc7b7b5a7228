// Owns the services of one process: which one a request is for. What a service does with it is the service's business.
#pragma once

#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/bridge/timers.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wampfcgi::bridge {

struct shared_by_services;

/// What is configured in `paths`, as one service.
class gateway final : public service {
public:
    using clock = std::function<std::chrono::sys_time<std::chrono::microseconds>()>;
    using steady_clock = std::function<std::chrono::steady_clock::time_point()>;
    using session_lookup = std::function<session&(const service_settings& of)>;
    using store_lookup = std::function<store&(std::chrono::seconds timestamp_delta_limit)>;

    /// `config` must outlive it; `sessions` is asked once for each service that needs one, `stores` once for each one
    /// with replay_protection. `wakers` must outlive it. `now` is what signatures are held against, `stopwatch`
    /// measures how long calls take.
    gateway(const settings& config, const session_lookup& sessions, const store_lookup& stores, timers& wakers,
            clock now, steady_clock stopwatch = std::chrono::steady_clock::now);
    ~gateway() override;
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;

    std::variant<answer, admission> admit(const request& req) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(const admission& admitted, request& req, response_sink& client) override;

private:
    const settings& config_;
    std::unique_ptr<shared_by_services> shared_;
    std::vector<std::unique_ptr<service>> services_;  // in the order of config_.services
};

}  // namespace wampfcgi::bridge
