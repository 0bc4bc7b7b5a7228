#include "procedures.hpp"

#include "dealer.hpp"
#include "session.hpp"

namespace wampfcgi::devrouter {

namespace {

constexpr std::uint64_t never_used = 1'000'000;  // added to a call's id: no test makes that many calls

/// [50, id, {}, [text]]
packed result_message(std::uint64_t id, std::string_view text)
{
    packed message;
    message.list(4).uint(message_type::result).uint(id).map(0).list(1).text(text);
    return message;
}

void survived(dealer& calls, const invocation& call)
{
    packed args;
    args.list(1).text("survived");
    calls.result(call.id, args.view());
}

void drop(dealer& calls, const invocation&)
{
    calls.owner().wire().drop();
}

void drop_mid_frame(dealer& calls, const invocation& call)
{
    calls.owner().wire().misbehave(wire_fault::half_frame, result_message(call.id, "never whole").view());
}

void late(dealer& calls, const invocation& call)
{
    if (const auto time = read_seconds(calls, call))
        calls.result_after(call.id, *time, on_cancel::go_on, call.args);
}

void silent(dealer& calls, const invocation& call)
{
    calls.never_answer(call.id);
}

void garbage(dealer& calls, const invocation& call)
{
    calls.owner().send({"\xc1\xc1\xc1\xc1"});  // the only byte that begins no MessagePack value
    survived(calls, call);
}

void wrong_type(dealer& calls, const invocation& call)
{
    packed odd[6];
    odd[0].list(0);
    odd[1].list(1).uint(message_type::result);
    odd[2].list(2).uint(message_type::result).text("x");
    odd[3].list(2).uint(99).uint(1);
    odd[4].map(1).text("a").uint(1);
    odd[5].list(4).uint(message_type::result).uint(call.id).map(0).text("no list");
    for (const auto& message : odd)
        calls.owner().send({message.view()});
    survived(calls, call);
}

void unknown_id(dealer& calls, const invocation& call)
{
    calls.owner().send({result_message(call.id + never_used, "whose?").view()});
    packed message;
    message.list(5).uint(message_type::error).uint(message_type::call).uint(call.id + never_used + 1).map(0);
    message.text("com.example.error.whose");
    calls.owner().send({message.view()});
    survived(calls, call);
}

void twice(dealer& calls, const invocation& call)
{
    survived(calls, call);
    survived(calls, call);
}

void say_goodbye(dealer& calls, const invocation&)
{
    calls.owner().leave("wamp.close.system_shutdown");
}

void abort_session(dealer& calls, const invocation&)
{
    calls.owner().abort("wamp.error.system_failure", "asked to");
}

void oversized(dealer& calls, const invocation& call)
{
    calls.owner().wire().misbehave(wire_fault::endless_frame, result_message(call.id, "never whole").view());
}

void reserved_frame(dealer& calls, const invocation& call)
{
    calls.owner().wire().misbehave(wire_fault::reserved_frame, result_message(call.id, "not for reading").view());
    survived(calls, call);
}

void refuse_logins(dealer& calls, const invocation& call)
{
    const auto time = read_seconds(calls, call);
    if (!time)
        return;
    calls.owner().shared().refuse_logins_until = std::chrono::steady_clock::now() + *time;
    calls.result(call.id, call.args);
}

void ping(dealer& calls, const invocation& call)
{
    constexpr std::uint64_t most = 1000;
    const auto args = split_array(call.args);
    const auto count = args && args->count == 1 ? read_uint(args->item[0]) : std::nullopt;
    if (!count || *count > most)
        return calls.error_text(call.id, "wamp.error.invalid_argument", "expected a number of pings, up to 1000");
    for (std::uint64_t i = 1; i <= *count; ++i)
        calls.owner().wire().ping("ping " + std::to_string(i));
    calls.result(call.id, call.args);
}

void deaf(dealer& calls, const invocation& call)
{
    const auto time = read_seconds(calls, call);
    if (!time)
        return;
    calls.result(call.id, call.args);
    calls.owner().wire().stop_reading_for(*time);
}

}  // namespace

void add_faults(procedure_table& table)
{
    table.insert({
        {"com.example.fault.drop", drop},
        {"com.example.fault.drop_mid_frame", drop_mid_frame},
        {"com.example.fault.late", late},
        {"com.example.fault.silent", silent},
        {"com.example.fault.garbage", garbage},
        {"com.example.fault.wrong_type", wrong_type},
        {"com.example.fault.unknown_id", unknown_id},
        {"com.example.fault.twice", twice},
        {"com.example.fault.goodbye", say_goodbye},
        {"com.example.fault.abort", abort_session},
        {"com.example.fault.oversized", oversized},
        {"com.example.fault.reserved_frame", reserved_frame},
        {"com.example.fault.refuse_logins", refuse_logins},
        {"com.example.fault.ping", ping},
        {"com.example.fault.deaf", deaf},
    });
}

}  // namespace wampfcgi::devrouter
