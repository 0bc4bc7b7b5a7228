// Owns the values that the figures of a pool are at one moment. How they are collected and how they are shown is the
// business of others.
#pragma once

#include "wampfcgi/bridge/meter.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace wampfcgi::metrics {

using bridge::duration_bounds_us;

struct histogram {
    std::array<std::uint64_t, duration_bounds_us.size() + 1> counts{};  ///< of each bucket alone
    std::uint64_t sum_us = 0;
};

/// Of one entry of `paths`. Counters count from the start of the pool, and hold what workers counted that have ended.
struct service_figures {
    std::string path;                                  ///< as in `paths`; "(none)": requests for no service
    std::string type;                                  ///< "caller", ...
    std::map<int, std::uint64_t> requests;             ///< by HTTP status; those that can occur are there with 0
    std::map<std::string, std::uint64_t> refusals;     ///< by the name of the refusal, likewise
    std::map<std::string, std::uint64_t> wamp_errors;  ///< by URI of a fixed list, and "other"
    histogram request_durations;                       ///< from the first byte of a request until it is answered
    histogram call_durations;                          ///< of calls and publications
    std::uint64_t received_bytes = 0;                  ///< bodies of requests
    std::uint64_t sent_bytes = 0;                      ///< bodies of answers
    std::uint64_t calls_under_way = 0;                 ///< calls and publications, at this moment
    std::uint64_t streams_open = 0;                    ///< of calls and of events, at this moment
    std::uint64_t clients_left = 0;                    ///< gone before they were answered
    std::uint64_t events_delivered = 0;                ///< to streams
    std::uint64_t slow_streams_closed = 0;             ///< of clients that did not read
};

/// Of the sessions of all workers in one realm with one role.
struct session_figures {
    std::string realm;
    std::string role;
    std::uint64_t wanted = 0;        ///< at this moment: one a worker, two where it also listens to what it publishes
    std::uint64_t up = 0;            ///< at this moment
    std::uint64_t joined = 0;        ///< how often, since the start
    std::uint64_t lost = 0;          ///< how often, since the start
    std::uint64_t waiting = 0;       ///< requests that wait for a session, at this moment
    std::uint64_t queued_bytes = 0;  ///< on their way to the router, at this moment
};

/// Of the store that machines share.
struct store_figures {
    std::uint64_t round_trips = 0;  ///< commands that it answered
    std::uint64_t failures = 0;     ///< commands that it did not answer, or with an error
    std::uint64_t wait_us = 0;      ///< for its answers, all together
};

/// Of one process that serves, written by itself.
struct worker_figures {
    enum class phase { starting, serving, draining };
    pid_t pid = 0;
    phase state = phase::starting;
    std::chrono::sys_seconds started{};
    std::uint64_t requests = 0;     ///< answered
    std::uint64_t connections = 0;  ///< of the web server
    std::uint64_t calls_under_way = 0;
    std::uint64_t streams_open = 0;
    std::uint64_t sessions_wanted = 0;
    std::uint64_t sessions_up = 0;
    bool store_answers = true;
    std::optional<store_figures> store{};  ///< absent: there is none
    std::uint64_t memory_bytes = 0;        ///< resident
    std::uint64_t descriptors = 0;
    std::uint64_t descriptors_limit = 0;
    std::uint64_t processor_us = 0;  ///< user and system
};

/// Of the socket on which requests come.
struct listen_queue {
    std::uint64_t waiting = 0;  ///< connections that nobody has accepted yet
    std::uint64_t limit = 0;
};

struct snapshot {
    std::string version;
    bool in_pool = true;  ///< false: the processes of one user that web servers have started
    std::chrono::sys_seconds started{};
    std::chrono::sys_seconds now{};
    std::uint64_t workers_wanted = 0;  ///< 0 outside a pool
    std::vector<worker_figures> workers;
    std::map<std::string, std::uint64_t>
        workers_ended;  ///< by reason: "stopped", "replaced", "exited", "signal", "hung", "overdue"
    std::uint64_t workers_started = 0;
    std::uint64_t processor_us_of_ended = 0;  ///< of workers that have ended, user and system
    std::uint64_t reloads_good = 0;
    std::uint64_t reloads_bad = 0;
    std::optional<std::chrono::sys_seconds> last_reload{};  ///< good or bad
    bool last_reload_was_good = true;
    std::uint64_t max_in_flight = 0;  ///< of each worker
    std::uint64_t max_streams = 0;    ///< of events, of each worker
    std::optional<listen_queue> queue{};
    std::optional<std::uint64_t> signatures_remembered{};  ///< absent: nothing is remembered
    std::uint64_t signatures_capacity = 0;
    std::optional<store_figures> store{};  ///< absent: there is none
    std::vector<service_figures> services;
    std::vector<session_figures> sessions;
};

/// True when a worker that serves has all its sessions, and the store answers.
bool is_ready(const snapshot& now);

/// What is missing, a line each; empty when is_ready().
std::vector<std::string> what_is_missing(const snapshot& now);

}  // namespace wampfcgi::metrics
