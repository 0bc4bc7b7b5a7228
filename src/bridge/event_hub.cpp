#include "bridge/event_hub.hpp"

#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/core/memory.hpp"

#include <exception>
#include <new>
#include <optional>

namespace wampfcgi::bridge {
namespace {

/// Renders an event for clients (WHATWG HTML, "Server-sent events"). Nothing when JSON cannot represent it, or memory
/// runs out. JSON escapes line ends, so the data is a single line.
std::optional<std::string> text_of(const topic_event& what)
try {
    const bad_alloc_scope here;
    const auto object = codec::event_body(what);
    if (!object)
        return std::nullopt;
    return "id: " + std::to_string(what.publication_id) + "\ndata: " + *object + "\n\n";
} catch (const std::bad_alloc&) {
    return std::nullopt;
}

}  // namespace

/// A subscription at the router, with the listeners that share it.
class event_hub::channel final : public event_sink {
public:
    channel(event_hub& hub, key name, std::uint64_t number) : hub_(hub), name_(std::move(name)), number_(number) {}

    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    void subscribe(const subscription& what) { id_ = hub_.session_.subscribe(what, *this); }
    void unsubscribe() { hub_.session_.unsubscribe(id_); }

    std::list<listener*>::iterator add(listener& who)
    {
        ++joined_;
        return listeners_.insert(listeners_.end(), &who);
    }

    void remove(std::list<listener*>::iterator place)
    {
        listeners_.erase(place);
        if (listeners_.empty() && !has_ended_)
            hub_.has_nobody(*this);
    }

    bool is_empty() const noexcept { return listeners_.empty(); }
    event_hub::state state() const noexcept { return state_; }
    const key& name() const noexcept { return name_; }

    /// Compared later to see whether this is still the same channel, and nobody has joined it meanwhile.
    std::pair<std::uint64_t, std::uint64_t> age() const noexcept { return {number_, joined_}; }

private:
    void subscribed() override
    {
        state_ = state::confirmed;
        tell([](listener& each) { each.subscribed(); });
    }

    void received(const topic_event& what) override
    {
        if (listeners_.empty())
            return;
        if (const auto text = text_of(what))
            return tell([&](listener& each) { each.received(what.publication_id, *text); });
        tell([](listener& each) { each.interrupted(); });
        tell([](listener& each) { each.subscribed(); });
    }

    void interrupted() override
    {
        state_ = state::interrupted;
        tell([](listener& each) { each.interrupted(); });
    }

    void refused(outcome why) override
    {
        has_ended_ = true;
        const auto self = hub_.channels_.extract(name_);
        tell([&](listener& each) { each.refused(why); });
    }

    /// A listener may remove itself when called.
    template <class Tell>
    void tell(const Tell& what)
    {
        for (auto next = listeners_.begin(); next != listeners_.end();)
            what(**next++);
    }

    event_hub& hub_;
    key name_;
    std::uint64_t number_;
    std::uint64_t joined_ = 0;
    session::subscription_id id_ = 0;
    event_hub::state state_ = state::requested;
    bool has_ended_ = false;
    std::list<listener*> listeners_;
};

event_hub::event_hub(session& realm, timers& wakers) : session_(realm), timers_(wakers) {}

event_hub::~event_hub()
{
    for (const auto& [name, each] : channels_)
        each->unsubscribe();
}

event_hub::share::share(channel& of, listener& who) : of_(&of), place_(of.add(who)) {}

event_hub::share::~share()
{
    if (of_ != nullptr)
        of_->remove(place_);
}

event_hub::state event_hub::share::state() const
{
    return of_->state();
}

event_hub::share event_hub::join(const subscription& what, listener& who)
{
    auto& found = channels_[{what.match, what.topic}];
    if (!found) {
        found = std::make_unique<channel>(*this, key{what.match, what.topic}, ++last_channel_);
        found->subscribe(what);
    }
    return {*found, who};
}

void event_hub::has_nobody(channel& which)
{
    timers_.call_after(linger, [this, name = which.name(), age = which.age()] {
        const auto found = channels_.find(name);
        if (found == channels_.end() || !found->second->is_empty() || found->second->age() != age)
            return;
        found->second->unsubscribe();
        channels_.erase(found);
    });
}

}  // namespace wampfcgi::bridge
