#include "dealer.hpp"

#include "callee.hpp"
#include "procedures.hpp"
#include "session.hpp"

#include <utility>

namespace wampfcgi::devrouter {

namespace {

struct call_options {
    std::optional<std::uint64_t> timeout_ms;  ///< 0: none; nothing: not a valid number
    progress_wish progress = progress_wish::none;
    disclosure_wish disclosure = disclosure_wish::none;
};

/// Returns nothing when an option has a type that breaks the protocol.
std::optional<call_options> read_call_options(std::string_view options)
{
    if (options == empty_map)
        return call_options{.timeout_ms = 0};
    const auto handle = msgpack::unpack(options.data(), options.size());
    call_options read{.timeout_ms = 0};
    if (const auto* timeout = find(handle.get(), "timeout"))
        read.timeout_ms =
            timeout->type == msgpack::type::POSITIVE_INTEGER ? std::optional(timeout->via.u64) : std::nullopt;
    const auto* progress = find(handle.get(), "receive_progress");
    const auto* disclosure = find(handle.get(), "disclose_me");
    for (const auto* flag : {progress, disclosure})
        if (flag && flag->type != msgpack::type::BOOLEAN)
            return {};
    if (progress && progress->via.boolean)
        read.progress = progress_wish::wanted;
    if (disclosure && disclosure->via.boolean)
        read.disclosure = disclosure_wish::wanted;
    return read;
}

/// The option "mode" of CANCEL; nothing for an unknown one.
std::optional<std::string> read_cancel_mode(std::string_view options)
{
    const auto handle = msgpack::unpack(options.data(), options.size());
    const auto* mode = find(handle.get(), "mode");
    if (!mode)
        return "killnowait";
    const auto name = find_text(handle.get(), "mode").value_or("");
    if (name != "killnowait" && name != "kill" && name != "skip")
        return {};
    return std::string(name);
}

std::string_view or_empty_list(std::string_view args, std::string_view kwargs)
{
    return args.empty() && !kwargs.empty() ? empty_list : args;
}

std::size_t payload_fields(std::string_view args, std::string_view kwargs)
{
    return (args.empty() ? 0 : 1) + (kwargs.empty() ? 0 : 1);
}

}  // namespace

dealer::dealer(session& owner) : owner_(owner) {}

dealer::~dealer()
{
    for (const auto& [id, call] : pending_)
        if (const auto callee = call.served_by.lock(); callee && !call.answered)
            callee->interrupt(call.invocation_id, "killnowait");
}

void dealer::on_call(const elements& message)
{
    const auto id = message.count >= 4 && message.count <= 6 ? read_uint(message.item[1]) : std::nullopt;
    const auto name = id ? read_text(message.item[3]) : std::nullopt;
    if (!name || !is_map(message.item[2]) || (message.count > 4 && !is_list(message.item[4])) ||
        (message.count > 5 && !is_map(message.item[5])))
        return owner_.violated("CALL is [48, id, options, procedure, args, kwargs]");
    if (!owner_.take_request_id(*id))
        return;

    auto& counts = owner_.shared().counts;
    const auto options = read_call_options(message.item[2]);
    if (!options)
        return owner_.violated("the options receive_progress and disclose_me are true or false");
    const auto timeout = options->timeout_ms;
    if (*name != stats_procedure) {
        ++counts.calls;
        const auto known = counts.calls_by_procedure.find(*name);
        if (known == counts.calls_by_procedure.end())
            counts.calls_by_procedure.emplace(*name, 1);
        else
            ++known->second;
        counts.last_call_options = message.item[2];
        counts.last_timeout_ms = timeout.value_or(0);
    }
    if (!timeout)
        return error_text(*id, "wamp.error.invalid_argument", "option timeout: expected milliseconds");
    run({*id, message.item[4], message.item[5], options->progress, options->disclosure}, *name);
    if (owner_.shared().settings.enforce_timeout && *timeout > 0 && pending_.contains(*id))
        start_deadline(*id, std::chrono::milliseconds(*timeout));
}

void dealer::run(const invocation& call, std::string_view name)
{
    if (!is_loose_uri(name))
        return error_text(call.id, "wamp.error.invalid_uri", "the procedure is no URI");
    if (const auto answer = owner_.shared().find_procedure(name))
        return answer(*this, call);
    const auto& others = owner_.shared().registry_of(owner_.realm());
    if (const auto found = others.find(name); found != others.end())
        return invoke(call, found->second);
    error_text(call.id, "wamp.error.no_such_procedure",
               "no callee registered for procedure <" + std::string(name) + ">");
}

void dealer::invoke(const invocation& call, const registration& to)
{
    const auto invocation_id = to.owner->invoke(*this, call, to.id);
    if (invocation_id == 0)
        return error_text(call.id, "wamp.error.payload_size_exceeded", "the call is longer than the callee takes");
    auto& waiting = pending_[call.id];
    waiting.manners = on_cancel::stop;
    waiting.progress = call.progress;
    waiting.served_by = to.owner->weak_from_this();
    waiting.invocation_id = invocation_id;
}

void dealer::serve(std::uint64_t id, progress_wish kind, std::string_view args, std::string_view kwargs)
{
    const auto found = pending_.find(id);
    if (found == pending_.end() || !owner_.has_joined())
        return;
    if (kind == progress_wish::wanted) {
        if (found->second.progress == progress_wish::wanted)
            progress(id, args, kwargs);
        return;
    }
    pending_.erase(found);
    result(id, args, kwargs);
}

void dealer::fail_served(std::uint64_t id, std::string_view uri, std::string_view args, std::string_view kwargs)
{
    if (owner_.has_joined() && pending_.erase(id) > 0)
        error(id, uri, args, kwargs);
}

void dealer::on_cancel_message(const elements& message)
{
    const auto id = message.count == 3 ? read_uint(message.item[1]) : std::nullopt;
    if (!id || !is_map(message.item[2]))
        return owner_.violated("CANCEL is [49, id, options]");
    if (*id == 0 || *id > owner_.last_request_id())
        return owner_.violated("CANCEL of a call that was never made");
    const auto mode = read_cancel_mode(message.item[2]);
    if (!mode)
        return owner_.violated("CANCEL has an unknown mode");
    ++owner_.shared().counts.cancels;

    const auto found = pending_.find(*id);
    if (found == pending_.end() || found->second.manners == on_cancel::hush)
        return;
    if (found->second.manners == on_cancel::go_on && *mode == "kill")
        return;
    if (const auto callee = found->second.served_by.lock(); callee && callee->heeds_interrupts() && *mode != "skip") {
        callee->interrupt(found->second.invocation_id, *mode);
        if (*mode == "kill")
            return;  // the callee's answer will end the call
    }
    give_up(*id, "wamp.error.canceled");
}

void dealer::give_up(std::uint64_t id, std::string_view uri)
{
    const auto found = pending_.find(id);
    if (found == pending_.end() || found->second.answered)
        return;
    if (found->second.manners == on_cancel::stop)
        pending_.erase(found);
    else
        found->second.answered = true;
    error(id, uri);
}

void dealer::result_after(std::uint64_t id, std::chrono::steady_clock::duration delay, on_cancel manners,
                          std::string_view args)
{
    work(id, delay, manners, [this, id, later = std::string(args)] {
        result(id, later);
        return remains::nothing;
    });
}

void dealer::work(std::uint64_t id, std::chrono::steady_clock::duration interval, on_cancel manners,
                  std::function<remains()> step)
{
    auto& call = pending_[id];
    call.manners = manners;
    call.step = std::move(step);
    call.pause.emplace(owner_.wire().executor());
    pause(id, interval);
}

void dealer::pause(std::uint64_t id, std::chrono::steady_clock::duration time)
{
    auto& timer = *pending_.at(id).pause;
    timer.expires_after(time);
    timer.async_wait([self = weak_from_this(), id, time](boost::system::error_code trouble) {
        const auto calls = self.lock();
        if (calls && !trouble)
            calls->take_step(id, time);
    });
}

void dealer::take_step(std::uint64_t id, std::chrono::steady_clock::duration interval)
{
    const auto found = pending_.find(id);
    if (found == pending_.end())
        return;  // cancelled
    if (found->second.step() == remains::more)
        pause(id, interval);
    else
        pending_.erase(id);
}

void dealer::never_answer(std::uint64_t id)
{
    pending_[id].manners = on_cancel::hush;
}

void dealer::start_deadline(std::uint64_t id, std::chrono::milliseconds timeout)
{
    auto& call = pending_.at(id);
    call.timeout = timeout;
    call.deadline.emplace(owner_.wire().executor(), timeout);
    call.deadline->async_wait([self = weak_from_this(), id](boost::system::error_code trouble) {
        const auto calls = self.lock();
        if (!calls || trouble)
            return;
        const auto found = calls->pending_.find(id);
        if (found == calls->pending_.end())
            return;
        if (const auto callee = found->second.served_by.lock())
            callee->interrupt(found->second.invocation_id, "killnowait");
        calls->give_up(id, "wamp.error.timeout");
    });
}

void dealer::result(std::uint64_t id, std::string_view args, std::string_view kwargs)
{
    if (send_result(id, args, kwargs, progress_wish::none))
        ++owner_.shared().counts.results;
    else
        error_text(id, "wamp.error.payload_size_exceeded", "the result is longer than the caller takes");
}

void dealer::progress(std::uint64_t id, std::string_view args, std::string_view kwargs)
{
    if (send_result(id, args, kwargs, progress_wish::wanted))
        ++owner_.shared().counts.progress;
    const auto found = pending_.find(id);  // the timeout applies between two results
    if (found != pending_.end() && found->second.deadline)
        start_deadline(id, found->second.timeout);
}

bool dealer::send_result(std::uint64_t id, std::string_view args, std::string_view kwargs, progress_wish kind)
{
    packed head;
    head.list(3 + payload_fields(or_empty_list(args, kwargs), kwargs)).uint(message_type::result).uint(id);
    if (kind == progress_wish::wanted)
        head.map(1).text("progress").flag(true);
    else
        head.map(0);
    return owner_.send({head.view(), or_empty_list(args, kwargs), kwargs});
}

void dealer::error(std::uint64_t id, std::string_view uri, std::string_view args, std::string_view kwargs)
{
    ++owner_.shared().counts.errors;
    packed head;
    head.list(5 + payload_fields(or_empty_list(args, kwargs), kwargs)).uint(message_type::error);
    head.uint(message_type::call).uint(id).map(0).text(uri);
    owner_.send({head.view(), or_empty_list(args, kwargs), kwargs});
}

void dealer::error_text(std::uint64_t id, std::string_view uri, std::string_view text)
{
    packed args;
    args.list(1).text(text);
    error(id, uri, args.view());
}

}  // namespace wampfcgi::devrouter
