#include "wampfcgi/bridge/bridge.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/checks/path.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/memory.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::bridge {
namespace {

bool is_allowed(const std::string& procedure, const std::vector<std::string>& patterns)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return pattern.ends_with('.') ? procedure.starts_with(pattern) : procedure == pattern;
    });
}

std::optional<std::string_view> forwarded_value(forward_source source, const request& req,
                                                const std::optional<checks::signature_facts>& signature)
{
    switch (source) {
    case forward_source::remote_addr:
        return req.remote_addr();
    case forward_source::remote_user:
        return req.remote_user();
    case forward_source::ssl_client_s_dn:
        return req.client_subject();
    case forward_source::http_user_agent:
        return req.user_agent();
    case forward_source::request_id:
        return req.id();
    case forward_source::signing_key:
        return signature ? std::optional<std::string_view>{*signature->name} : std::nullopt;
    }
    return std::nullopt;
}

std::vector<codec::reserved_value> forwarded(const std::map<std::string, forward_source>& wanted, const request& req,
                                             const std::optional<checks::signature_facts>& signature)
{
    std::vector<codec::reserved_value> values;
    values.reserve(wanted.size());
    for (const auto& [name, source] : wanted)
        values.emplace_back(name, forwarded_value(source, req, signature));
    return values;
}

failure internal_error(const std::exception& bug)
{
    return {errc::internal_error, bug.what(), {}, {}};
}

/// A call that counts as in flight until it is answered, or dropped because it was given up.
class begun_call {
public:
    begun_call(std::shared_ptr<std::size_t> in_flight, std::shared_ptr<const bridge::steady_clock> stopwatch,
               admission admitted, std::string procedure, bridge::respond done)
        : stopwatch_(std::move(stopwatch)),
          submitted_at_((*stopwatch_)()),
          in_flight_(std::move(in_flight)),
          admitted_(std::move(admitted)),
          procedure_(std::move(procedure)),
          done_(std::move(done))
    {
        ++*in_flight_;
    }
    ~begun_call() { count_down(); }
    begun_call(const begun_call&) = delete;
    begun_call& operator=(const begun_call&) = delete;

    bool is_answered() const { return !done_; }

    void end(outcome how)
    {
        const auto ended_at = (*stopwatch_)();
        count_down();
        answer finished = render(std::move(how));
        finished.procedure = procedure_;
        finished.debug = admitted_.target->options.debug;
        finished.submitted_at = submitted_at_;
        finished.ended_at = ended_at;
        std::exchange(done_, nullptr)(std::move(finished));
    }

private:
    // Takes the outcome along: of a large result only the answer is left behind.
    answer render(outcome taken) const
    {
        const outcome how = std::move(taken);
        const status_style style = admitted_.target->options.status_codes;
        try {
            const memory_may_fail here;
            return outcome_answer(how, style, admitted_.cors_headers);
        } catch (const std::exception& bug) {
            return refusal_answer(internal_error(bug), style, admitted_.cors_headers);
        }
    }

    void count_down()
    {
        if (const auto counted = std::exchange(in_flight_, nullptr))
            --*counted;
    }

    std::shared_ptr<const bridge::steady_clock> stopwatch_;
    answer::time_point submitted_at_;
    std::shared_ptr<std::size_t> in_flight_;
    admission admitted_;
    std::string procedure_;
    bridge::respond done_;
};

}  // namespace

bridge::bridge(const settings& config, const caller_lookup& callers, const guard_lookup& guards, clock now,
               steady_clock stopwatch)
    : config_(config),
      now_(std::move(now)),
      stopwatch_(std::make_shared<const steady_clock>(std::move(stopwatch)))
{
    callers_.reserve(config.services.size());
    guards_.reserve(config.services.size());
    for (const service& each : config.services) {
        const service_options& options = each.options;
        callers_.push_back(&callers(each.realm, each.role));
        guards_.push_back(options.replay_protection ? &guards(options.timestamp_delta_limit) : nullptr);
    }
}

