#include "fcgi/cgi/access_log.hpp"

#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {
namespace {

constexpr std::string_view slow_call = "slow call";
constexpr int given_up_status = 499;  // nginx logs 499 for a client that has disconnected

std::int64_t microseconds(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

void add_uris(log::fields& with, const bridge::request_report& how)
{
    if (!how.procedure.empty())
        with.push_back(log::outside("procedure", how.procedure));
    if (!how.topic.empty())
        with.push_back(log::outside("topic", how.topic));
}

log::fields context(const request& req, int status, const bridge::request_report& how,
                    std::chrono::steady_clock::duration took)
{
    log::fields with{log::token("id", std::string(req.id())), log::outside("peer", std::string(req.remote_addr())),
                     log::outside("path", req.path()), log::number("status", status),
                     log::number("duration_us", microseconds(took))};
    add_uris(with, how);
    return with;
}

log::fields access_fields(const request& req, const bridge::request_report& how, int status)
{
    log::fields with;
    with.reserve(11);
    if (!log::shows_time())
        with.push_back(log::token("time", log::time_now()));
    with.push_back(log::token("id", std::string(req.id())));
    with.push_back(log::outside("peer", std::string(req.remote_addr())));
    with.push_back(log::outside("method", std::string(req.method())));
    with.push_back(log::outside("path", req.path()));
    add_uris(with, how);
    with.push_back(log::number("status", status));
    return with;
}

void write_access(const request& req, const response_size& sent, const bridge::request_report& how,
                  const request_times& when)
{
    log::fields with = access_fields(req, how, sent.status);
    with.push_back(log::number("bytes", sent.body_bytes));
    const auto checked = how.called_at.value_or(when.ended);
    with.push_back(log::number("checks_us", microseconds(checked - when.checked_from)));
    if (how.called_at && how.call_ended_at)
        with.push_back(log::number("call_us", microseconds(*how.call_ended_at - *how.called_at)));
    with.push_back(log::number("duration_us", microseconds(when.ended - when.began)));
    log::write_always(log_level::info, "request", with);
}

/// Refusals of the same kind are summed up, whatever their details.
std::string refusal_kind(const failure& why)
{
    return "request refused: " + std::string(describe(why.code).name);
}

std::string refusal_text(const failure& why)
{
    std::string text = refusal_kind(why);
    if (!why.parameter.empty())
        text += " " + why.parameter;
    if (!why.detail.empty())
        text += ": " + why.detail;
    if (!why.peer_text.empty())
        text += " " + log::quote(why.peer_text);
    return text + " [wampfcgi:" + std::to_string(static_cast<int>(why.code)) + "]";
}

}  // namespace

void log_answer(const request& req, const response_size& sent, const bridge::request_report& how,
                const request_times& when)
{
    if (log::wants_access())
        write_access(req, sent, how, when);
    const log_level without_why = how.error_uri.empty() ? log_level::debug : how.error_level;
    const log_level level = how.why ? describe(how.why->code).level : without_why;
    const log_level loud = how.debug ? std::min(level, log_level::notice) : level;
    if (!log::enabled(loud))
        return;
    std::string text;
    if (how.why)
        text = refusal_text(*how.why);
    else if (!how.error_uri.empty())
        text = "call ended with " + log::quote(how.error_uri);
    else
        text = "request answered";
    const log::fields with = context(req, sent.status, how, when.ended - when.began);
    if (how.debug)
        return log::write_always(loud, text, with);
    log::write(loud, text, with, how.why ? refusal_kind(*how.why) : text);
}

std::optional<answered_call> watch_call(const request& req, int status, const bridge::request_report& how,
                                        const request_times& when)
{
    if (log::slow_limit().count() == 0 || !how.called_at || !how.call_ended_at)
        return {};
    answered_call watched{{log::token("id", std::string(req.id())),
                           log::outside("peer", std::string(req.remote_addr())), log::outside("path", req.path())},
                          {},
                          when};
    add_uris(watched.context, how);
    watched.context.push_back(log::number("status", status));
    watched.how.called_at = how.called_at;
    watched.how.call_ended_at = how.call_ended_at;
    watched.how.store_took = how.store_took;
    watched.how.session_took = how.session_took;
    return watched;
}

void log_if_slow(const answered_call& what, request_times::time_point written)
{
    const auto took = written - what.when.began;
    if (took < log::slow_limit())
        return;
    const bridge::request_report& how = what.how;
    log::fields with = what.context;
    with.push_back(log::number("read_us", microseconds(what.when.checked_from - what.when.began)));
    with.push_back(log::number("checks_us", microseconds(*how.called_at - what.when.checked_from - how.store_took)));
    with.push_back(log::number("store_us", microseconds(how.store_took)));
    with.push_back(log::number("session_us", microseconds(how.session_took)));
    with.push_back(log::number("call_us", microseconds(*how.call_ended_at - *how.called_at - how.session_took)));
    with.push_back(log::number("write_us", microseconds(written - *how.call_ended_at)));
    with.push_back(log::number("duration_us", microseconds(took)));
    log::write(log_level::notice, slow_call, with);
}

void log_given_up(const request& req, const bridge::request_report& how, const request_times& when)
{
    log::fields with = access_fields(req, how, given_up_status);
    with.push_back(log::number("bytes", 0));
    with.push_back(log::number("duration_us", microseconds(when.ended - when.began)));
    log::write_always(log_level::info, "request", with);
}

}  // namespace wampfcgi::fcgi
