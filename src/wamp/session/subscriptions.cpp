#include "wamp/session/subscriptions.hpp"

#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {
namespace {

// No caller waits for UNSUBSCRIBED; the time-out detects a router that does not answer.
constexpr std::chrono::seconds unsubscribe_timeout{30};

/// A sink for results that are ignored.
struct nobody final : bridge::outcome_sink {
    void ended(outcome&& /*how*/) override {}
};

bool is_loss_of_session(const outcome& how)
{
    const auto* const why = std::get_if<failure>(&how);
    return why != nullptr && why->code == errc::connection_lost;
}

}  // namespace

class subscriptions::one final : public bridge::outcome_sink {
public:
    one(subscriptions& of, subscription_id number, subscription what, bridge::event_sink& listener)
        : id(number),
          sink(&listener),
          of_(of),
          what_(std::move(what))
    {}

    void request()
    {
        is_requested = true;
        of_.start_(what_, *this);
    }

    void ended(outcome&& how) override
    {
        is_requested = false;
        if (const auto* const yes = std::get_if<accepted>(&how))
            return of_.confirmed(*this, yes->id);
        if (!is_loss_of_session(how) || sink == nullptr)
            return of_.refused(*this, std::move(how));
        if (!was_confirmed)
            request();  // waits for the next session, with the usual limit
    }

    const std::string& topic() const noexcept { return what_.topic; }

    const subscription_id id;
    bridge::event_sink* sink;                // null: not wanted any more, but SUBSCRIBE is in flight
    std::optional<std::uint64_t> router_id;  // set while events may arrive
    bool is_requested = false;               // SUBSCRIBE is in flight
    bool was_confirmed = false;              // by this session or an earlier one

private:
    subscriptions& of_;
    subscription what_;
};

subscriptions::subscriptions(starter start) : start_(std::move(start)) {}

subscriptions::~subscriptions() = default;

subscriptions::subscription_id subscriptions::add(subscription what, bridge::event_sink& sink)
{
    const subscription_id id = ++last_id_;
    all_.emplace(id, std::make_unique<one>(*this, id, std::move(what), sink)).first->second->request();
    return id;
}

void subscriptions::remove(subscription_id id)
{
    const auto found = all_.find(id);
    if (found == all_.end())
        return;
    one& which = *found->second;
    which.sink = nullptr;
    if (which.is_requested)
        return;
    if (which.router_id)
        end_at_router(*which.router_id);
    all_.erase(found);
}

void subscriptions::session_begins()
{
    for (const auto& [id, each] : all_)
        if (!each->is_requested)
            each->request();
}

// A sink may end other subscriptions, or begin new ones.
void subscriptions::session_ends()
{
    by_router_id_.clear();
    std::vector<subscription_id> interrupted;
    for (const auto& [id, each] : all_)
        if (each->router_id) {
            each->router_id.reset();
            interrupted.push_back(id);
        }
    for (const subscription_id id : interrupted)
        if (const auto found = all_.find(id); found != all_.end())
            found->second->sink->interrupted();
}

void subscriptions::take(const router_event& event)
{
    const auto found = by_router_id_.find(event.subscription_id);
    if (found == by_router_id_.end())
        return log::write(log_level::debug, "event for an unknown subscription ignored");
    one& which = *found->second;
    const auto* const what = std::get_if<topic_event>(&event.what);
    if (what != nullptr && !what->topic.empty())
        return which.sink->received(*what);
    if (what != nullptr)
        return which.sink->received({what->publication_id, which.topic(), what->arguments});
    log::write(log_level::warning, "event ignored: " + std::get<failure>(event.what).detail);
    const subscription_id id = which.id;
    which.sink->interrupted();
    if (const auto still = all_.find(id); still != all_.end() && still->second->sink != nullptr)
        still->second->sink->subscribed();
}

void subscriptions::take(router_revocation ended)
{
    const auto found = by_router_id_.find(ended.subscription_id);
    if (found == by_router_id_.end())
        return;
    one& which = *found->second;
    by_router_id_.erase(found);
    refused(which, call_error{ended.reason.empty() ? "wamp.error.unavailable" : std::move(ended.reason), {}});
}

void subscriptions::confirmed(one& which, std::uint64_t router_id)
{
    if (which.sink == nullptr) {
        all_.erase(which.id);
        return end_at_router(router_id);
    }
    which.router_id = router_id;
    which.was_confirmed = true;
    by_router_id_[router_id] = &which;
    which.sink->subscribed();
}

void subscriptions::refused(one& which, outcome why)
{
    const auto ended = all_.extract(which.id);
    if (ended.mapped()->sink != nullptr)
        ended.mapped()->sink->refused(std::move(why));
}

void subscriptions::end_at_router(std::uint64_t router_id)
{
    static nobody is_interested;
    by_router_id_.erase(router_id);
    start_(unsubscription{router_id, unsubscribe_timeout}, is_interested);
}

}  // namespace wampfcgi::wamp
