// Owns the values of a pool's figures at one moment. Other files collect and render them.
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
    std::array<std::uint64_t, duration_bounds_us.size() + 1> counts{};  ///< each bucket alone, not cumulative
    std::uint64_t sum_us = 0;
};

/// Figures of one entry of `paths`. Counters start with the pool, and include workers that have ended.
struct service_figures {
    std::string path;                                  ///< as in `paths`; "(none)": requests without a service
    std::string type;                                  ///< "caller", ...
    std::map<int, std::uint64_t> requests;             ///< by HTTP status; includes possible ones with 0
    std::map<std::string, std::uint64_t> refusals;     ///< by the refusal's name; includes possible ones with 0
    std::map<std::string, std::uint64_t> wamp_errors;  ///< by URI from a fixed list, and "other"
    histogram request_durations;                       ///< from the first byte of a request to the answer
    histogram call_durations;                          ///< of calls and publications
    std::uint64_t received_bytes = 0;                  ///< of request bodies
    std::uint64_t sent_bytes = 0;                      ///< of response bodies
    std::uint64_t calls_under_way = 0;                 ///< calls and publications, now
    std::uint64_t streams_open = 0;                    ///< of calls and of events, now
    std::uint64_t clients_left = 0;                    ///< clients that went away before the answer
    std::uint64_t events_delivered = 0;                ///< to streams
    std::uint64_t slow_streams_closed = 0;             ///< because the client did not read
};

/// Figures of all workers' sessions in one realm with one role.
struct session_figures {
    std::string realm;
    std::string role;
    std::uint64_t wanted = 0;        ///< now: one for each worker, two where it also receives its own publications
    std::uint64_t up = 0;            ///< now
    std::uint64_t joined = 0;        ///< count since the start
    std::uint64_t lost = 0;          ///< count since the start
    std::uint64_t waiting = 0;       ///< requests waiting for a session, now
    std::uint64_t queued_bytes = 0;  ///< not yet sent to the router, now
};

/// Figures of the store that several machines share.
struct store_figures {
    std::uint64_t round_trips = 0;  ///< commands answered
    std::uint64_t failures = 0;     ///< commands answered with an error, or not answered
    std::uint64_t wait_us = 0;      ///< total time of waiting for answers
};

/// Figures of one serving process, written by itself.
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

/// The queue of the listening socket.
struct listen_queue {
    std::uint64_t waiting = 0;  ///< connections not accepted yet
    std::uint64_t limit = 0;
};

struct snapshot {
    std::string version;
    bool in_pool = true;  ///< false: processes of one user, started by web servers
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
    std::uint64_t max_in_flight = 0;  ///< for each worker
    std::uint64_t max_streams = 0;    ///< of events, for each worker
    std::optional<listen_queue> queue{};
    std::optional<std::uint64_t> signatures_remembered{};  ///< absent: no replay protection
    std::uint64_t signatures_capacity = 0;
    std::optional<store_figures> store{};  ///< absent: there is none
    std::vector<service_figures> services;
    std::vector<session_figures> sessions;
};

/// True when a serving worker has all its sessions, and the store answers.
bool is_ready(const snapshot& now);

/// The reasons for not being ready, one line each; empty when is_ready().
std::vector<std::string> what_is_missing(const snapshot& now);

}  // namespace wampfcgi::metrics
