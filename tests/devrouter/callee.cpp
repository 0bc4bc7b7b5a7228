#include "callee.hpp"

#include "crypto.hpp"
#include "session.hpp"
#include "topics.hpp"

#include <algorithm>

namespace wampfcgi::devrouter {

namespace {

bool announces(const msgpack::object& hello, std::string_view feature)
{
    const msgpack::object* at = &hello;
    for (const std::string_view key :
         {std::string_view("roles"), std::string_view("callee"), std::string_view("features"), feature}) {
        at = find(*at, key);
        if (!at)
            return false;
    }
    return at->type == msgpack::type::BOOLEAN && at->via.boolean;
}

/// Supports no patterns, and one callee for each procedure.
bool are_supported(std::string_view packed_options)
{
    const auto handle = msgpack::unpack(packed_options.data(), packed_options.size());
    return find_text(handle.get(), "match").value_or("exact") == "exact" &&
           find_text(handle.get(), "invoke").value_or("single") == "single";
}

progress_wish read_progress(std::string_view packed_options)
{
    const auto handle = msgpack::unpack(packed_options.data(), packed_options.size());
    const auto* progress = find(handle.get(), "progress");
    const bool is_set = progress && progress->type == msgpack::type::BOOLEAN && progress->via.boolean;
    return is_set ? progress_wish::wanted : progress_wish::none;
}

/// True when the elements from `at` on are a payload, or there are none.
bool is_payload(const elements& message, std::size_t at)
{
    return message.count <= at + 2 && (message.count <= at || is_list(message.item[at])) &&
           (message.count <= at + 1 || is_map(message.item[at + 1]));
}

}  // namespace

callee::callee(session& owner) : owner_(owner), registry_(owner.shared().registry_of(owner.realm()))
{
    const auto hello = msgpack::unpack(owner.hello_details().data(), owner.hello_details().size());
    heeds_interrupts_ = announces(hello.get(), "call_canceling");
    sends_progress_ = heeds_interrupts_ && announces(hello.get(), "progressive_call_results");
}

callee::~callee()
{
    std::erase_if(registry_, [this](const auto& entry) { return entry.second.owner == this; });
    for (const auto& [id, invocation] : open_)
        if (const auto caller = invocation.caller.lock())
            caller->fail_served(invocation.call_id, "wamp.error.canceled");
}

void callee::on_register(const elements& message)
{
    const auto id = message.count == 4 ? read_uint(message.item[1]) : std::nullopt;
    const auto name = id ? read_text(message.item[3]) : std::nullopt;
    if (!name || !is_map(message.item[2]))
        return owner_.violated("REGISTER is [64, id, options, procedure]");
    if (!owner_.take_request_id(*id))
        return;
    if (!are_supported(message.item[2]))
        return refuse(message_type::register_procedure, *id, "wamp.error.option_not_allowed");
    register_procedure(*id, *name);
}

void callee::register_procedure(std::uint64_t request, std::string_view name)
{
    if (!is_loose_uri(name) || name.starts_with("wamp."))
        return refuse(message_type::register_procedure, request, "wamp.error.invalid_uri");
    if (is_denied(name))
        return refuse(message_type::register_procedure, request, "wamp.error.not_authorized");
    const registration made{random_id(), this};
    if (owner_.shared().find_procedure(name) || !registry_.try_emplace(std::string(name), made).second)
        return refuse(message_type::register_procedure, request, "wamp.error.procedure_already_exists");
    packed reply;
    reply.list(3).uint(message_type::registered).uint(request).uint(made.id);
    owner_.send({reply.view()});
}

void callee::on_unregister(const elements& message)
{
    const auto id = message.count == 3 ? read_uint(message.item[1]) : std::nullopt;
    const auto registration_id = id ? read_uint(message.item[2]) : std::nullopt;
    if (!registration_id)
        return owner_.violated("UNREGISTER is [66, id, registration]");
    if (!owner_.take_request_id(*id))
        return;
    const auto ended = std::erase_if(registry_, [&](const auto& entry) {
        return entry.second.owner == this && entry.second.id == *registration_id;
    });
    if (ended == 0)
        return refuse(message_type::unregister_procedure, *id, "wamp.error.no_such_registration");
    packed reply;
    reply.list(2).uint(message_type::unregistered).uint(*id);
    owner_.send({reply.view()});
}

std::uint64_t callee::invoke(dealer& caller, const invocation& call, std::uint64_t registration_id)
{
    const bool progress = sends_progress_ && call.progress == progress_wish::wanted;
    const bool disclosed = call.disclosure == disclosure_wish::wanted;
    packed head;
    head.list(4 + (call.args.empty() ? 0 : 1) + (call.kwargs.empty() ? 0 : 1)).uint(message_type::invocation);
    head.uint(++last_invocation_id_).uint(registration_id).map((progress ? 1 : 0) + (disclosed ? 3 : 0));
    if (progress)
        head.text("receive_progress").flag(true);
    if (disclosed) {
        const auto& who = caller.owner();
        head.text("caller").uint(who.id()).text("caller_authid").text(who.who().authid);
        head.text("caller_authrole").text(who.who().role);
    }
    if (!owner_.send({head.view(), call.args, call.kwargs})) {
        --last_invocation_id_;
        return 0;
    }
    open_[last_invocation_id_] = {caller.weak_from_this(), call.id};
    return last_invocation_id_;
}

void callee::interrupt(std::uint64_t invocation_id, std::string_view mode)
{
    if (!heeds_interrupts_ || !owner_.has_joined())
        return;
    packed message;
    message.list(3).uint(message_type::interrupt).uint(invocation_id).map(1).text("mode").text(mode);
    owner_.send({message.view()});
}

void callee::on_yield(const elements& message)
{
    const auto id = message.count >= 3 ? read_uint(message.item[1]) : std::nullopt;
    if (!id || !is_map(message.item[2]) || !is_payload(message, 3))
        return owner_.violated("YIELD is [70, invocation, options, args, kwargs]");
    const auto caller = find_caller(*id);
    const auto kind = read_progress(message.item[2]);
    const auto call_id = caller ? open_.at(*id).call_id : 0;
    if (kind == progress_wish::none)
        open_.erase(*id);
    if (caller)
        caller->serve(call_id, kind, message.item[3], message.item[4]);
}

void callee::on_error(const elements& message)
{
    const auto type = message.count >= 5 ? read_uint(message.item[1]) : std::nullopt;
    const auto id = type == message_type::invocation ? read_uint(message.item[2]) : std::nullopt;
    const auto uri = id ? read_text(message.item[4]) : std::nullopt;
    if (!uri || !is_map(message.item[3]) || !is_payload(message, 5))
        return owner_.violated("ERROR is [8, 68, invocation, details, uri, args, kwargs]");
    const auto caller = find_caller(*id);
    const auto call_id = caller ? open_.at(*id).call_id : 0;
    open_.erase(*id);
    if (caller)
        caller->fail_served(call_id, *uri, message.item[5], message.item[6]);
}

std::shared_ptr<dealer> callee::find_caller(std::uint64_t invocation_id)
{
    if (invocation_id == 0 || invocation_id > last_invocation_id_)
        owner_.violated("an answer to an invocation that was never made");
    const auto found = open_.find(invocation_id);
    return found == open_.end() ? nullptr : found->second.caller.lock();
}

void callee::refuse(std::uint64_t type, std::uint64_t request, std::string_view uri)
{
    packed reply;
    reply.list(5).uint(message_type::error).uint(type).uint(request).map(0).text(uri);
    owner_.send({reply.view()});
}

}  // namespace wampfcgi::devrouter
