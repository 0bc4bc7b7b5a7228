// Owns a snapshot in which all figures differ, for the tests of the formats.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

namespace wampfcgi::metrics::testing {

inline service_figures made_up_caller()
{
    service_figures caller;
    caller.path = "call";
    caller.type = "caller";
    caller.requests = {{200, 90}, {400, 7}, {503, 0}};
    caller.refusals = {{"body_not_json", 7}, {"overloaded", 0}};
    caller.wamp_errors = {{"wamp.error.no_such_procedure", 3}, {"other", 0}};
    caller.request_durations.counts[0] = 60;
    caller.request_durations.counts[3] = 36;
    caller.request_durations.counts[15] = 1;
    caller.request_durations.sum_us = 40'123'456;
    caller.call_durations.counts[1] = 90;
    caller.call_durations.sum_us = 63'000;
    caller.received_bytes = 12'345;
    caller.sent_bytes = 67'890;
    caller.calls_under_way = 950;
    caller.streams_open = 4;
    caller.clients_left = 2;
    return caller;
}

inline service_figures made_up_events()
{
    service_figures events;
    events.path = "/";
    events.type = "events";
    events.requests = {{200, 11}};
    events.streams_open = 8;
    events.events_delivered = 5'000;
    events.slow_streams_closed = 1;
    return events;
}

inline worker_figures made_up_worker(pid_t pid)
{
    worker_figures worker;
    worker.pid = pid;
    worker.state = worker_figures::phase::serving;
    worker.started = std::chrono::sys_seconds(std::chrono::seconds(1'772'366'400));
    worker.requests = 54;
    worker.connections = 3;
    worker.calls_under_way = 475;
    worker.streams_open = 6;
    worker.sessions_wanted = 2;
    worker.sessions_up = 2;
    worker.memory_bytes = 20 * 1024 * 1024;
    worker.descriptors = 25;
    worker.descriptors_limit = 1024;
    worker.processor_us = 1'500'000;
    return worker;
}

/// Two workers that are ready.
inline snapshot made_up()
{
    snapshot now;
    now.version = "1.2.3";
    now.started = std::chrono::sys_seconds(std::chrono::seconds(1'772'366'400));  // 2026-03-01 12:00 UTC
    now.now = now.started + std::chrono::hours(27);
    now.workers_wanted = 2;
    now.workers = {made_up_worker(101), made_up_worker(102)};
    now.workers_ended = {{"replaced", 2}, {"signal", 1}, {"hung", 0}};
    now.workers_started = 5;
    now.processor_us_of_ended = 250'000;
    now.reloads_good = 1;
    now.reloads_bad = 1;
    now.last_reload = now.now - std::chrono::minutes(2);
    now.last_reload_was_good = false;
    now.max_in_flight = 500;
    now.max_streams = 1'000;
    now.queue = listen_queue{3, 4'096};
    now.signatures_remembered = 17;
    now.signatures_capacity = 1'000'000;
    now.services = {made_up_caller(), made_up_events()};
    now.sessions = {{"realm1", "frontend", 4, 4, 9, 5, 6, 2'048}};
    return now;
}

/// The same two, and a store that answers only one of them.
inline snapshot made_up_with_store()
{
    snapshot now = made_up();
    now.store = {4'000, 21, 1'000'500};
    now.workers[0].store = {30, 1, 7'500};
    now.workers[1].store = {31, 2, 9'300};
    now.workers[1].store_answers = false;
    return now;
}

}  // namespace wampfcgi::metrics::testing
