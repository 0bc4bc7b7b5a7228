#include "wamp/session/call_table.hpp"

namespace wampfcgi::wamp {

std::size_t bytes_of(const call& what)
{
    return what.procedure.size() + what.arguments.args.size() + what.arguments.kwargs.size();
}

call_table::call_id call_table::add_waiting(call what, completion done, time_point deadline)
{
    const call_id id = ++last_id_;
    waiting_bytes_ += bytes_of(what);
    waiting_.emplace(id, queued_call{std::move(what), std::move(done), deadline});
    deadlines_.emplace(deadline, id);
    return id;
}

call_table::call_id call_table::add_sent(std::uint64_t request_id, completion done, std::optional<time_point> deadline)
{
    const call_id id = ++last_id_;
    put_sent(id, request_id, std::move(done), deadline);
    return id;
}

std::optional<call_table::waiting_call> call_table::take_waiting()
{
    if (waiting_.empty())
        return {};
    const call_id id = waiting_.begin()->first;
    queued_call first = take_out(waiting_.begin());
    return waiting_call{id, std::move(first.what), std::move(first.done)};
}

call_table::queued_call call_table::take_out(std::map<call_id, queued_call>::iterator place)
{
    auto taken = waiting_.extract(place);
    deadlines_.erase({taken.mapped().deadline, taken.key()});
    waiting_bytes_ -= bytes_of(taken.mapped().what);
    return std::move(taken.mapped());
}

void call_table::put_sent(call_id id, std::uint64_t request_id, completion done, std::optional<time_point> deadline)
{
    sent_.emplace(id, sent_call{std::move(done), request_id, deadline});
    by_request_.emplace(request_id, id);
    if (deadline)
        deadlines_.emplace(*deadline, id);
}

std::optional<call_table::ended> call_table::answer(std::uint64_t request_id, outcome how)
{
    const auto found = by_request_.find(request_id);
    if (found == by_request_.end())
        return {};
    const call_id id = found->second;
    ended answered{std::move(sent_.at(id).done), std::move(how), {}};
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

std::vector<call_table::ended> call_table::expire(time_point now)
{
    std::vector<ended> expired;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const call_id id = deadlines_.begin()->second;
        if (const auto queued = waiting_.find(id); queued != waiting_.end()) {
            expired.push_back({std::move(queued->second.done),
                               failure{errc::router_unavailable, "no session within connect_timeout"},
                               {}});
        } else {
            sent_call& late = sent_.at(id);
            expired.push_back(
                {std::move(late.done), failure{errc::call_timeout, "no answer within call_timeout"}, late.request_id});
        }
        remove(id);
    }
    return expired;
}

std::vector<call_table::ended> call_table::end_sent(const failure& why)
{
    std::vector<ended> all;
    all.reserve(sent_.size());
    while (!sent_.empty()) {
        all.push_back({std::move(sent_.begin()->second.done), why, {}});
        remove(sent_.begin()->first);
    }
    return all;
}

std::vector<call_table::ended> call_table::end_waiting(const failure& why)
{
    std::vector<ended> all;
    all.reserve(waiting_.size());
    while (auto first = take_waiting())
        all.push_back({std::move(first->done), why, {}});
    return all;
}

std::optional<std::uint64_t> call_table::remove(call_id id)
{
    if (const auto queued = waiting_.find(id); queued != waiting_.end()) {
        take_out(queued);
        return {};
    }
    const auto found = sent_.find(id);
    if (found == sent_.end())
        return {};
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
