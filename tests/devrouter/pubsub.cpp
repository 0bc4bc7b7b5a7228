#include "pubsub.hpp"

#include "crypto.hpp"
#include "publish_options.hpp"
#include "session.hpp"
#include "topics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <string>
#include <utility>

namespace wampfcgi::devrouter {

namespace {

struct subscribe_options {
    match_policy match = match_policy::exact;
    bool get_retained = false;
};

/// Nothing unless it is missing or one of the three.
std::optional<match_policy> read_match(const msgpack::object& options)
{
    if (!find(options, "match"))
        return match_policy::exact;
    const auto name = find_text(options, "match").value_or("");
    for (const auto match : {match_policy::exact, match_policy::prefix, match_policy::wildcard})
        if (name == name_of(match))
            return match;
    return {};
}

std::optional<subscribe_options> read_subscribe_options(std::string_view packed_map)
{
    const auto handle = msgpack::unpack(packed_map.data(), packed_map.size());
    const auto match = read_match(handle.get());
    const auto* retained = find(handle.get(), "get_retained");
    if (!match || (retained && retained->type != msgpack::type::BOOLEAN))
        return {};
    return subscribe_options{*match, retained && retained->via.boolean};
}

empty_components allowed_in(match_policy match)
{
    switch (match) {
    case match_policy::exact:
        return empty_components::none;
    case match_policy::prefix:
        return empty_components::last;
    case match_policy::wildcard:
        return empty_components::any;
    }
    return {};
}

}  // namespace

pubsub::pubsub(session& owner) : owner_(owner), broker_(owner.shared().broker_of(owner.realm())) {}

pubsub::~pubsub()
{
    broker_.subscribed().remove_all(owner_);
}

void pubsub::on_publish(const elements& message)
{
    const auto id = message.count >= 4 && message.count <= 6 ? read_uint(message.item[1]) : std::nullopt;
    const auto topic = id ? read_text(message.item[3]) : std::nullopt;
    if (!topic || !is_map(message.item[2]) || (message.count > 4 && !is_list(message.item[4])) ||
        (message.count > 5 && !is_map(message.item[5])))
        return owner_.violated("PUBLISH is [16, id, options, topic, args, kwargs]");
    if (!owner_.take_request_id(*id))
        return;
    const auto options = read_publish_options(message.item[2]);
    if (!options)
        return owner_.violated("an option of PUBLISH is of the wrong type");
    owner_.shared().counts.last_publish_options = message.item[2];

    const auto refuse = [&](std::string_view uri, std::string_view text) {
        if (options->reply == acknowledgement::wanted)
            error(message_type::publish, *id, uri, text);
    };
    if (!is_loose_uri(*topic) || topic->starts_with("wamp."))
        return refuse("wamp.error.invalid_uri", "the topic is no URI to publish to");
    if (is_denied(*topic))
        return refuse("wamp.error.not_authorized", "nobody may publish to that topic");
    publish({.id = random_id(),
             .topic = std::string(*topic),
             .args = std::string(message.item[4]),
             .kwargs = std::string(message.item[5]),
             .receivers = options->receivers,
             .publisher = {}},
            *options, *id);
}

void pubsub::publish(publication what, const publish_options& options, std::uint64_t request)
{
    ++owner_.shared().counts.publications;
    if (options.exclude_me)
        what.receivers.exclude.push_back(owner_.id());
    if (options.disclose_me)
        what.publisher = {owner_.id(), owner_.who().authid, owner_.who().role};
    if (options.reply == acknowledgement::wanted) {
        packed reply;
        reply.list(3).uint(message_type::published).uint(request).uint(what.id);
        answer(what.topic, {message_type::published, request, reply.view()});
    }
    broker_.publish(what);
    if (options.retain)
        broker_.retain(std::move(what));
}

void pubsub::on_subscribe(const elements& message)
{
    const auto id = message.count == 4 ? read_uint(message.item[1]) : std::nullopt;
    const auto topic = id ? read_text(message.item[3]) : std::nullopt;
    if (!topic || !is_map(message.item[2]))
        return owner_.violated("SUBSCRIBE is [32, id, options, topic]");
    if (!owner_.take_request_id(*id))
        return;
    const auto options = read_subscribe_options(message.item[2]);
    if (!options)
        return owner_.violated("an option of SUBSCRIBE is of the wrong type, or an unknown policy");
    ++owner_.shared().counts.subscribes;
    if (!is_loose_uri(*topic, allowed_in(options->match)))
        return error(message_type::subscribe, *id, "wamp.error.invalid_uri", "the topic is no URI to subscribe to");
    if (is_denied(*topic))
        return error(message_type::subscribe, *id, "wamp.error.not_authorized", "nobody may subscribe to that topic");

    const auto& to = broker_.subscribed().add(owner_, *topic, options->match);
    packed reply;
    reply.list(3).uint(message_type::subscribed).uint(*id).uint(to.id);
    answer(*topic, {message_type::subscribed, *id, reply.view()});
    if (options->get_retained)
        broker_.send_retained(owner_, to);
}

void pubsub::on_unsubscribe(const elements& message)
{
    const auto id = message.count == 3 ? read_uint(message.item[1]) : std::nullopt;
    const auto subscription_id = id ? read_uint(message.item[2]) : std::nullopt;
    if (!subscription_id)
        return owner_.violated("UNSUBSCRIBE is [34, id, subscription]");
    if (!owner_.take_request_id(*id))
        return;
    ++owner_.shared().counts.unsubscribes;
    if (!broker_.subscribed().remove(owner_, *subscription_id))
        return error(message_type::unsubscribe, *id, "wamp.error.no_such_subscription", "it is none of this session");
    packed reply;
    reply.list(2).uint(message_type::unsubscribed).uint(*id);
    owner_.send({reply.view()});
}

/// Sends the right answer, unless the topic asks for a wrong one.
void pubsub::answer(std::string_view topic, const pubsub_answer& right)
{
    if (!break_rules(*this, topic, right))
        owner_.send({right.packed});
}

void pubsub::send_after(std::chrono::steady_clock::duration delay, std::string_view packed)
{
    const auto timer = std::make_shared<boost::asio::steady_timer>(owner_.wire().executor(), delay);
    timer->async_wait([timer, self = weak_from_this(), late = std::string(packed)](boost::system::error_code) {
        if (const auto alive = self.lock())
            alive->owner_.send({late});
    });
}

void pubsub::error(std::uint64_t type, std::uint64_t request, std::string_view uri, std::string_view text)
{
    packed reply;
    reply.list(6).uint(message_type::error).uint(type).uint(request).map(0).text(uri).list(1).text(text);
    owner_.send({reply.view()});
}

}  // namespace wampfcgi::devrouter
