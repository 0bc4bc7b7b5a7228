#include "crypto.hpp"
#include "dealer.hpp"
#include "procedures.hpp"
#include "session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace wampfcgi::devrouter {

namespace {

/// [36, subscription, publication, {}, ["odd"]]
packed odd_event(std::uint64_t subscription_id)
{
    packed message;
    message.list(5).uint(message_type::event).uint(subscription_id).uint(random_id()).map(0).list(1).text("odd");
    return message;
}

using event_fault = void (*)(session& subscriber, std::uint64_t subscription_id);

/// Applies the fault to all subscribers of the topic in the only argument. Then sends them "survived", if they are
/// still there.
void do_to_subscribers(dealer& calls, const invocation& call, event_fault fault)
{
    const auto args = read_args(call, 1, 1);
    const auto topic = args ? read_text(args->item[0]) : std::nullopt;
    if (!topic)
        return refuse(calls, call, "expected a topic");
    const auto alive = calls.shared_from_this();  // the caller may be one of them
    packed survived;
    survived.list(1).text("survived");
    auto& events = calls.owner().shared().broker_of(calls.owner().realm());
    std::vector<std::pair<session*, std::uint64_t>> found;
    for (const auto* to : events.subscribed().matching(*topic))
        for (auto* who : to->subscribers)
            found.emplace_back(who, to->id);
    for (const auto& [who, subscription_id] : found)
        fault(*who, subscription_id);
    events.publish({.id = random_id(),
                    .topic = std::string(*topic),
                    .args = std::string(survived.view()),
                    .kwargs = {},
                    .receivers = {},
                    .publisher = {}});
    if (calls.owner().has_joined())
        calls.result(call.id, survived.view());
}

void unknown_id(session& subscriber, std::uint64_t subscription_id)
{
    subscriber.send({odd_event(subscription_id ^ 1).view()});
}

void wrong_type(session& subscriber, std::uint64_t subscription_id)
{
    packed odd[7];
    odd[0].list(1).uint(message_type::event);
    odd[1].list(2).uint(message_type::event).uint(subscription_id);
    odd[2].list(3).uint(message_type::event).uint(subscription_id).uint(1);
    odd[3].list(4).uint(message_type::event).text("x").uint(1).map(0);
    odd[4].list(4).uint(message_type::event).uint(subscription_id).text("x").map(0);
    odd[5].list(5).uint(message_type::event).uint(subscription_id).uint(1).map(0).text("no list");
    odd[6].list(6).uint(message_type::event).uint(subscription_id).uint(1).map(0).list(0).text("no map");
    for (const auto& message : odd)
        subscriber.send({message.view()});
}

void garbage(session& subscriber, std::uint64_t)
{
    subscriber.send({"\xc1\xc1\xc1\xc1"});  // the only byte that begins no MessagePack value
}

void twice(session& subscriber, std::uint64_t subscription_id)
{
    const auto message = odd_event(subscription_id);
    subscriber.send({message.view()});
    subscriber.send({message.view()});
}

void drop(session& subscriber, std::uint64_t)
{
    subscriber.wire().drop();
}

void say_goodbye(session& subscriber, std::uint64_t)
{
    if (subscriber.has_joined())
        subscriber.leave("wamp.close.system_shutdown");
}

/// Subscription revocation: an UNSUBSCRIBED without a request.
void revoke(session& subscriber, std::uint64_t subscription_id)
{
    packed message;
    message.list(3).uint(message_type::unsubscribed).uint(0).map(2).text("subscription").uint(subscription_id);
    message.text("reason").text("wamp.error.not_authorized");
    subscriber.shared().broker_of(subscriber.realm()).subscribed().remove(subscriber, subscription_id);
    subscriber.send({message.view()});
}

template <event_fault fault>
void do_to_subscribers(dealer& calls, const invocation& call)
{
    do_to_subscribers(calls, call, fault);
}

}  // namespace

void add_event_faults(procedure_table& table)
{
    table.insert({
        {"com.example.fault.event_unknown_id", do_to_subscribers<unknown_id>},
        {"com.example.fault.event_wrong_type", do_to_subscribers<wrong_type>},
        {"com.example.fault.event_garbage", do_to_subscribers<garbage>},
        {"com.example.fault.event_twice", do_to_subscribers<twice>},
        {"com.example.fault.event_drop", do_to_subscribers<drop>},
        {"com.example.fault.event_goodbye", do_to_subscribers<say_goodbye>},
        {"com.example.fault.event_revoke", do_to_subscribers<revoke>},
    });
}

}  // namespace wampfcgi::devrouter
