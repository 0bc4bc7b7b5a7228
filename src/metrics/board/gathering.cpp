#include "metrics/board/gathering.hpp"

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/errc.hpp"

#include <algorithm>

namespace wampfcgi::metrics {
namespace {

constexpr int status_of_others = 500;  // RFC 9110, 15: treat an unknown status as the x00 of its class

bool is_set(std::uint64_t bits, std::size_t index)
{
    return (bits >> index & 1U) != 0;
}

histogram histogram_of(const bridge::duration_cells& from)
{
    histogram made;
    std::ranges::transform(from.counts, made.counts.begin(), [](const cell& each) { return each.value(); });
    made.sum_us = from.sum_us.value();
    return made;
}

std::map<int, std::uint64_t> answers_of(const bridge::service_cells& from, std::uint64_t possible)
{
    std::map<int, std::uint64_t> made;
    const auto& counted = from.counted.answers;
    for (std::size_t i = 0; i < bridge::counted_statuses.size(); ++i)
        if (is_set(possible, i) || counted[i].value() > 0)
            made[bridge::counted_statuses[i]] = counted[i].value();
    if (const auto others = counted.back().value(); others > 0)
        made[status_of_others] += others;
    return made;
}

std::map<std::string, std::uint64_t> refusals_of(const bridge::service_cells& from, std::uint64_t possible)
{
    std::map<std::string, std::uint64_t> made;
    for (std::size_t i = 0; i < errc_table.size(); ++i)
        if (const auto count = from.counted.refusals[i].value(); is_set(possible, i) || count > 0)
            made[std::string(errc_table[i].name)] = count;
    return made;
}

std::map<std::string, std::uint64_t> wamp_errors_of(const bridge::service_cells& from)
{
    std::map<std::string, std::uint64_t> made;
    for (std::size_t i = 0; i < bridge::known_errors.size(); ++i)
        made[std::string(bridge::known_errors[i].uri)] = from.counted.wamp_errors[i].value();
    made["other"] = from.counted.wamp_errors.back().value();
    return made;
}

std::chrono::sys_seconds time_of(const cell& seconds)
{
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds.value())));
}

worker_figures::phase phase_of(const process_cells& from)
{
    switch (static_cast<process_phase>(from.phase.value())) {
    case process_phase::starting:
        return worker_figures::phase::starting;
    case process_phase::serving:
        return worker_figures::phase::serving;
    case process_phase::draining:
        return worker_figures::phase::draining;
    }
    return worker_figures::phase::starting;
}

store_figures store_of(const bridge::store_cells& from)
{
    return {from.counted.round_trips.value(), from.counted.failures.value(), from.counted.waited_us.value()};
}

worker_figures worker_of(const process_cells& from)
{
    worker_figures made;
    made.pid = static_cast<pid_t>(from.pid.value());
    made.state = phase_of(from);
    made.started = time_of(from.started);
    made.connections = from.connections.value();
    made.memory_bytes = from.memory_bytes.value();
    made.descriptors = from.descriptors.value();
    made.descriptors_limit = from.descriptors_limit.value();
    made.processor_us = from.processor_us.value();
    return made;
}

}  // namespace

void gathering::add_counted(const area& from, std::uint32_t slot, const series& each)
{
    labels name{from.first_label(each), from.second_label(each)};
    if (each.kind == series_kind::service) {
        auto& sum = services_[std::move(name)];
        if (!sum)
            sum = std::make_unique<service_sum>();
        sum->statuses |= each.statuses;
        sum->refusals |= each.refusals;
        add_all(sum->cells.counted, from.service(slot, each).counted);
    } else if (each.kind == series_kind::session) {
        auto& sum = sessions_[std::move(name)];
        if (!sum)
            sum = std::make_unique<bridge::session_cells>();
        add_all(sum->counted, from.session(slot, each).counted);
    } else if (each.kind == series_kind::store) {
        if (!store_)
            store_ = std::make_unique<bridge::store_cells>();
        add_all(store_->counted, from.store(slot, each).counted);
    }
}