std::variant<answer, admission> bridge::admit(const request& req) const
{
    const service* target = checks::find_service(req, config_.mount, config_.services);
    if (target == nullptr)
        return refusal_answer({errc::not_found, "no such path", req.path(), {}}, status_style::crossbar, {});
    const service_options& options = target->options;
    admission admitted{target, options.post_body_limit, {}};
    auto refused = [&](failure why) { return refuse(admitted, std::move(why)); };

    if (auto ok = checks::check_method(req); !ok)
        return refused(ok.error());
    if (auto ok = checks::check_tls(req, options.require_tls); !ok)
        return refused(ok.error());
    if (auto ok = checks::check_address(req.remote_addr(), options.require_ip); !ok)
        return refused(ok.error());
    const auto grant = checks::check_origin(req, options.allowed_origins);
    if (!grant)
        return refused(grant.error());
    admitted.cors_headers = cors_headers(req, *grant);
    if (req.method() == "OPTIONS") {
        answer options_answer = preflight_answer(std::move(admitted.cors_headers));
        options_answer.debug = options.debug;
        return options_answer;
    }
    if (auto ok = checks::check_content_type(req); !ok)
        return refused(ok.error());
    if (auto length = checks::check_announced_length(req, options.post_body_limit); !length)
        return refused(length.error());
    return admitted;
}

answer bridge::refuse(const admission& admitted, failure why) const
{
    const service_options& options = admitted.target->options;
    answer refused = refusal_answer(std::move(why), options.status_codes, admitted.cors_headers);
    refused.debug = options.debug;
    return refused;
}

result<call> bridge::check(const admission& admitted, const request& req) const
try {
    const service_options& options = admitted.target->options;
    if (auto ok = checks::check_body_length(req, options.post_body_limit); !ok)
        return ok.error();
    const auto now = now_();
    const auto signature = checks::check_signature(req, options, now);
    if (!signature)
        return signature.error();
    if (replay_guard* const guard = guards_[index_of(*admitted.target)]; guard != nullptr && *signature) {
        const auto expires_at = (*signature)->timestamp + options.timestamp_delta_limit;
        if (auto is_new = guard->remember((*signature)->mac, expires_at, now); !is_new)
            return is_new.error();
    }
    const memory_may_fail from_here;
    auto body = codec::parse_body(req.body());
    if (!body)
        return body.error();
    if (options.procedures && !is_allowed(body->procedure, *options.procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the service", body->procedure, {}};
    if (*signature && (*signature)->key->procedures && !is_allowed(body->procedure, *(*signature)->key->procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the key", body->procedure, {}};
    if (!options.forward.empty())
        body->arguments.kwargs =
            codec::with_reserved_member(body->arguments.kwargs, forwarded(options.forward, req, *signature));
    return call{std::move(body->procedure), std::move(body->arguments), options.call_timeout};
} catch (const std::bad_alloc&) {
    return failure{errc::overloaded, "no memory for a request of this size", {}, {}};
} catch (const std::exception& bug) {
    return internal_error(bug);
}

std::size_t bridge::index_of(const service& each) const
{
    return static_cast<std::size_t>(&each - config_.services.data());
}

bridge::started_call bridge::handle(const admission& admitted, request& req, respond done)
{
    auto checked = check(admitted, req);
    req.drop_body();
    if (!checked) {
        done(refuse(admitted, checked.error()));
        return {};
    }
    if (*in_flight_ >= config_.max_in_flight) {
        done(refuse(admitted, {errc::overloaded, "max_in_flight calls are under way", {}, {}}));
        return {};
    }
    caller& by = *callers_[index_of(*admitted.target)];
    auto begun = std::make_shared<begun_call>(in_flight_, stopwatch_, admitted, checked->procedure, std::move(done));
    started_call started{&by, 0, checked->procedure};
    try {
        started.id = by.submit(std::move(*checked), [begun](outcome how) { begun->end(std::move(how)); });
        return started;
    } catch (const std::bad_alloc&) {
        throw;  // of Asio, which asks no handler: the call may have gone out, and the session be in any state
    } catch (const std::exception& bug) {
        if (begun->is_answered())
            throw;
        begun->end(internal_error(bug));
        return {};
    }
}

void bridge::give_up(const started_call& started)
{
    // The call stops counting as the caller lets go of its completion.
    if (started.made_by != nullptr)
        started.made_by->cancel(started.id);
}

}  // namespace wampfcgi::bridge
