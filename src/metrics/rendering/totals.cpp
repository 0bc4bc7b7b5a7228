#include "metrics/rendering/totals.hpp"

#include <numeric>

namespace wampfcgi::metrics {
namespace {

void add_worker(totals& all, const worker_figures& each)
{
    all.descriptors.used += each.descriptors;
    all.descriptors.limit += each.descriptors_limit;
    all.memory_bytes += each.memory_bytes;
    all.processor_us += each.processor_us;
    all.connections += each.connections;
    switch (each.state) {
    case worker_figures::phase::starting:
        ++all.starting;
        break;
    case worker_figures::phase::serving:
        ++all.serving;
        break;
    case worker_figures::phase::draining:
        ++all.draining;
        break;
    }
}

bool store_answers_a_server(const snapshot& now)
{
    bool is_silent = false;
    for (const worker_figures& each : now.workers) {
        if (each.state != worker_figures::phase::serving)
            continue;
        if (each.store_answers)
            return true;
        is_silent = true;
    }
    return !is_silent;
}

}  // namespace

totals sum_up(const snapshot& now)
{
    totals all;
    all.processor_us = now.processor_us_of_ended;
    for (const worker_figures& each : now.workers)
        add_worker(all, each);
    all.store_answers = store_answers_a_server(now);
    for (const service_figures& each : now.services) {
        all.calls.used += each.calls_under_way;
        (each.type == "events" ? all.event_streams.used : all.call_streams) += each.streams_open;
    }
    all.calls.limit = now.max_in_flight * (all.serving + all.draining);
    all.event_streams.limit = now.max_streams * (all.serving + all.draining);
    for (const session_figures& each : now.sessions) {
        all.waiting += each.waiting;
        all.queued_bytes += each.queued_bytes;
    }
    return all;
}

std::string_view name_of(worker_figures::phase state)
{
    switch (state) {
    case worker_figures::phase::starting:
        return "starting";
    case worker_figures::phase::serving:
        return "serving";
    case worker_figures::phase::draining:
        return "draining";
    }
    return "";
}

std::uint64_t count_of(const histogram& durations)
{
    return std::accumulate(durations.counts.begin(), durations.counts.end(), std::uint64_t{0});
}

}  // namespace wampfcgi::metrics