void gathering::add_total(const area& from, std::uint32_t slot)
{
    for (const series& each : from.directory())
        add_counted(from, slot, each);
    processor_us_of_ended_ += from.process(slot).processor_us.value();
}

area gathering::write_total(int fd, const std::vector<std::string>& names) const
{
    std::size_t text = 0;
    for (const auto& [name, sum] : services_)
        text += name.first.size() + name.second.size();
    for (const auto& [name, sum] : sessions_)
        text += name.first.size() + name.second.size();
    for (const std::string& each : names)
        text += each.size();
    const std::size_t count = services_.size() + sessions_.size() + (store_ ? 1 : 0) + names.size();
    area made(fd, area_size::for_series(static_cast<std::uint32_t>(count), text));
    for (const auto& [name, sum] : services_)
        if (const auto* const added =
                made.add(series_kind::service, name.first, name.second, {sum->statuses, sum->refusals}))
            add_all(made.service(0, *added).counted, sum->cells.counted);
    for (const auto& [name, sum] : sessions_)
        if (const auto* const added = made.add(series_kind::session, name.first, name.second, {}))
            add_all(made.session(0, *added).counted, sum->counted);
    if (store_)
        if (const auto* const added = made.add(series_kind::store, "", "", {}))
            add_all(made.store(0, *added).counted, store_->counted);
    for (const std::string& each : names)
        made.add(series_kind::folded, each, "", {});
    made.process(0).processor_us.set(processor_us_of_ended_);
    return made;
}

void gathering::add_process(const area& from, std::uint32_t slot)
{
    worker_figures made = worker_of(from.process(slot));
    for (const series& each : from.directory()) {
        add_counted(from, slot, each);
        const labels name{from.first_label(each), from.second_label(each)};
        if (each.kind == series_kind::service) {
            const bridge::service_cells& cells = from.service(slot, each);
            add_all(services_.at(name)->cells.now, cells.now);
            made.calls_under_way += cells.now.calls.value();
            made.streams_open += cells.now.streams.value();
            for (const cell& answers : cells.counted.answers)
                made.requests += answers.value();
        } else if (each.kind == series_kind::session) {
            const bridge::session_cells& cells = from.session(slot, each);
            add_all(sessions_.at(name)->now, cells.now);
            made.sessions_wanted += cells.now.wanted.value();
            made.sessions_up += cells.now.up.value();
        } else if (each.kind == series_kind::store) {
            made.store = store_of(from.store(slot, each));
            made.store_answers = from.store(slot, each).now.is_down.value() == 0;
        }
    }
    signatures_remembered_ = std::max(signatures_remembered_, from.process(slot).signatures_remembered.value());
    if (made.pid != 0)
        workers_.push_back(made);
}

void gathering::tell(snapshot& to) const
{
    for (const auto& [name, sum] : services_) {
        const bridge::service_cells& cells = sum->cells;
        service_figures& made = to.services.emplace_back();
        made.path = name.first;
        made.type = name.second;
        made.requests = answers_of(cells, sum->statuses);
        made.refusals = refusals_of(cells, sum->refusals);
        made.wamp_errors = wamp_errors_of(cells);
        made.request_durations = histogram_of(cells.counted.request_durations);
        made.call_durations = histogram_of(cells.counted.call_durations);
        made.received_bytes = cells.counted.received_bytes.value();
        made.sent_bytes = cells.counted.sent_bytes.value();
        made.calls_under_way = cells.now.calls.value();
        made.streams_open = cells.now.streams.value();
        made.clients_left = cells.counted.clients_left.value();
        made.events_delivered = cells.counted.events_delivered.value();
        made.slow_streams_closed = cells.counted.slow_streams_closed.value();
    }
    for (const auto& [name, cells] : sessions_)
        to.sessions.push_back({name.first, name.second, cells->now.wanted.value(), cells->now.up.value(),
                               cells->counted.joined.value(), cells->counted.lost.value(), cells->now.waiting.value(),
                               cells->now.queued_bytes.value()});
    if (store_)
        to.store = store_of(*store_);
    to.workers = workers_;
    if (to.signatures_capacity > 0)
        to.signatures_remembered = signatures_remembered_;
}

}  // namespace wampfcgi::metrics
