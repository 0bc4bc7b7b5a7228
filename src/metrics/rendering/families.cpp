#include "metrics/rendering/families.hpp"

#include "metrics/rendering/totals.hpp"
#include "metrics/rendering/writing.hpp"

#include <cstdint>
#include <optional>

namespace wampfcgi::metrics {
namespace {

std::vector<sample> one(std::uint64_t value)
{
    return {{{}, std::to_string(value)}};
}

std::vector<sample> one(std::string value)
{
    return {{{}, std::move(value)}};
}

std::string seconds_since_epoch(std::chrono::sys_seconds when)
{
    return std::to_string(when.time_since_epoch().count());
}

/// Makes a sample from `member` of each element of `all`.
template <class Each, class Labels>
std::vector<sample> each_of(const std::vector<Each>& all, std::uint64_t Each::*member, Labels labels)
{
    std::vector<sample> samples;
    samples.reserve(all.size());
    for (const Each& one_of_them : all)
        samples.push_back({labels(one_of_them), std::to_string(one_of_them.*member)});
    return samples;
}

label_list service_labels(const service_figures& which)
{
    return {{"service", which.path}};
}

label_list session_labels(const session_figures& which)
{
    return {{"realm", which.realm}, {"role", which.role}};
}

label_list worker_labels(const worker_figures& which)
{
    return {{"pid", std::to_string(which.pid)}};
}

template <class Map>
std::vector<sample> by_service_and(std::string_view label, const snapshot& now, Map service_figures::*member)
{
    std::vector<sample> samples;
    for (const service_figures& each : now.services) {
        for (const auto& [name, count] : each.*member) {
            sample& added = samples.emplace_back(sample{service_labels(each), std::to_string(count)});
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(name)>, int>)
                added.labels.emplace_back(label, std::to_string(name));
            else
                added.labels.emplace_back(label, name);
        }
    }
    return samples;
}

std::vector<sample> durations_by_service(const snapshot& now, histogram service_figures::*member)
{
    std::vector<sample> samples;
    for (const service_figures& each : now.services)
        samples.push_back({service_labels(each), {}, &(each.*member)});
    return samples;
}

std::vector<sample> ended_by_reason(const snapshot& now)
{
    std::vector<sample> samples;
    for (const auto& [reason, count] : now.workers_ended)
        samples.push_back({{{"reason", reason}}, std::to_string(count)});
    return samples;
}

// A name ends with its unit, if it has one.
std::string_view unit_of(std::string_view name)
{
    for (const std::string_view unit : {"seconds", "bytes"})
        if (name.ends_with(unit))
            return unit;
    return {};
}

family a_gauge(std::string_view name, std::string_view help, std::vector<sample> samples)
{
    return {name, family_type::gauge, unit_of(name), help, std::move(samples)};
}

family a_counter(std::string_view name, std::string_view help, std::vector<sample> samples)
{
    return {name, family_type::counter, unit_of(name), help, std::move(samples)};
}

family a_histogram(std::string_view name, std::string_view help, std::vector<sample> samples)
{
    return {name, family_type::histogram, unit_of(name), help, std::move(samples)};
}

void append(std::vector<family>& table, std::vector<family> more)
{
    table.insert(table.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<family> of_the_pool(const snapshot& now, const totals& all)
{
    const auto if_any = [](const auto& there, auto value) {
        return there ? one(value(*there)) : std::vector<sample>{};
    };
    const auto time = [](std::chrono::sys_seconds when) { return seconds_since_epoch(when); };
    const auto remembered = [](std::uint64_t count) { return count; };
    return {
        {"wampfcgi_build", family_type::info, {}, "Version of the program.", {{{{"version", now.version}}, "1"}}},
        a_gauge("wampfcgi_start_time_seconds", "When the pool was started, as Unix time.",
                one(seconds_since_epoch(now.started))),
        a_gauge("wampfcgi_ready", "1 when a worker has all of its sessions and the store answers, else 0.",
                one(is_ready(now) ? 1U : 0U)),
        a_gauge("wampfcgi_store_answers", "1 when the store answers a worker that serves, else 0.",
                one(all.store_answers ? 1U : 0U)),
        a_gauge("wampfcgi_workers_wanted", "Workers that the pool is to have; 0 where web servers start them.",
                one(now.workers_wanted)),
        a_gauge("wampfcgi_workers_ready", "Workers that take requests.", one(all.serving)),
        a_gauge("wampfcgi_workers_starting", "Workers that do not take requests yet.", one(all.starting)),
        a_gauge("wampfcgi_workers_draining", "Workers that finish the requests they have.", one(all.draining)),
        a_counter("wampfcgi_workers_started", "Workers that have been started.", one(now.workers_started)),
        a_counter("wampfcgi_workers_ended", "Workers that have ended, by why.", ended_by_reason(now)),
        a_counter("wampfcgi_reloads", "Reloads of the configuration.", one(now.reloads_good + now.reloads_bad)),
        a_counter("wampfcgi_reloads_failed", "Reloads that found mistakes and changed nothing.", one(now.reloads_bad)),
        a_gauge("wampfcgi_last_reload_timestamp_seconds", "When the configuration was last reloaded.",
                if_any(now.last_reload, time)),
        a_gauge("wampfcgi_last_reload_successful", "1 when the last reload found no mistakes, else 0.",
                now.last_reload ? one(now.last_reload_was_good ? 1U : 0U) : std::vector<sample>{}),
        a_gauge("wampfcgi_calls_in_flight_limit", "Most calls in flight: max_in_flight of all workers.",
                one(all.calls.limit)),
        a_gauge("wampfcgi_event_streams_open", "Open streams of events.", one(all.event_streams.used)),
        a_gauge("wampfcgi_event_streams_open_limit", "Most streams of events: max_streams of all workers.",
                one(all.event_streams.limit)),
        a_gauge("wampfcgi_listen_queue", "Connections of the web server that nobody has accepted yet.",
                if_any(now.queue, [](const listen_queue& queue) { return queue.waiting; })),
        a_gauge("wampfcgi_listen_queue_limit", "Most connections that wait to be accepted.",
                if_any(now.queue, [](const listen_queue& queue) { return queue.limit; })),
        a_gauge("wampfcgi_signatures_remembered", "Signatures that are not accepted a second time.",
                if_any(now.signatures_remembered, remembered)),
        a_gauge("wampfcgi_signatures_remembered_limit", "Most signatures that can be remembered.",
                now.signatures_remembered ? one(now.signatures_capacity) : std::vector<sample>{}),
        a_gauge("wampfcgi_connections_open", "Connections of the web server.", one(all.connections)),
        a_gauge("wampfcgi_memory_bytes", "Resident memory of all workers.", one(all.memory_bytes)),
        a_gauge("wampfcgi_descriptors_open", "Open descriptors of all workers.", one(all.descriptors.used)),
        a_gauge("wampfcgi_descriptors_open_limit", "Most open descriptors of all workers.", one(all.descriptors.limit)),
        a_counter("wampfcgi_processor_seconds", "Processor time of all workers, user and system.",
                  one(as_seconds(all.processor_us))),
    };
}

std::vector<family> of_services(const snapshot& now)
{
    using figures = service_figures;
    const auto each = [&](std::uint64_t figures::*member) { return each_of(now.services, member, service_labels); };
    return {
        a_counter("wampfcgi_requests", "Requests answered, refused ones too, by HTTP status.",
                  by_service_and("status", now, &figures::requests)),
        a_counter("wampfcgi_requests_refused", "Requests refused or failed, by the name of the error.",
                  by_service_and("error", now, &figures::refusals)),
        a_counter("wampfcgi_wamp_errors", "Errors of callees and of the router, by URI.",
                  by_service_and("error", now, &figures::wamp_errors)),
        a_histogram("wampfcgi_request_duration_seconds", "Time from the first byte of a request until it was answered.",
                    durations_by_service(now, &figures::request_durations)),
        a_histogram("wampfcgi_call_duration_seconds", "Time that calls and publications took.",
                    durations_by_service(now, &figures::call_durations)),
        a_counter("wampfcgi_received_bytes", "Bodies of requests.", each(&figures::received_bytes)),
        a_counter("wampfcgi_sent_bytes", "Bodies of answers.", each(&figures::sent_bytes)),
        a_gauge("wampfcgi_calls_in_flight", "Calls and publications in flight.", each(&figures::calls_under_way)),
        a_gauge("wampfcgi_streams_open", "Open streams, of events and of calls.", each(&figures::streams_open)),
        a_counter("wampfcgi_clients_left", "Clients that left before they were answered.",
                  each(&figures::clients_left)),
        a_counter("wampfcgi_events_delivered", "Events written to streams.", each(&figures::events_delivered)),
        a_counter("wampfcgi_slow_streams_closed", "Streams closed because the client did not read.",
                  each(&figures::slow_streams_closed)),
    };
}

std::vector<family> of_sessions(const snapshot& now)
{
    using figures = session_figures;
    const auto each = [&](std::uint64_t figures::*member) { return each_of(now.sessions, member, session_labels); };
    return {
        a_gauge("wampfcgi_sessions_wanted", "Sessions that workers are to have.", each(&figures::wanted)),
        a_gauge("wampfcgi_sessions_up", "Sessions that are joined.", each(&figures::up)),
        a_counter("wampfcgi_sessions_joined", "Times that a session was joined.", each(&figures::joined)),
        a_counter("wampfcgi_sessions_lost", "Times that a session was lost.", each(&figures::lost)),
        a_gauge("wampfcgi_requests_waiting", "Requests that wait for a session.", each(&figures::waiting)),
        a_gauge("wampfcgi_router_queue_bytes", "Bytes on their way to the router.", each(&figures::queued_bytes)),
    };
}

std::vector<family> of_the_store(const snapshot& now)
{
    if (!now.store)
        return {};
    return {
        a_counter("wampfcgi_store_round_trips", "Commands that the store has answered.", one(now.store->round_trips)),
        a_counter("wampfcgi_store_failures", "Commands that the store did not answer, or with an error.",
                  one(now.store->failures)),
        a_counter("wampfcgi_store_wait_seconds", "Time that the answers of the store took, all together.",
                  one(as_seconds(now.store->wait_us))),
    };
}

void add_stores_of_workers(std::vector<family>& to, const snapshot& now)
{
    std::vector<sample> answers;
    std::vector<sample> round_trips;
    std::vector<sample> failures;
    std::vector<sample> wait;
    for (const worker_figures& worker : now.workers) {
        if (!worker.store)
            continue;
        answers.push_back({worker_labels(worker), worker.store_answers ? "1" : "0"});
        round_trips.push_back({worker_labels(worker), std::to_string(worker.store->round_trips)});
        failures.push_back({worker_labels(worker), std::to_string(worker.store->failures)});
        wait.push_back({worker_labels(worker), as_seconds(worker.store->wait_us)});
    }
    append(to, {
                   a_gauge("wampfcgi_worker_store_answers", "1 when the store answers the worker, else 0.",
                           std::move(answers)),
                   a_counter("wampfcgi_worker_store_round_trips", "Commands of the worker that the store has answered.",
                             std::move(round_trips)),
                   a_counter("wampfcgi_worker_store_failures",
                             "Commands of the worker that the store did not answer, or with an error.",
                             std::move(failures)),
                   a_counter("wampfcgi_worker_store_wait_seconds",
                             "Time that the answers of the store took to the worker.", std::move(wait)),
               });
}

std::vector<family> of_workers(const snapshot& now)
{
    using figures = worker_figures;
    const auto each = [&](std::uint64_t figures::*member) { return each_of(now.workers, member, worker_labels); };
    std::vector<sample> started;
    std::vector<sample> processor;
    for (const figures& worker : now.workers) {
        started.push_back({worker_labels(worker), seconds_since_epoch(worker.started)});
        processor.push_back({worker_labels(worker), as_seconds(worker.processor_us)});
    }
    return {
        a_gauge("wampfcgi_worker_start_time_seconds", "When the worker was started, as Unix time.", std::move(started)),
        a_counter("wampfcgi_worker_requests", "Requests that the worker has answered.", each(&figures::requests)),
        a_gauge("wampfcgi_worker_connections_open", "Connections that the worker has.", each(&figures::connections)),
        a_gauge("wampfcgi_worker_calls_in_flight", "Calls of the worker in flight.", each(&figures::calls_under_way)),
        a_gauge("wampfcgi_worker_streams_open", "Open streams of the worker.", each(&figures::streams_open)),
        a_gauge("wampfcgi_worker_sessions_wanted", "Sessions that the worker is to have.",
                each(&figures::sessions_wanted)),
        a_gauge("wampfcgi_worker_sessions_up", "Sessions that the worker has.", each(&figures::sessions_up)),
        a_gauge("wampfcgi_worker_memory_bytes", "Resident memory of the worker.", each(&figures::memory_bytes)),
        a_gauge("wampfcgi_worker_descriptors_open", "Open descriptors of the worker.", each(&figures::descriptors)),
        a_gauge("wampfcgi_worker_descriptors_open_limit", "Most open descriptors of the worker.",
                each(&figures::descriptors_limit)),
        a_counter("wampfcgi_worker_processor_seconds", "Processor time of the worker, user and system.",
                  std::move(processor)),
    };
}

}  // namespace

std::vector<family> families_of(const snapshot& now, detail how_much)
{
    std::vector<family> table = of_the_pool(now, sum_up(now));
    append(table, of_services(now));
    append(table, of_sessions(now));
    append(table, of_the_store(now));
    if (how_much == detail::each_worker) {
        append(table, of_workers(now));
        add_stores_of_workers(table, now);
    }
    return table;
}

}  // namespace wampfcgi::metrics
