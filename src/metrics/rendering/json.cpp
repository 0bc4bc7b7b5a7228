#include "metrics/rendering/json.hpp"

#include "metrics/rendering/totals.hpp"
#include "metrics/rendering/writing.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wampfcgi::metrics {
namespace {

/// Writes one JSON text in one pass. In an object, call key() before each value.
class json_writer {
public:
    json_writer& key(std::string_view name)
    {
        separate();
        string(name);
        out_ += ':';
        is_first_ = true;
        return *this;
    }

    json_writer& open(char bracket)
    {
        separate();
        out_ += bracket;
        is_first_ = true;
        return *this;
    }

    json_writer& close(char bracket)
    {
        out_ += bracket;
        is_first_ = false;
        return *this;
    }

    json_writer& text(std::string_view value)
    {
        separate();
        string(value);
        return *this;
    }

    /// A number, true, false or null.
    json_writer& literal(std::string_view value)
    {
        separate();
        out_ += value;
        return *this;
    }

    json_writer& number(std::uint64_t value) { return literal(std::to_string(value)); }
    json_writer& boolean(bool value) { return literal(value ? "true" : "false"); }

    std::string take() { return std::move(out_); }

private:
    void separate()
    {
        if (!is_first_)
            out_ += ',';
        is_first_ = false;
    }

    void string(std::string_view value)
    {
        out_ += '"';
        for (const char each : value) {
            if (static_cast<unsigned char>(each) < 0x20) {
                out_ += "\\u00";
                append_hex(out_, static_cast<unsigned char>(each));
                continue;
            }
            if (each == '"' || each == '\\')
                out_ += '\\';
            out_ += each;
        }
        out_ += '"';
    }

    std::string out_;
    bool is_first_ = true;
};

void write_usage(json_writer& to, std::string_view name, const usage& what)
{
    to.key(name).open('{').key("used").number(what.used).key("limit").number(what.limit).close('}');
}

std::string key_of(int status)
{
    return std::to_string(status);
}

const std::string& key_of(const std::string& name)
{
    return name;
}

template <class Map>
void write_counts(json_writer& to, std::string_view name, const Map& counts)
{
    to.key(name).open('{');
    for (const auto& [each, count] : counts)
        to.key(key_of(each)).number(count);
    to.close('}');
}

void write_durations(json_writer& to, std::string_view name, const histogram& durations)
{
    to.key(name).open('{').key("count").number(count_of(durations));
    to.key("sum").literal(as_seconds(durations.sum_us)).key("buckets").open('{');
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < durations.counts.size(); ++i) {
        count += durations.counts[i];
        to.key(i < duration_bounds_us.size() ? as_seconds(duration_bounds_us[i]) : "+Inf").number(count);
    }
    to.close('}').close('}');
}

void write_workers(json_writer& to, const snapshot& now, const totals& all)
{
    to.key("workers").open('{').key("wanted").number(now.workers_wanted).key("serving").number(all.serving);
    to.key("starting").number(all.starting).key("draining").number(all.draining);
    to.key("started").number(now.workers_started);
    write_counts(to, "ended", now.workers_ended);
    to.close('}');
}

void write_reloads(json_writer& to, const snapshot& now)
{
    to.key("reloads").open('{').key("good").number(now.reloads_good).key("bad").number(now.reloads_bad);
    if (now.last_reload)
        to.key("last").text(as_iso_time(*now.last_reload)).key("last_was_good").boolean(now.last_reload_was_good);
    to.close('}');
}

void write_store(json_writer& to, const store_figures& store)
{
    to.key("store").open('{').key("round_trips").number(store.round_trips).key("failures").number(store.failures);
    to.key("wait_seconds").literal(as_seconds(store.wait_us)).close('}');
}

void write_pool(json_writer& to, const snapshot& now, const totals& all)
{
    to.key("version").text(now.version).key("ready").boolean(is_ready(now)).key("missing").open('[');
    for (const std::string& each : what_is_missing(now))
        to.text(each);
    to.close(']').key("in_pool").boolean(now.in_pool);
    to.key("started").text(as_iso_time(now.started)).key("now").text(as_iso_time(now.now));
    write_workers(to, now, all);
    write_reloads(to, now);
    to.key("store_answers").boolean(all.store_answers);
    if (now.store)
        write_store(to, *now.store);
    write_usage(to, "calls_in_flight", all.calls);
    write_usage(to, "event_streams_open", all.event_streams);
    if (now.queue)
        write_usage(to, "listen_queue", {now.queue->waiting, now.queue->limit});
    if (now.signatures_remembered)
        write_usage(to, "signatures_remembered", {*now.signatures_remembered, now.signatures_capacity});
    write_usage(to, "descriptors_open", all.descriptors);
    to.key("connections_open").number(all.connections).key("memory_bytes").number(all.memory_bytes);
    to.key("processor_seconds").literal(as_seconds(all.processor_us));
}

void write_service(json_writer& to, const service_figures& each)
{
    to.open('{').key("service").text(each.path).key("type").text(each.type);
    write_counts(to, "requests", each.requests);
    write_counts(to, "requests_refused", each.refusals);
    write_counts(to, "wamp_errors", each.wamp_errors);
    write_durations(to, "request_duration_seconds", each.request_durations);
    write_durations(to, "call_duration_seconds", each.call_durations);
    to.key("received_bytes").number(each.received_bytes).key("sent_bytes").number(each.sent_bytes);
    to.key("calls_in_flight").number(each.calls_under_way).key("streams_open").number(each.streams_open);
    to.key("clients_left").number(each.clients_left).key("events_delivered").number(each.events_delivered);
    to.key("slow_streams_closed").number(each.slow_streams_closed).close('}');
}

void write_session(json_writer& to, const session_figures& each)
{
    to.open('{').key("realm").text(each.realm).key("role").text(each.role);
    to.key("wanted").number(each.wanted).key("up").number(each.up);
    to.key("joined").number(each.joined).key("lost").number(each.lost);
    to.key("requests_waiting").number(each.waiting).key("router_queue_bytes").number(each.queued_bytes).close('}');
}

void write_worker(json_writer& to, const worker_figures& each)
{
    to.open('{').key("pid").number(static_cast<std::uint64_t>(each.pid)).key("state").text(name_of(each.state));
    to.key("started").text(as_iso_time(each.started)).key("requests").number(each.requests);
    to.key("connections_open").number(each.connections).key("calls_in_flight").number(each.calls_under_way);
    to.key("streams_open").number(each.streams_open);
    to.key("sessions").open('{').key("wanted").number(each.sessions_wanted);
    to.key("up").number(each.sessions_up).close('}').key("store_answers").boolean(each.store_answers);
    if (each.store)
        write_store(to, *each.store);
    to.key("memory_bytes").number(each.memory_bytes);
    write_usage(to, "descriptors_open", {each.descriptors, each.descriptors_limit});
    to.key("processor_seconds").literal(as_seconds(each.processor_us)).close('}');
}

}  // namespace

std::string json_text(const snapshot& now, detail how_much)
{
    json_writer to;
    to.open('{');
    write_pool(to, now, sum_up(now));
    to.key("sessions").open('[');
    for (const session_figures& each : now.sessions)
        write_session(to, each);
    to.close(']').key("services").open('[');
    for (const service_figures& each : now.services)
        write_service(to, each);
    to.close(']');
    if (how_much == detail::each_worker) {
        to.key("each_worker").open('[');
        for (const worker_figures& each : now.workers)
            write_worker(to, each);
        to.close(']');
    }
    to.close('}');
    return to.take() + "\n";
}

}  // namespace wampfcgi::metrics
