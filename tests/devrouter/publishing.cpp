#include "crypto.hpp"
#include "dealer.hpp"
#include "procedures.hpp"
#include "session.hpp"

#include <algorithm>
#include <string>

namespace wampfcgi::devrouter {

namespace {

constexpr std::uint64_t most_events = 1'000'000;
constexpr std::uint64_t most_event_bytes = 1 << 20;
constexpr std::uint64_t most_per_second = 1'000'000;
constexpr std::uint64_t events_at_once = 1000;      // at full speed; in between the router can read
constexpr std::chrono::milliseconds rate_pause{2};  // between events at a given rate

broker& broker_of(dealer& calls)
{
    return calls.owner().shared().broker_of(calls.owner().realm());
}

/// The topic in the first argument.
std::optional<std::string_view> read_topic(const std::optional<elements>& args)
{
    const auto topic = args ? read_text(args->item[0]) : std::nullopt;
    return topic && is_loose_uri(*topic) ? topic : std::nullopt;
}

void publish(dealer& calls, const invocation& call)
{
    const auto args = read_args(call, 1, 3);
    const auto topic = read_topic(args);
    if (!topic || (args->count > 1 && !is_list(args->item[1])) || (args->count > 2 && !is_map(args->item[2])))
        return refuse(calls, call, "expected a topic, a list and a map");
    const auto id = random_id();
    broker_of(calls).publish({.id = id,
                              .topic = std::string(*topic),
                              .args = std::string(args->item[1]),
                              .kwargs = std::string(args->item[2]),
                              .receivers = {},
                              .publisher = {}});
    calls.result(call.id, numbered(id, {}).view());
}

struct series {
    std::string topic;
    std::uint64_t last;
    std::string padding;
    std::uint64_t per_second;  ///< 0: full speed
};

/// Reads [topic, number of events, bytes of each, events a second]; nothing if the arguments differ.
std::optional<series> read_series(const invocation& call)
{
    const auto args = read_args(call, 2, 4);
    const auto topic = read_topic(args);
    const auto last = topic ? read_number(*args, 1, 0, most_events) : std::nullopt;
    const auto bytes = last ? read_number(*args, 2, 0, most_event_bytes) : std::nullopt;
    const auto rate = bytes ? read_number(*args, 3, 0, most_per_second) : std::nullopt;
    if (!rate)
        return {};
    return series{std::string(*topic), *last, std::string(*bytes, 'x'), *rate};
}

/// The number of events due after `time`.
std::uint64_t due_after(std::chrono::steady_clock::duration time, const series& wanted)
{
    const auto seconds = std::chrono::duration<double>(time).count();
    return std::min(wanted.last, static_cast<std::uint64_t>(seconds * static_cast<double>(wanted.per_second)));
}

void publish_many(dealer& calls, const invocation& call)
{
    const auto wanted = read_series(call);
    if (!wanted)
        return refuse(calls, call, "expected a topic, a number of events, of bytes, and of events a second");
    const auto begin = std::chrono::steady_clock::now();
    const auto step = [&calls, id = call.id, wanted = *wanted, begin, number = std::uint64_t{0}]() mutable {
        const auto due = wanted.per_second > 0 ? due_after(std::chrono::steady_clock::now() - begin, wanted)
                                               : std::min(wanted.last, number + events_at_once);
        while (number < due) {
            const auto args = numbered(++number, wanted.padding);
            broker_of(calls).publish({.id = random_id(),
                                      .topic = wanted.topic,
                                      .args = std::string(args.view()),
                                      .kwargs = {},
                                      .receivers = {},
                                      .publisher = {}});
        }
        if (number < wanted.last)
            return remains::more;
        calls.result(id, numbered(number, {}).view());
        return remains::nothing;
    };
    calls.work(call.id, wanted->per_second > 0 ? rate_pause : std::chrono::milliseconds(0), on_cancel::stop, step);
}

}  // namespace

void add_publishing(procedure_table& table)
{
    table.insert({
        {"com.example.publish", publish},
        {"com.example.publish_many", publish_many},
    });
}

}  // namespace wampfcgi::devrouter
