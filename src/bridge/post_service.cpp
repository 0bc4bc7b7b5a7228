#include "bridge/post_service.hpp"

#include "bridge/arrival.hpp"
#include "bridge/call_stream.hpp"
#include "bridge/checked_exchange.hpp"
#include "bridge/forwarded.hpp"
#include "bridge/heartbeat.hpp"
#include "bridge/rendering.hpp"
#include "bridge/shared.hpp"
#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/memory.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::bridge {
namespace {

/// True for the reconnect of EventSource after the end of a stream: the call is over, and must not be made again.
bool is_finished_stream(const request& req)
{
    return req.last_event_id() && !req.last_event_id()->empty() && req.method() == "GET" &&
           checks::wanted_media(req.accept()) == checks::media::event_stream;
}

/// Renders a part of a progressive result as JSON.
result<std::string> render_part(payload part)
try {
    const payload taken = std::move(part);
    const bad_alloc_scope here;
    return codec::result_body(taken);
} catch (const std::exception& trouble) {
    return failure_of(trouble);
}

}  // namespace

/// A request from the first check of its body to its answer. It may wait for the store, then for the router. The answer
/// is a complete response, or a stream if the client wants one and the call gets that far.
class post_service::post_exchange final : public checked_exchange, private outcome_sink, private heartbeat::listener {
public:
    post_exchange(const post_service& by, admission&& admitted, request& req, response_sink& client)
        : checked_exchange(by.rate_, by.shared_.stopwatch, std::move(admitted), req),
          by_(by),
          client_(client)
    {
        report_.debug = options().debug;
    }

    ~post_exchange() override
    {
        if (waits_for_store_ != 0)
            by_.replays_->give_up(waits_for_store_);
        if (under_way_ != 0)
            by_.session_.cancel(under_way_);
    }

    bool is_answered() const noexcept { return is_answered_; }

private:
    const service_options& options() const noexcept { return by_.configured_.options; }

    void go_on() override
    {
        if (signature_ && by_.replays_ != nullptr && !asks_by_query())
            remember();
        else
            act();
    }

    result<signer> check_sender() const override
    try {
        return by_.check_sender(request_, admitted_, by_.shared_.now());
    } catch (const std::exception& trouble) {
        return failure_of(trouble);
    }

    answer render(outcome&& how) const
    {
        const outcome taken = std::move(how);  // frees its memory before the answer is sent
        return by_.answer_for(taken, admitted_.headers);
    }

    bool asks_by_query() const noexcept { return admitted_.body == body_use::dropped; }

    // Takes the place in flight first: a request that is refused anyway must not use up its signature.
    void remember()
    {
        if (!take_place())
            return;
        asked_store_at_ = by_.shared_.stopwatch();
        const auto until = signature_->timestamp + options().timestamp_delta_limit;
        waits_for_store_ = by_.replays_->remember(id_of(by_.configured_.path, *signature_->name), signature_->mac,
                                                  until, [this](const result<void>& is_new) { remembered(is_new); });
    }

    void remembered(const result<void>& is_new)
    {
        waits_for_store_ = 0;
        report_.store_took += by_.shared_.stopwatch() - asked_store_at_;
        if (is_new)
            act();
        else
            refuse(is_new.error());
    }

    void act()
    {
        if (is_finished_stream(request_))
            return respond(end_of_stream_answer(admitted_.headers));
        operation what;
        if (auto ok = read(what); !ok)
            return refuse(ok.error());
        request_.drop_body();
        if (!place_ && !take_place())
            return;
        report_.called_at = by_.shared_.stopwatch();
        try {
            under_way_ = std::visit([this](auto& each) { return start(each); }, what);
        } catch (const std::bad_alloc&) {
            throw;  // from Asio, which ignores the new-handler: the session's state is now unknown
        } catch (const std::exception& bug) {
            if (auto* const made = std::get_if<call>(&what))
                report_.procedure = std::move(made->procedure);
            ended(failure(errc::internal_error, bug.what()));
        }
    }

    result<void> read(operation& what)
    try {
        const bad_alloc_scope here;
        return by_.read(what, request_, signature_, by_.session_.longest_arguments());
    } catch (const std::exception& trouble) {
        return failure_of(trouble);
    }

    session::operation_id start(call& what)
    {
        if (what.receive_progress) {
            heartbeat::listener& self = *this;
            stream_ = std::make_unique<call_stream>(checks::wanted_media(request_.accept()), client_, admitted_.headers,
                                                    by_.shared_.beats, self, by_.cells_);
        }
        const auto id = by_.session_.call(what, *this);
        report_.procedure = std::move(what.procedure);
        return id;
    }

    session::operation_id start(publication& what)
    {
        report_.topic = what.topic;
        return by_.session_.publish(std::move(what), *this);
    }

    /// Returns false when it has refused the request because all places are taken.
    bool take_place()
    {
        place_ = by_.shared_.in_flight.take();
        if (!place_)
            refuse({errc::overloaded, "max_in_flight reached"});
        else
            is_under_way_ = presence(by_.cells_.now.calls);
        return static_cast<bool>(place_);
    }

    void refuse(failure why) override
    {
        request_.drop_body();
        respond(refusal_answer(std::move(why), options().status_codes, admitted_.headers));
    }

    void waited() override { report_.session_took = by_.shared_.stopwatch() - *report_.called_at; }

