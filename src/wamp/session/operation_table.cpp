#include "wamp/session/operation_table.hpp"

namespace wampfcgi::wamp {
namespace {

std::size_t bytes_of_arguments(const payload& arguments)
{
    return arguments.args.size() + arguments.kwargs.size();
}

/// Only a CALL can be cancelled.
std::optional<std::uint64_t> to_cancel(const operation_table::sent_request& request)
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
    deadlines_.emplace(deadline, id);
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
    deadlines_.erase({taken.mapped().deadline, taken.key()});
    waiting_bytes_ -= bytes_of(taken.mapped().what);
    return std::move(taken.mapped());
}

void operation_table::put_sent(operation_id id, const sent_request& as, bridge::outcome_sink& sink)
{
    sent_.emplace(id, sent{&sink, as});
    by_request_.emplace(as.id, id);
    if (as.deadline)
        deadlines_.emplace(*as.deadline, id);
}

void operation_table::put_failed(operation_id id, failure why, bridge::outcome_sink& sink)
{
    failed_.push_back({id, std::move(why), &sink});
}

std::optional<operation_table::ended> operation_table::answer(std::uint64_t id, request_kind kind, outcome how)
{
    const auto found = by_request_.find(id);
    if (found == by_request_.end())
        return {};
    const operation_id mine = found->second;
    const sent& request = sent_.at(mine);
    if (request.as.kind != kind)
        return {};
    ended answered{request.sink, std::move(how)};
    remove(mine);
    return answered;
}

bridge::outcome_sink* operation_table::part_of(std::uint64_t id, time_point now)
{
    const auto found = by_request_.find(id);
    if (found == by_request_.end())
        return nullptr;
    const operation_id mine = found->second;
    sent& request = sent_.at(mine);
    if (!request.as.part_timeout)
        return nullptr;
    if (request.as.deadline) {
        auto place = deadlines_.extract({*request.as.deadline, mine});
        request.as.deadline = now + *request.as.part_timeout;
        place.value().first = *request.as.deadline;
        deadlines_.insert(std::move(place));
    }
    return request.sink;
}

std::optional<operation_table::time_point::duration> operation_table::time_left(std::uint64_t id, time_point now) const
{
    const auto found = by_request_.find(id);
    if (found == by_request_.end())
        return {};
    const auto deadline = sent_.at(found->second).as.deadline;
    if (!deadline)
        return {};
    return *deadline - now;
}

std::optional<operation_table::ended> operation_table::take_expired(time_point now)
{
    if (deadlines_.empty() || deadlines_.begin()->first > now)
        return {};
    const operation_id id = deadlines_.begin()->second;
    if (const auto place = waiting_.find(id); place != waiting_.end())
        return ended{take_out(place).sink, failure{errc::router_unavailable, "no session within connect_timeout"}};
    const sent late = sent_.at(id);
    remove(id);
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
    ended any{sent_.begin()->second.sink, why};
    remove(sent_.begin()->first);
    return any;
}

std::optional<std::uint64_t> operation_table::remove(operation_id id)
{
    if (const auto place = waiting_.find(id); place != waiting_.end()) {
        take_out(place);
        return {};
    }
    const auto found = sent_.find(id);
    if (found == sent_.end()) {
        std::erase_if(failed_, [id](const failed& each) { return each.id == id; });
        return {};
    }
    const sent_request request = found->second.as;
    if (request.deadline)
        deadlines_.erase({*request.deadline, id});
    by_request_.erase(request.id);
    sent_.erase(found);
    return to_cancel(request);
}

std::optional<operation_table::time_point> operation_table::next_deadline() const
{
    if (deadlines_.empty())
        return {};
    return deadlines_.begin()->first;
}

}  // namespace wampfcgi::wamp
