#include "metrics/rendering/report.hpp"

#include "metrics/rendering/writing.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace wampfcgi::metrics {
namespace {

std::string number(std::uint64_t value)
{
    return std::to_string(value);
}

std::string of(std::uint64_t used, std::uint64_t limit)
{
    return number(used) + " of " + number(limit);
}

fact fact_of(std::string_view name, const usage& what)
{
    return {name, of(what.used, what.limit), what, true};
}

/// "3 in all: 2 replaced, 1 signal"
template <class Map>
std::string with_parts(const Map& counts)
{
    std::string parts;
    for (const auto& [name, count] : counts)
        if (count > 0)
            parts += (parts.empty() ? ": " : ", ") + number(count) + " " + name;
    return number(sum_of(counts)) + parts;
}

std::string workers_of(const snapshot& now, const totals& all)
{
    std::string text = now.in_pool ? of(all.serving, now.workers_wanted) + " serve" : number(all.serving) + " serve";
    if (all.starting > 0)
        text += ", " + number(all.starting) + (all.starting == 1 ? " starts" : " start");
    if (all.draining > 0)
        text += ", " + number(all.draining) + (all.draining == 1 ? " drains" : " drain");
    return text;
}

std::string reloads_of(const snapshot& now)
{
    std::string text = number(now.reloads_good) + " good, " + number(now.reloads_bad) + " bad";
    if (now.last_reload)
        text += "; the last " + as_age(now.now - *now.last_reload) + " ago was " +
                (now.last_reload_was_good ? "good" : "bad");
    return text;
}

/// "answers: 12 round trips, 0 failures, 250 us each"
std::string store_of(const store_figures& store, const totals& all)
{
    std::string text = all.store_answers ? "answers: " : "does not answer: ";
    text += number(store.round_trips) + " round trips, " + number(store.failures) + " failures";
    if (store.round_trips > 0)
        text += ", " + as_duration(store.wait_us / store.round_trips) + " each";
    return text;
}

std::vector<fact> facts_of(const snapshot& now, const totals& all)
{
    std::vector<fact> facts;
    if (now.in_pool)
        facts.push_back({"Workers", workers_of(now, all), usage{all.serving, now.workers_wanted}, false});
    else
        facts.push_back({"Workers", workers_of(now, all)});
    facts.push_back({"Workers started", number(now.workers_started)});
    facts.push_back({"Workers ended", with_parts(now.workers_ended)});
    if (now.in_pool)
        facts.push_back({"Reloads", reloads_of(now)});
    facts.push_back(fact_of("Calls in flight", all.calls));
    facts.push_back(fact_of("Streams of events", all.event_streams));
    facts.push_back({"Streams of calls", number(all.call_streams)});
    facts.push_back({"Requests waiting for a session", number(all.waiting)});
    if (now.queue)
        facts.push_back(fact_of("Listen queue", {now.queue->waiting, now.queue->limit}));
    if (now.signatures_remembered)
        facts.push_back(fact_of("Signatures remembered", {*now.signatures_remembered, now.signatures_capacity}));
    if (now.store)
        facts.push_back({"Store", store_of(*now.store, all)});
    facts.push_back({"Connections", number(all.connections)});
    facts.push_back(fact_of("Descriptors", all.descriptors));
    facts.push_back({"Memory", as_size(all.memory_bytes)});
    facts.push_back({"Processor time", as_duration(all.processor_us)});
    return facts;
}

/// The upper bound of the bucket that contains the percentile.
std::string within(const histogram& durations, std::uint64_t percent)
{
    const std::uint64_t all = count_of(durations);
    if (all == 0)
        return "-";
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < duration_bounds_us.size(); ++i) {
        count += durations.counts[i];
        if (count * 100 >= all * percent)
            return as_duration(duration_bounds_us[i]);
    }
    return "> " + as_duration(duration_bounds_us.back());
}

std::string mean_of(const histogram& durations)
{
    const std::uint64_t all = count_of(durations);
    return all == 0 ? "-" : as_duration(durations.sum_us / all);
}

