#include "wamp/session/in_flight.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace wampfcgi::wamp {
namespace {

constexpr std::size_t fewest_slots = 16;
constexpr std::size_t kept_slots = 1024;  // the memory of more is freed once there is no request in flight

std::chrono::steady_clock::time_point deadline_of(const sent_request& request)
{
    return request.deadline.value_or(std::chrono::steady_clock::time_point::max());
}

bool is_before(const auto& left, const auto& right)
{
    return std::tie(left.when, left.id) < std::tie(right.when, right.id);
}

}  // namespace

void in_flight::add(const one& sent)
{
    if (unused_ == nowhere)
        grow();
    const place at = unused_;
    unused_ = slots_[at].next_by_id;
    static_cast<one&>(slots_[at]) = sent;
    link(at);
    by_deadline_.push_back({deadline_of(sent.as), sent.id, at});
    rise(by_deadline_.size() - 1);
}

const in_flight::one* in_flight::with_id(operation_id id) const noexcept
{
    if (empty())
        return nullptr;
    place at = by_id_[id & (by_id_.size() - 1)];
    while (at != nowhere && slots_[at].id != id)
        at = slots_[at].next_by_id;
    return at == nowhere ? nullptr : &slots_[at];
}

const in_flight::one* in_flight::with_request_id(std::uint64_t id) const noexcept
{
    if (empty())
        return nullptr;
    place at = by_request_[id & (by_request_.size() - 1)];
    while (at != nowhere && slots_[at].as.id != id)
        at = slots_[at].next_by_request;
    return at == nowhere ? nullptr : &slots_[at];
}

const in_flight::one* in_flight::first() const noexcept
{
    return empty() ? nullptr : &slots_[by_deadline_.front().at];
}

void in_flight::defer(const one& which, time_point deadline) noexcept
{
    slot& changed = slots_[place_of(which)];
    changed.as.deadline = deadline;
    by_deadline_[changed.in_heap].when = deadline;
    rise(changed.in_heap);
    sink(changed.in_heap);
}

in_flight::one in_flight::take(const one& which) noexcept
{
    const place at = place_of(which);
    const one taken = which;
    const std::size_t position = slots_[at].in_heap;
    const due last = by_deadline_.back();
    by_deadline_.pop_back();
    if (position < by_deadline_.size()) {
        put(position, last);
        rise(position);
        sink(slots_[last.at].in_heap);
    }
    unlink(at);
    slots_[at].next_by_id = std::exchange(unused_, at);
    if (empty() && slots_.size() > kept_slots)
        *this = {};
    return taken;
}

/// Twice as many slots, and as many chains.
void in_flight::grow()
{
    const std::size_t before = slots_.size();
    const std::size_t after = std::max(fewest_slots, 2 * before);
    std::vector<place> by_id(after, nowhere);
    std::vector<place> by_request(after, nowhere);
    by_deadline_.reserve(after);
    slots_.resize(after);
    by_id_ = std::move(by_id);
    by_request_ = std::move(by_request);
    for (const due& each : by_deadline_)
        link(each.at);
    for (std::size_t at = after; at-- > before;)
        slots_[at].next_by_id = std::exchange(unused_, static_cast<place>(at));
}

void in_flight::link(place at) noexcept
{
    slot& linked = slots_[at];
    linked.next_by_id = std::exchange(by_id_[linked.id & (by_id_.size() - 1)], at);
    linked.next_by_request = std::exchange(by_request_[linked.as.id & (by_request_.size() - 1)], at);
}

void in_flight::unlink(place at) noexcept
{
    const slot& unlinked = slots_[at];
    place* id = &by_id_[unlinked.id & (by_id_.size() - 1)];
    while (*id != at)
        id = &slots_[*id].next_by_id;
    *id = unlinked.next_by_id;
    place* request = &by_request_[unlinked.as.id & (by_request_.size() - 1)];
    while (*request != at)
        request = &slots_[*request].next_by_request;
    *request = unlinked.next_by_request;
}

in_flight::place in_flight::place_of(const one& which) const noexcept
{
    return static_cast<place>(&static_cast<const slot&>(which) - slots_.data());
}

void in_flight::put(std::size_t position, const due& each) noexcept
{
    by_deadline_[position] = each;
    slots_[each.at].in_heap = position;
}

void in_flight::rise(std::size_t position) noexcept
{
    const due moved = by_deadline_[position];
    for (; position > 0 && is_before(moved, by_deadline_[(position - 1) / 2]); position = (position - 1) / 2)
        put(position, by_deadline_[(position - 1) / 2]);
    put(position, moved);
}

void in_flight::sink(std::size_t position) noexcept
{
    const due moved = by_deadline_[position];
    for (std::size_t next = 2 * position + 1; next < by_deadline_.size(); next = 2 * position + 1) {
        if (next + 1 < by_deadline_.size() && is_before(by_deadline_[next + 1], by_deadline_[next]))
            ++next;
        if (!is_before(by_deadline_[next], moved))
            break;
        put(position, by_deadline_[next]);
        position = next;
    }
    put(position, moved);
}

}  // namespace wampfcgi::wamp
