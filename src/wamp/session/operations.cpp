#include "wamp/session/operations.hpp"

#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/core/text/size.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/post.hpp>

#include <new>
#include <utility>
#include <variant>

namespace wampfcgi::wamp {
namespace {

// A router that enforces the timeout option may be a little earlier than our timer; its answer has the same meaning.
constexpr std::chrono::milliseconds router_may_be_ahead{250};

constexpr std::size_t kept_message_bytes = 64 * 1024;  // the memory of a longer message is freed

constexpr const char* no_memory = "not enough memory for a message of this size";

struct timeouts {
    std::chrono::milliseconds whole;
    std::optional<std::chrono::milliseconds> part{};
};

timeouts timeouts_of(const call& what)
{
    return {what.timeout, what.receive_progress ? std::optional(what.timeout) : std::nullopt};
}

timeouts timeouts_of(const router_request& what)
{
    const auto* const made = std::get_if<call>(&what);
    return made != nullptr ? timeouts_of(*made)
                           : timeouts{std::visit([](const auto& each) { return each.timeout; }, what)};
}

request_kind kind_of(const call&)
{
    return request_kind::call;
}

void encode(std::string& out, std::uint64_t request_id, const call& what)
{
    encode_call(out, request_id, what);
}

bool is_timeout(const outcome& how)
{
    const auto* error = std::get_if<call_error>(&how);
    return error != nullptr && (error->uri == "wamp.error.timeout" || error->uri == "wamp.error.canceled");
}

}  // namespace

operations::operations(boost::asio::io_context& loop, std::chrono::milliseconds connect_timeout, host& of)
    : loop_(loop),
      connect_timeout_(connect_timeout),
      host_(of),
      timer_(loop)
{}

operations::operation_id operations::start(call& what, bridge::outcome_sink& sink)
{
    if (host_.is_joined())
        return send(std::nullopt, what, sink);
    return wait(call{what.procedure, std::move(what.arguments), what.timeout, what.receive_progress}, sink);
}

operations::operation_id operations::start(router_request what, bridge::outcome_sink& sink)
{
    return host_.is_joined() ? send(std::nullopt, what, sink) : wait(std::move(what), sink);
}

operations::operation_id operations::wait(router_request what, bridge::outcome_sink& sink)
{
    if (host_.refuses_operations())
        return fail(std::nullopt, {errc::router_unavailable, "the session cannot be joined"}, sink);
    if (table_.waiting_bytes() + bytes_of(what) > max_waiting_bytes_)
        return fail(
            std::nullopt,
            {errc::overloaded, "requests that wait for the session fill all " + size_in_words(max_waiting_bytes_)},
            sink);
    const operation_id id = table_.add_waiting(std::move(what), sink, clock::now() + connect_timeout_);
    count_waiting();
    watch_deadlines();
    boost::asio::post(loop_, [life = host_.lifetime()] {
        if (const auto alive = life.lock())
            alive->has_to_hurry();
    });
    return id;
}

void operations::cancel(operation_id id)
{
    if (const auto request_id = table_.remove(id))
        cancel_at_router(*request_id);
    count_waiting();
}

void operations::send_waiting()
{
    while (auto next = table_.take_waiting()) {
        next->sink->waited();
        send(next->id, next->what, *next->sink);
    }
    count_waiting();
}

void operations::fail_in_flight()
{
    const failure why{errc::connection_lost, "the connection broke after the call was sent"};
    while (auto next = table_.take_sent(why))
        next->sink->ended(std::move(next->how));
}

void operations::fail_waiting()
{
    while (const auto next = table_.take_waiting())
        table_.put_failed(next->id, {errc::router_unavailable, "the session cannot be joined"}, *next->sink);
    count_waiting();
    end_failed();
}

template <class Request>
operations::operation_id operations::send(std::optional<operation_id> id, Request& what, bridge::outcome_sink& sink)
{
    // Count the id only once the message is queued: routers require 1, 2, 3, ... without gaps.
    const std::uint64_t request_id = last_request_id_ + 1;
    try {
        const bad_alloc_scope here;
        encode(message_, request_id, what);
    } catch (const std::bad_alloc&) {
        return fail(id, {errc::overloaded, no_memory}, sink);
    }
    // Requests are often in flight together, and are then written together. The only one goes at once.
    const auto when = table_.any_sent() ? write_time::end_of_turn : write_time::now;
    payload* const rest = left_out(what);
    const send_result sent = rest == nullptr ? host_.send(std::move(message_), when)
                                             : host_.send(std::move(message_), std::move(*rest), when);
    if (message_.capacity() > kept_message_bytes)
        std::string().swap(message_);
    switch (sent) {
    case send_result::too_large:
        return fail(id, {errc::body_too_large, "the message is larger than the router takes"}, sink);
    case send_result::queue_full:
        return fail(id, {errc::overloaded, "the router does not read fast enough"}, sink);
    case send_result::no_memory:
        return fail(id, {errc::overloaded, no_memory}, sink);
    case send_result::queued:
        break;
    }
    last_request_id_ = request_id;
    const timeouts limits = timeouts_of(what);
    sent_request as{request_id, kind_of(what), {}, limits.part};
    if (limits.whole.count() > 0)
        as.deadline = clock::now() + limits.whole;
    if (id)
        table_.put_sent(*id, as, sink);
    else
        id = table_.add_sent(as, sink);
    watch_deadlines();
    return *id;
}

/// Calls the sink in a later turn of the event loop.
operations::operation_id operations::fail(std::optional<operation_id> id, failure why, bridge::outcome_sink& sink)
{
    if (id)
        table_.put_failed(*id, std::move(why), sink);
    else
        id = table_.add_failed(std::move(why), sink);
    boost::asio::post(loop_, [this, life = host_.lifetime()] {
        if (const auto alive = life.lock())
            end_failed();
    });
    return *id;
}

void operations::end_failed()
{
    while (auto next = table_.take_failed())
        next->sink->ended(std::move(next->how));
}

void operations::take_answer(router_answer&& answered)
{
    if (answered.is_part)
        return take_part_of_result(std::move(answered));
    if (is_timeout(answered.how)) {
        const auto left = table_.time_left(answered.request_id, clock::now());
        if (left && *left < router_may_be_ahead)
            answered.how = failure{errc::call_timeout, "the router cancelled the call after call_timeout"};
    }
    if (auto* const sink = table_.take_answered(answered.request_id, answered.to))
        return sink->ended(std::move(answered.how));
    log::write(log_level::debug, "late or unknown answer from the router ignored");
}

void operations::take_part_of_result(router_answer&& part)
{
    bridge::outcome_sink* const sink = table_.part_of(part.request_id, clock::now());
    if (sink == nullptr)
        return log::write(log_level::debug, "unexpected progressive result ignored");
    if (auto* const arguments = std::get_if<payload>(&part.how))
        return sink->progressed(std::move(*arguments));
    // The part cannot be parsed, so the rest would be a result with a gap.
    table_.take_answered(part.request_id, part.to);
    cancel_at_router(part.request_id);
    sink->ended(std::move(part.how));
}

/// Only if the router announces CANCEL: to others it is an unknown message.
void operations::cancel_at_router(std::uint64_t request_id)
{
    if (host_.router_cancels_calls())
        host_.send(encode_cancel(request_id), write_time::end_of_turn);
}

void operations::count_waiting() noexcept
{
    const std::size_t now = table_.count_waiting();
    if (waiting_ != nullptr && now != counted_waiting_)
        waiting_->add(now - counted_waiting_);  // a negative difference wraps around
    counted_waiting_ = now;
}

void operations::watch_deadlines()
{
    const auto next = table_.next_deadline();
    if (!next || (watched_ && *watched_ <= *next))
        return;
    watched_ = next;
    timer_.expires_at(*next);
    timer_.async_wait([this, life = host_.lifetime()](boost::system::error_code error) {
        const auto alive = life.lock();
        if (error || !alive)
            return;
        watched_.reset();
        end_expired();
        watch_deadlines();
    });
}

void operations::end_expired()
{
    const auto now = clock::now();
    bool any_sent = false;
    while (auto next = table_.take_expired(now)) {
        any_sent = any_sent || next->was_sent;
        if (next->cancel_request_id)
            cancel_at_router(*next->cancel_request_id);
        next->sink->ended(std::move(next->how));
    }
    count_waiting();
    if (any_sent)
        host_.was_not_answered(now);
}

}  // namespace wampfcgi::wamp
