#include "wampfcgi/bridge/meter.hpp"

#include <algorithm>
#include <iterator>

namespace wampfcgi::bridge {
namespace {

std::size_t index_of_error(std::string_view uri) noexcept
{
    const auto found = std::ranges::find(known_errors, uri, &known_error::uri);
    return static_cast<std::size_t>(std::distance(known_errors.begin(), found));
}

void count_outcome(service_cells::counters& counted, const request_report& how) noexcept
{
    if (how.why)
        counted.refusals[static_cast<std::size_t>(how.why->code) - 1].add();
    if (!how.error_uri.empty())
        counted.wamp_errors[index_of_error(how.error_uri)].add();
    if (how.called_at && how.call_ended_at)
        counted.call_durations.add(*how.call_ended_at - *how.called_at);
}

}  // namespace

void duration_cells::add(std::chrono::steady_clock::duration took) noexcept
{
    const auto us = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    // Not by bisection: most durations are in one of the first buckets.
    const auto bucket = std::ranges::find_if(duration_bounds_us, [us](std::uint64_t bound) { return us <= bound; });
    counts[static_cast<std::size_t>(std::distance(duration_bounds_us.begin(), bucket))].add();
    sum_us.add(us);
}

std::size_t index_of_status(int status) noexcept
{
    const auto found = std::ranges::find(counted_statuses, status);
    return static_cast<std::size_t>(std::distance(counted_statuses.begin(), found));
}

void count_answer(service_cells* in, const answer_facts& facts, const request_report& how) noexcept
{
    if (in == nullptr)
        return;
    service_cells::counters& counted = in->counted;
    counted.answers[index_of_status(facts.status)].add();
    counted.sent_bytes.add(facts.body_bytes);
    counted.request_durations.add(facts.took);
    count_outcome(counted, how);
}

void count_stream_begun(service_cells* in, int status) noexcept
{
    if (in != nullptr)
        in->counted.answers[index_of_status(status)].add();
}

void count_stream_ended(service_cells* in, const request_report& how) noexcept
{
    if (in != nullptr)
        count_outcome(in->counted, how);
}

}  // namespace wampfcgi::bridge
