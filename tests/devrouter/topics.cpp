#include "topics.hpp"

#include "session.hpp"

#include <charconv>
#include <optional>
#include <unordered_map>

namespace wampfcgi::devrouter {

namespace {

constexpr std::string_view denied = "com.example.denied";
constexpr std::string_view late_prefix = "com.example.fault.late.";
constexpr std::uint64_t never_asked = 1'000'000;  // added to a request's id: no test makes that many requests

using topic_fault = void (*)(session& asked, const pubsub_answer& right);

void silent(session&, const pubsub_answer&) {}

void drop(session& asked, const pubsub_answer&)
{
    asked.wire().drop();
}

void twice(session& asked, const pubsub_answer& right)
{
    asked.send({right.packed});
    asked.send({right.packed});
}

void unknown_id(session& asked, const pubsub_answer& right)
{
    packed answer;
    answer.list(3).uint(right.type).uint(right.request + never_asked).uint(1);
    packed error;
    error.list(5).uint(message_type::error);
    error.uint(right.type == message_type::published ? message_type::publish : message_type::subscribe);
    error.uint(right.request + never_asked + 1).map(0).text("com.example.error.whose");
    asked.send({answer.view()});
    asked.send({error.view()});
    asked.send({right.packed});
}

void wrong_type(session& asked, const pubsub_answer& right)
{
    packed odd[4];
    odd[0].list(1).uint(right.type);
    odd[1].list(2).uint(right.type).uint(right.request);
    odd[2].list(3).uint(right.type).text("x").uint(1);
    odd[3].list(3).uint(right.type).uint(right.request).text("x");
    for (const auto& message : odd)
        asked.send({message.view()});
    asked.send({right.packed});
}

const std::unordered_map<std::string_view, topic_fault> faults{
    {"com.example.fault.silent", silent},         {"com.example.fault.drop", drop},
    {"com.example.fault.twice", twice},           {"com.example.fault.unknown_id", unknown_id},
    {"com.example.fault.wrong_type", wrong_type},
};

/// The delay in a topic's name: com.example.fault.late.MILLISECONDS.
std::optional<std::chrono::milliseconds> delay_of(std::string_view topic)
{
    if (!topic.starts_with(late_prefix))
        return {};
    unsigned time = 0;
    const auto* end = topic.data() + topic.size();
    if (std::from_chars(topic.data() + late_prefix.size(), end, time).ptr != end)
        return {};
    return std::chrono::milliseconds(time);
}

}  // namespace

bool is_denied(std::string_view topic)
{
    return topic.starts_with(denied);
}

bool break_rules(pubsub& asked, std::string_view topic, const pubsub_answer& right)
{
    if (const auto delay = delay_of(topic)) {
        asked.send_after(*delay, right.packed);
        return true;
    }
    const auto found = faults.find(topic);
    if (found == faults.end())
        return false;
    found->second(asked.owner(), right);
    return true;
}

}  // namespace wampfcgi::devrouter
