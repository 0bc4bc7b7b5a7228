#include "wamp/session/call_table.hpp"

#include <algorithm>

namespace wampfcgi::wamp {

std::size_t bytes_of(const call& what)
{
    return what.procedure.size() + what.arguments.args.size() + what.arguments.kwargs.size();
}

call_table::call_id call_table::add_waiting(call what, bridge::call_sink& sink, time_point deadline)
{
    const call_id id = ++last_id_;
    waiting_bytes_ += bytes_of(what);
    waiting_.emplace(id, queued_call{std::move(what), &sink, deadline});
    deadlines_.emplace(deadline, id);
    return id;
}

call_table::call_id call_table::add_sent(std::uint64_t request_id, bridge::call_sink& sink,
                                         std::optional<time_point> deadline)
{
    const call_id id = ++last_id_;
    put_sent(id, request_id, sink, deadline);
    return id;
}

call_table::call_id call_table::add_failed(failure why, bridge::call_sink& sink)
{
    const call_id id = ++last_id_;
    put_failed(id, std::move(why), sink);
    return id;
}

std::optional<call_table::waiting_call> call_table::take_waiting()
{
    if (waiting_.empty())
        return {};
    const call_id id = waiting_.begin()->first;
    queued_call first = take_out(waiting_.begin());
    return waiting_call{id, std::move(first.what), first.sink};
}

call_table::queued_call call_table::take_out(std::map<call_id, queued_call>::iterator place)
{
    auto taken = waiting_.extract(place);
    deadlines_.erase({taken.mapped().deadline, taken.key()});
    waiting_bytes_ -= bytes_of(taken.mapped().what);
    return std::move(taken.mapped());
}

void call_table::put_sent(call_id id, std::uint64_t request_id, bridge::call_sink& sink,
                          std::optional<time_point> deadline)
{
    sent_.emplace(id, sent_call{&sink, request_id, deadline});
    by_request_.emplace(request_id, id);
    if (deadline)
        deadlines_.emplace(*deadline, id);
}

void call_table::put_failed(call_id id, failure why, bridge::call_sink& sink)
{
    failed_.push_back({id, std::move(why), &sink});
}

std::optional<call_table::ended_call> call_table::answer(std::uint64_t request_id, outcome how)
{
    const auto found = by_request_.find(request_id);
    if (found == by_request_.end())
        return {};
    const call_id id = found->second;
    ended_call answered{sent_.at(id).sink, std::move(how)};
    remove(id);
    return answered;
}

std::optional<call_table::time_point::duration> call_table::time_left(std::uint64_t request_id, time_point now) const
{
    const auto found = by_request_.find(request_id);
    if (found == by_request_.end())
        return {};
    const auto deadline = sent_.at(found->second).deadline;
    if (!deadline)
        return {};
    return *deadline - now;
}

std::optional<call_table::ended_call> call_table::take_expired(time_point now)
{
    if (deadlines_.empty() || deadlines_.begin()->first > now)
        return {};
    const call_id id = deadlines_.begin()->second;
    if (const auto queued = waiting_.find(id); queued != waiting_.end())
        return ended_call{take_out(queued).sink,
                          failure{errc::router_unavailable, "no session within connect_timeout"}};
    const sent_call late = sent_.at(id);
    remove(id);
    return ended_call{late.sink, failure{errc::call_timeout, "no answer within call_timeout"}, late.request_id};
}

std::optional<call_table::ended_call> call_table::take_failed()
{
    if (failed_.empty())
        return {};
    ended_call first{failed_.front().sink, std::move(failed_.front().why)};
    failed_.pop_front();
    return first;
}

std::optional<call_table::ended_call> call_table::take_sent(const failure& why)
{
    if (sent_.empty())
        return {};
    ended_call any{sent_.begin()->second.sink, why};
    remove(sent_.begin()->first);
    return any;
}

std::optional<std::uint64_t> call_table::remove(call_id id)
{
    if (const auto queued = waiting_.find(id); queued != waiting_.end()) {
        take_out(queued);
        return {};
    }
    const auto found = sent_.find(id);
    if (found == sent_.end()) {
        std::erase_if(failed_, [id](const failed_call& each) { return each.id == id; });
        return {};
    }
    const std::uint64_t request_id = found->second.request_id;
    if (found->second.deadline)
        deadlines_.erase({*found->second.deadline, id});
    by_request_.erase(request_id);
    sent_.erase(found);
    return request_id;
}

std::optional<call_table::time_point> call_table::next_deadline() const
{
    if (deadlines_.empty())
        return {};
    return deadlines_.begin()->first;
}

}  // namespace wampfcgi::wamp
