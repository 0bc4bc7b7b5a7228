// Owns the service "events": answers a GET with a stream of server-sent events, for the topics in its query (contract
// section 7).
#pragma once

#include "bridge/deadlines.hpp"
#include "bridge/event_hub.hpp"
#include "bridge/heartbeat.hpp"
#include "bridge/rate_gate.hpp"
#include "bridge/stream_places.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>

namespace wampfcgi::bridge {

struct service_cells;
struct shared_by_services;

class events_service final : public service {
public:
    /// All arguments must outlive the service. `hub` is null in a process that serves one request only, which has no
    /// streams; `rates` is null without a rate_limit. `connect_timeout` is how long a client waits for a session.
    events_service(const service_settings& configured, event_hub* hub, rate_counter* rates,
                   std::chrono::milliseconds connect_timeout, shared_by_services& shared);
    ~events_service() override;

    std::optional<answer> admit(const request& req, admission& admitted) override;
    answer refuse(const admission& admitted, failure why) const override;
    std::unique_ptr<exchange> serve(admission&& admitted, request& req, response_sink& client) override;
    void end_streams(std::chrono::milliseconds within) override;

private:
    class stream;

    const service_settings& configured_;
    event_hub* hub_;
    rate_gate rate_;
    checks::signature_check signatures_;
    std::chrono::milliseconds connect_timeout_;
    shared_by_services& shared_;
    service_cells& cells_;
    heartbeat beats_;
    stream_places places_;
    std::list<stream*> streams_;                     // open streams, in the order of opening
    std::optional<deadlines::time_point> ended_by_;  // set by end_streams(): no stream lasts longer
};

}  // namespace wampfcgi::bridge
