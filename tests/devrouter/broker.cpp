#include "broker.hpp"

#include "session.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::devrouter {

namespace {

enum class freshness { live, retained };

template <typename List, typename Value>
bool holds(const List& list, const Value& value)
{
    return std::ranges::find(list, value) != list.end();
}

/// The message without its keyword arguments.
packed event_head(const publication& what, const subscription& to, freshness age)
{
    const bool names_topic = to.match != match_policy::exact;
    const bool has_payload = !what.args.empty() || !what.kwargs.empty();
    packed head;
    head.list(4 + (has_payload ? 1 : 0) + (what.kwargs.empty() ? 0 : 1));
    head.uint(message_type::event).uint(to.id).uint(what.id);
    head.map((names_topic ? 1 : 0) + (what.publisher ? 3 : 0) + (age == freshness::retained ? 1 : 0));
    if (names_topic)
        head.text("topic").text(what.topic);
    if (what.publisher) {
        head.text("publisher").uint(what.publisher->session_id);
        head.text("publisher_authid").text(what.publisher->authid);
        head.text("publisher_authrole").text(what.publisher->role);
    }
    if (age == freshness::retained)
        head.text("retained").flag(true);
    if (has_payload)
        head.raw(what.args.empty() ? empty_list : std::string_view(what.args));
    return head;
}

}  // namespace

bool audience::admits(const session& who) const
{
    return (!eligible || holds(*eligible, who.id())) &&
           (!eligible_authid || holds(*eligible_authid, who.who().authid)) &&
           (!eligible_authrole || holds(*eligible_authrole, who.who().role)) && !holds(exclude, who.id()) &&
           !holds(exclude_authid, who.who().authid) && !holds(exclude_authrole, who.who().role);
}

bool audience::is_open() const
{
    return !eligible && !eligible_authid && !eligible_authrole && exclude_authid.empty() && exclude_authrole.empty();
}

void broker::publish(const publication& what)
{
    for (const auto* to : subscribed_.matching(what.topic)) {
        const auto head = event_head(what, *to, freshness::live);
        for (auto* who : to->subscribers)
            if (what.receivers.admits(*who) && who->send({head.view(), what.kwargs}))
                ++counts_.events;
    }
}

void broker::retain(publication what)
{
    auto& kept = retained_[what.topic];
    if (what.receivers.is_open())
        kept.clear();
    kept.push_back(std::move(what));
}

void broker::send_retained(session& who, const subscription& to) const
{
    const auto kept = to.match == match_policy::exact ? retained_.find(to.topic) : retained_.end();
    if (kept == retained_.end())
        return;
    const auto& events = kept->second;
    const auto latest = std::find_if(events.rbegin(), events.rend(),
                                     [&](const publication& what) { return what.receivers.admits(who); });
    if (latest == events.rend())
        return;
    const auto head = event_head(*latest, to, freshness::retained);
    if (who.send({head.view(), latest->kwargs}))
        ++counts_.events;
}

}  // namespace wampfcgi::devrouter