table services_of(const snapshot& now)
{
    constexpr auto text = column::kind::text;
    table services{"Services",
                   {{"Service", text},
                    {"Type", text},
                    {"Requests"},
                    {"Refused"},
                    {"WAMP errors"},
                    {"In flight"},
                    {"Streams"},
                    {"Mean"},
                    {"95 % within"},
                    {"Call mean"},
                    {"Received"},
                    {"Sent"},
                    {"Clients left"},
                    {"Events sent"},
                    {"Slow closed"}},
                   {}};
    for (const service_figures& each : now.services)
        services.rows.push_back({each.path, each.type, number(sum_of(each.requests)), number(sum_of(each.refusals)),
                                 number(sum_of(each.wamp_errors)), number(each.calls_under_way),
                                 number(each.streams_open), mean_of(each.request_durations),
                                 within(each.request_durations, 95), mean_of(each.call_durations),
                                 as_size(each.received_bytes), as_size(each.sent_bytes), number(each.clients_left),
                                 number(each.events_delivered), number(each.slow_streams_closed)});
    return services;
}

table sessions_of(const snapshot& now)
{
    constexpr auto text = column::kind::text;
    table sessions{
        "Sessions",
        {{"Realm", text}, {"Role", text}, {"Up"}, {"Wanted"}, {"Joined"}, {"Lost"}, {"Waiting"}, {"To the router"}},
        {}};
    for (const session_figures& each : now.sessions)
        sessions.rows.push_back({each.realm, each.role, number(each.up), number(each.wanted), number(each.joined),
                                 number(each.lost), number(each.waiting), as_size(each.queued_bytes)});
    return sessions;
}

/// What has happened at least once: a row for each service and name.
template <class Map>
table occurrences(std::string_view title, std::string_view name, const snapshot& now, Map service_figures::*member)
{
    table counts{title, {{"Service", column::kind::text}, {name, column::kind::text}, {"Count"}}, {}};
    for (const service_figures& each : now.services) {
        for (const auto& [what, count] : each.*member) {
            if (count == 0)
                continue;
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(what)>, int>)
                counts.rows.push_back({each.path, std::to_string(what), number(count)});
            else
                counts.rows.push_back({each.path, what, number(count)});
        }
    }
    return counts;
}

table workers_table(const snapshot& now)
{
    constexpr auto text = column::kind::text;
    table workers{"Workers",
                  {{"Process"},
                   {"State", text},
                   {"Age"},
                   {"Requests"},
                   {"Connections"},
                   {"In flight"},
                   {"Streams"},
                   {"Sessions"},
                   {"Memory"},
                   {"Descriptors"},
                   {"Processor"}},
                  {}};
    if (now.store)
        workers.columns.insert(workers.columns.end(), {{"Store", text}, {"Round trips"}, {"Failures"}});
    for (const worker_figures& each : now.workers) {
        auto& row = workers.rows.emplace_back(std::vector<std::string>{
            std::to_string(each.pid), std::string(name_of(each.state)), as_age(now.now - each.started),
            number(each.requests), number(each.connections), of(each.calls_under_way, now.max_in_flight),
            number(each.streams_open), of(each.sessions_up, each.sessions_wanted), as_size(each.memory_bytes),
            of(each.descriptors, each.descriptors_limit), as_duration(each.processor_us)});
        if (!now.store)
            continue;
        const store_figures store = each.store.value_or(store_figures{});
        row.insert(row.end(),
                   {each.store_answers ? "answers" : "silent", number(store.round_trips), number(store.failures)});
    }
    return workers;
}

}  // namespace

report report_of(const snapshot& now, detail how_much)
{
    report told{is_ready(now),
                now.version,
                as_age(now.now - now.started),
                what_is_missing(now),
                facts_of(now, sum_up(now)),
                {}};
    std::vector<table> tables{sessions_of(now), services_of(now),
                              occurrences("Answers", "Status", now, &service_figures::requests),
                              occurrences("Refusals", "Error", now, &service_figures::refusals),
                              occurrences("WAMP errors", "Error", now, &service_figures::wamp_errors)};
    if (how_much == detail::each_worker)
        tables.push_back(workers_table(now));
    for (table& each : tables)
        if (!each.rows.empty())
            told.tables.push_back(std::move(each));
    return told;
}

}  // namespace wampfcgi::metrics
