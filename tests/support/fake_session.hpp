// Owns a session for tests: records operations, and ends them when told to.
#pragma once

#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wampfcgi {

class fake_session final : public bridge::session {
public:
    operation_id call(wampfcgi::call& what, bridge::outcome_sink& sink) override
    {
        if (breaks)
            throw std::runtime_error("broken");
        const operation_id id = wait(sink);
        if (what.receive_progress)
            takes_parts_.insert(id);
        calls.push_back(what);
        what.arguments = {};
        return id;
    }

    operation_id publish(publication&& what, bridge::outcome_sink& sink) override
    {
        publications.push_back(std::move(what));
        return wait(sink);
    }

    subscription_id subscribe(subscription what, bridge::event_sink& sink) override
    {
        subscriptions.push_back({std::move(what), &sink});
        return subscriptions.size();
    }

    void unsubscribe(subscription_id id) override
    {
        if (std::exchange(subscriptions.at(id - 1).sink, nullptr) != nullptr)
            unsubscribed.push_back(id);
    }

    /// The router confirms a subscription.
    void confirm(subscription_id id)
    {
        if (bridge::event_sink* const sink = subscriptions.at(id - 1).sink)
            sink->subscribed();
    }

    /// The router sends an event.
    void deliver(subscription_id id, const topic_event& what)
    {
        if (bridge::event_sink* const sink = subscriptions.at(id - 1).sink)
            sink->received(what);
    }

    /// The session of a subscription is lost.
    void interrupt(subscription_id id)
    {
        if (bridge::event_sink* const sink = subscriptions.at(id - 1).sink)
            sink->interrupted();
    }

    /// The router refuses a subscription.
    void refuse(subscription_id id, outcome why)
    {
        if (bridge::event_sink* const sink = std::exchange(subscriptions.at(id - 1).sink, nullptr))
            sink->refused(std::move(why));
    }

    void cancel(operation_id id) override
    {
        if (waiting_.erase(id) != 0)
            cancelled.push_back(id);
    }

    std::size_t longest_arguments() const override { return longest; }

    std::size_t waiting() const noexcept { return waiting_.size(); }

    /// Ends the operation that has waited longest.
    void end(outcome how) { end_operation(waiting_.begin()->first, std::move(how)); }

    /// Does nothing when the operation has ended or was cancelled.
    void end_operation(operation_id id, outcome how)
    {
        if (const auto ended = waiting_.extract(id))
            ended.mapped()->ended(std::move(how));
    }

    /// Sends a part of the result; does nothing when none is expected.
    void progress(operation_id id, payload part)
    {
        if (const auto found = waiting_.find(id); found != waiting_.end() && takes_parts_.contains(id))
            found->second->progressed(std::move(part));
    }

    std::vector<wampfcgi::call> calls;      ///< in the order in which they were made
    std::vector<publication> publications;  ///< likewise
    struct subscribed {
        subscription what;
        bridge::event_sink* sink;  ///< null once it has ended
    };
    std::vector<subscribed> subscriptions;                          ///< likewise; the first has the id 1
    std::vector<subscription_id> unsubscribed;                      ///< those that had not ended
    std::vector<operation_id> cancelled;                            ///< those that had not ended
    std::size_t longest = std::numeric_limits<std::size_t>::max();  ///< most bytes of arguments that can be sent
    bool breaks = false;                                            ///< call() throws

private:
    operation_id wait(bridge::outcome_sink& sink)
    {
        waiting_.emplace(++last_id_, &sink);
        return last_id_;
    }

    operation_id last_id_ = 0;
    std::map<operation_id, bridge::outcome_sink*> waiting_;
    std::set<operation_id> takes_parts_;
};

}  // namespace wampfcgi