    void progressed(payload part) override
    {
        const auto body = render_part(std::move(part));
        if (body)
            return go_on_if(stream_->send(call_stream::event::progress, *body));
        by_.session_.cancel(under_way_);
        ended(body.error());
    }

    void ended(outcome&& how) override
    {
        under_way_ = 0;
        report_.call_ended_at = by_.shared_.stopwatch();
        const bool is_result = std::holds_alternative<payload>(how) || std::holds_alternative<payload_in_message>(how);
        answer whole = render(std::move(how));
        const bool has_result = is_result && !whole.report.why;
        if (!stream_ || !(has_result || stream_->has_begun())) {
            if (has_result && asks_by_query() && options().max_age.count() > 0)
                allow_to_keep(whole.http, request_, options());
            return respond(std::move(whole));
        }
        stream_->send(has_result ? call_stream::event::result : call_stream::event::failure, whole.http.body);
        end_stream(std::move(whole.report));
    }

    void has_been_silent() override { go_on_if(stream_->send_sign_of_life()); }

    void go_on_if(call_stream::client_state client)
    {
        if (client == call_stream::client_state::reads)
            return;
        by_.session_.cancel(std::exchange(under_way_, 0));
        report_.call_ended_at = by_.shared_.stopwatch();
        end_stream({.why = failure{errc::overloaded, "the client does not read its stream"}});
    }

    void end_stream(request_report&& how)
    {
        finish(how);
        client_.end(std::move(how));
    }

    void respond(answer&& finished)
    {
        finish(finished.report);
        client_.respond(std::move(finished));
    }

    void finish(request_report& how)
    {
        place_ = {};
        is_under_way_ = {};
        is_answered_ = true;
        if (!report_.procedure.empty())
            how.procedure = std::move(report_.procedure);
        if (!report_.topic.empty())  // never both
            how.topic = std::move(report_.topic);
        how.debug = report_.debug;
        how.called_at = report_.called_at;
        how.call_ended_at = report_.call_ended_at;
        how.store_took = report_.store_took;
        how.session_took = report_.session_took;
    }

    const post_service& by_;
    response_sink& client_;
    limited_count::place place_;
    presence is_under_way_;
    store::ticket waits_for_store_ = 0;
    request_report::time_point asked_store_at_{};
    session::operation_id under_way_ = 0;
    std::unique_ptr<call_stream> stream_;  // only if the client wants a stream
    bool is_answered_ = false;
};

post_service::post_service(const service_settings& configured, session& realm, const counted_together& memory,
                           shared_by_services& shared)
    : configured_(configured),
      session_(realm),
      replays_(memory.replays),
      rate_(configured.options, memory.rates),
      signatures_(configured.options),
      shared_(shared),
      cells_(shared.figures.of(configured))
{}

std::optional<answer> post_service::admit(const request& req, admission& admitted)
{
    if (auto finished = check_arrival(req, options(), admitted.headers))
        return finished;
    admitted.by = this;
    admitted.body_limit_bytes = options().post_body_limit;
    if (checks::asks_by_query(req)) {
        admitted.body = body_use::dropped;
        return within_rate(req, admitted);
    }
    if (auto ok = checks::check_content_type(req); !ok)
        return refuse(admitted, ok.error());
    return within_body_limit_and_rate(req, admitted);
}

std::optional<answer> post_service::within_body_limit_and_rate(const request& req, admission& admitted) const
{
    const auto announced = checks::check_announced_length(req, options().post_body_limit);
    if (!announced)
        return refuse(admitted, announced.error());
    admitted.announced_bytes = *announced;
    return within_rate(req, admitted);
}

std::optional<answer> post_service::within_rate(const request& req, admission& admitted) const
{
    if (auto ok = rate_.admit(req, admitted); !ok)
        return refuse(admitted, ok.error());
    return {};
}

answer post_service::refuse(const admission& admitted, failure why) const
{
    const service_options& options = configured_.options;
    answer refused = refusal_answer(std::move(why), options.status_codes, admitted.headers);
    refused.report.debug = options.debug;
    return refused;
}

result<post_service::signer> post_service::check_sender(const request& req, const admission& admitted,
                                                        std::chrono::sys_time<std::chrono::microseconds> now) const
{
    if (admitted.body == body_use::read)
        if (auto ok = checks::check_body_length(req.body(), admitted.announced_bytes, options().post_body_limit); !ok)
            return ok.error();
    return signatures_.check(req, now);
}

answer post_service::answer_for(const outcome& how, const header_fields& headers) const
{
    return outcome_answer(how, options(), headers);
}

void post_service::add_facts(payload& arguments, const request& req, const signer& signature) const
{
    if (!options().forward.empty())
        arguments.kwargs = codec::with_reserved_member(arguments.kwargs, forwarded(options().forward, req, signature));
}

bool is_covered(const std::string& uri, const std::vector<std::string>& patterns)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return pattern.ends_with('.') ? uri.starts_with(pattern) : uri == pattern;
    });
}

std::unique_ptr<exchange> post_service::serve(admission&& admitted, request& req, response_sink& client)
{
    auto begun = std::make_unique<post_exchange>(*this, std::move(admitted), req, client);
    begun->enter();
    if (begun->is_answered())
        return nullptr;
    return begun;
}

}  // namespace wampfcgi::bridge
