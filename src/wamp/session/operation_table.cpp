#include "wamp/session/operation_table.hpp"

namespace wampfcgi::wamp {
namespace {

std::size_t bytes_of_arguments(const payload& arguments)
{
    return arguments.args.size() + arguments.kwargs.size();
}

/// Only a CALL can be cancelled.
std::optional<std::uint64_t> to_cancel(const sent_request& request)
{
    return request.kind == request_kind::call ? std::optional(request.id) : std::nullopt;
}

}  // namespace

std::size_t bytes_of(const router_request& what)
{
    struct {
        std::size_t operator()(const call& made) const
        {
            return made.procedure.size() + bytes_of_arguments(made.arguments);
        }
        std::size_t operator()(const publication& event) const
        {
            return event.topic.size() + event.options.size() + bytes_of_arguments(event.arguments);
        }
        std::size_t operator()(const subscription& wanted) const { return wanted.topic.size(); }
        std::size_t operator()(const unsubscription&) const { return 0; }
    } const bytes;
    return std::visit(bytes, what);
}

operation_table::operation_id operation_table::add_waiting(router_request what, bridge::outcome_sink& sink,
                                                           time_point deadline)
{
    const operation_id id = ++last_id_;
    waiting_bytes_ += bytes_of(what);
    waiting_.emplace(id, queued{std::move(what), &sink, deadline});
    waiting_deadlines_.emplace(deadline, id);
    return id;
}

operation_table::operation_id operation_table::add_sent(const sent_request& as, bridge::outcome_sink& sink)
{
    const operation_id id = ++last_id_;
    put_sent(id, as, sink);
    return id;
}

operation_table::operation_id operation_table::add_failed(failure why, bridge::outcome_sink& sink)
{
    const operation_id id = ++last_id_;
    put_failed(id, std::move(why), sink);
    return id;
}

std::optional<operation_table::waiting> operation_table::take_waiting()
{
    if (waiting_.empty())
        return {};
    const operation_id id = waiting_.begin()->first;
    queued first = take_out(waiting_.begin());
    return waiting{id, std::move(first.what), first.sink};
}

operation_table::queued operation_table::take_out(std::map<operation_id, queued>::iterator place)
{
    auto taken = waiting_.extract(place);
    waiting_deadlines_.erase({taken.mapped().deadline, taken.key()});
    waiting_bytes_ -= bytes_of(taken.mapped().what);
    return std::move(taken.mapped());
}

void operation_table::put_sent(operation_id id, const sent_request& as, bridge::outcome_sink& sink)
{
    sent_.add({id, &sink, as});
}

void operation_table::put_failed(operation_id id, failure why, bridge::outcome_sink& sink)
{
    failed_.push_back({id, std::move(why), &sink});
}

bridge::outcome_sink* operation_table::take_answered(std::uint64_t id, request_kind kind)
{
    const auto* const found = sent_.with_request_id(id);
    if (found == nullptr || found->as.kind != kind)
        return nullptr;
    return sent_.take(*found).sink;
}

bridge::outcome_sink* operation_table::part_of(std::uint64_t id, time_point now)
{
    const auto* const found = sent_.with_request_id(id);
    if (found == nullptr || !found->as.part_timeout)
        return nullptr;
    if (found->as.deadline)
        sent_.defer(*found, now + *found->as.part_timeout);
    return found->sink;
}

std::optional<operation_table::time_point::duration> operation_table::time_left(std::uint64_t id, time_point now) const
{
    const auto* const found = sent_.with_request_id(id);
    if (found == nullptr || !found->as.deadline)
        return {};
    return *found->as.deadline - now;
}

std::optional<operation_table::ended> operation_table::take_expired(time_point now)
{
    if (const auto next = next_deadline(); !next || *next > now)
        return {};
    if (is_waiting_first()) {
        const auto place = waiting_.find(waiting_deadlines_.begin()->second);
        return ended{take_out(place).sink, failure{errc::router_unavailable, "no session within connect_timeout"}};
    }
    const auto late = sent_.take(*sent_.first());
    return ended{late.sink, failure{errc::call_timeout, "no answer within call_timeout"}, to_cancel(late.as), true};
}

std::optional<operation_table::ended> operation_table::take_failed()
{
    if (failed_.empty())
        return {};
    ended first{failed_.front().sink, std::move(failed_.front().why)};
    failed_.pop_front();
    return first;
}

std::optional<operation_table::ended> operation_table::take_sent(const failure& why)
{
    if (sent_.empty())
        return {};
    return ended{sent_.take(*sent_.first()).sink, why};
}

std::optional<std::uint64_t> operation_table::remove(operation_id id)
{
    if (const auto* const found = sent_.with_id(id))
        return to_cancel(sent_.take(*found).as);
    if (const auto place = waiting_.find(id); place != waiting_.end())
        take_out(place);
    else
        std::erase_if(failed_, [id](const failed& each) { return each.id == id; });
    return {};
}

std::optional<operation_table::time_point> operation_table::next_deadline() const
{
    if (is_waiting_first())
        return waiting_deadlines_.begin()->first;
    return sent_.empty() ? std::nullopt : sent_.first()->as.deadline;
}

/// True when an operation that waits has an earlier deadline than all in flight.
bool operation_table::is_waiting_first() const
{
    if (waiting_deadlines_.empty())
        return false;
    const auto* const sent = sent_.first();
    return sent == nullptr || !sent->as.deadline ||
           *waiting_deadlines_.begin() < std::pair(*sent->as.deadline, sent->id);
}

}  // namespace wampfcgi::wamp
