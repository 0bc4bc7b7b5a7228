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
    return {errc::internal_error, bug.what()};
}

failure failure_of(const std::exception& trouble)
{
    if (dynamic_cast<const std::bad_alloc*>(&trouble) != nullptr)
        return {errc::overloaded, "no memory for a request of this size"};
    return internal_error(trouble);
}

result<call> call_for(const service_options& options, const request& req,
                      const std::optional<checks::signature_facts>& signature, std::size_t longest_arguments)
try {
    const memory_may_fail from_here;
    auto body = codec::parse_body(req.body(), longest_arguments);
    if (!body)
        return body.error();
    if (options.procedures && !is_allowed(body->procedure, *options.procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the service", body->procedure, {}};
    if (signature && signature->key->procedures && !is_allowed(body->procedure, *signature->key->procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the key", body->procedure, {}};
    if (!options.forward.empty())
        body->arguments.kwargs =
            codec::with_reserved_member(body->arguments.kwargs, forwarded(options.forward, req, signature));
    return call{std::move(body->procedure), std::move(body->arguments), options.call_timeout};
} catch (const std::exception& trouble) {
    return failure_of(trouble);
}

result<std::optional<checks::signature_facts>> check_sender(const service_options& options, const request& req,
                                                            const bridge::clock& now)
try {
    if (auto ok = checks::check_body_length(req, options.post_body_limit); !ok)
        return ok.error();
    return checks::check_signature(req, options, now());
} catch (const std::exception& trouble) {
    return failure_of(trouble);
}

}  // namespace

/// A request from the first check of its body until it is answered, or dropped because it was given up. It waits for
/// the store, if it has to, and then for the call; who makes it wait holds it.
class begun_request {
public:
    begun_request(std::shared_ptr<std::size_t> in_flight, std::shared_ptr<const bridge::steady_clock> stopwatch,
                  admission admitted, bridge::respond done)
        : stopwatch_(std::move(stopwatch)),
          in_flight_(std::move(in_flight)),
          admitted_(std::move(admitted)),
          done_(std::move(done))
    {}
    ~begun_request() { count_down(); }
    begun_request(const begun_request&) = delete;
    begun_request& operator=(const begun_request&) = delete;

    const admission& admitted() const { return admitted_; }
    const service_settings& target() const { return *admitted_.target; }
    const std::string& procedure() const { return procedure_; }
    bool is_answered() const { return !done_; }
    bool is_counted() const { return counted_; }

    /// Counts as in flight until it is answered or dropped.
    void count_up()
    {
        counted_ = true;
        ++*in_flight_;
    }

    void is_submitted(const std::string& procedure)
    {
        procedure_ = procedure;
        submitted_at_ = (*stopwatch_)();
    }

    void wait_for_call(caller& by, caller::call_id id) { waits_for_ = call_under_way{&by, id}; }

    /// What is left of `req` is what its answer needs.
    void wait_for_store(store& by, store::ticket ticket, request& req)
    {
        request_ = std::make_unique<request>(std::move(req));
        req = request_->without_body();
        waits_for_ = request_remembered{&by, ticket};
    }

    /// The request that was kept when it had to wait; none if it did not.
    request* kept_request() { return request_.get(); }

    void cancel()
    {
        if (const auto* const call = std::get_if<call_under_way>(&waits_for_))
            call->by->cancel(call->id);
        else if (const auto* const remembering = std::get_if<request_remembered>(&waits_for_))
            remembering->by->give_up(remembering->ticket);
    }

    void refuse(answer refused)
    {
        count_down();
        std::exchange(done_, nullptr)(std::move(refused));
    }

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

    std::optional<checks::signature_facts> signature;

private:
    struct call_under_way {
        caller* by;
        caller::call_id id;
    };
    struct request_remembered {
        store* by;
        store::ticket ticket;
    };

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
        if (std::exchange(counted_, false))
            --*in_flight_;
    }

    std::shared_ptr<const bridge::steady_clock> stopwatch_;
    answer::time_point submitted_at_{};
    std::shared_ptr<std::size_t> in_flight_;
    bool counted_ = false;
    admission admitted_;
    std::string procedure_;
    std::variant<std::monostate, request_remembered, call_under_way> waits_for_;
    std::unique_ptr<request> request_;
    bridge::respond done_;
};

std::string bridge::started_call::procedure() const
{
    const auto begun = begun_.lock();
    return begun ? begun->procedure() : std::string{};
}

bridge::bridge(const settings& config, const caller_lookup& callers, const store_lookup& stores, clock now,
               steady_clock stopwatch)
    : config_(config),
      now_(std::move(now)),
      stopwatch_(std::make_shared<const steady_clock>(std::move(stopwatch)))
{
    callers_.reserve(config.services.size());
    stores_.reserve(config.services.size());
    for (const service_settings& each : config.services) {
        const service_options& options = each.options;
        callers_.push_back(&callers(each.realm, each.role));
        stores_.push_back(options.replay_protection ? &stores(options.timestamp_delta_limit) : nullptr);
    }
}

std::variant<answer, admission> bridge::admit(const request& req) const
{
    const service_settings* target = checks::find_service(req, config_.mount, config_.services);
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

std::size_t bridge::index_of(const service_settings& each) const
{
    return static_cast<std::size_t>(&each - config_.services.data());
}

store* bridge::guard_of(const service_settings& each) const
{
    return stores_[index_of(each)];
}

bool bridge::has_room() const
{
    return *in_flight_ < config_.max_in_flight;
}

void bridge::refuse_begun(begun_request& begun, failure why) const
{
    begun.refuse(refuse(begun.admitted(), std::move(why)));
}

bridge::started_call bridge::handle(const admission& admitted, request& req, respond done)
{
    const auto begun = std::make_shared<begun_request>(in_flight_, stopwatch_, admitted, std::move(done));
    auto signature = check_sender(admitted.target->options, req, now_);
    if (!signature) {
        req.drop_body();
        refuse_begun(*begun, signature.error());
        return {};
    }
    begun->signature = *signature;
    store* const guard = guard_of(*admitted.target);
    if (guard != nullptr && begun->signature)
        remember(begun, *guard, req);
    else
        make_call(begun, req);
    return started_call(begun);
}

// What is refused anyway uses up no signature.
void bridge::remember(const std::shared_ptr<begun_request>& begun, store& guard, request& req)
{
    if (!has_room()) {
        req.drop_body();
        return refuse_begun(*begun, {errc::overloaded, "max_in_flight calls are under way"});
    }
    begun->count_up();
    const service_settings& target = begun->target();
    const checks::signature_facts& facts = *begun->signature;
    const auto until = facts.timestamp + target.options.timestamp_delta_limit;
    const auto done = [this, begun, &req](const result<void>& is_new) {
        request& taken = begun->kept_request() != nullptr ? *begun->kept_request() : req;
        if (is_new)
            return make_call(begun, taken);
        taken.drop_body();
        refuse_begun(*begun, is_new.error());
    };
    if (const auto ticket = guard.remember(id_of(target.path, *facts.name), facts.mac, until, done); ticket != 0)
        begun->wait_for_store(guard, ticket, req);
}

void bridge::make_call(const std::shared_ptr<begun_request>& begun, request& req)
{
    const service_settings& target = begun->target();
    auto what = call_for(target.options, req, begun->signature, callers_[index_of(target)]->longest_arguments());
    req.drop_body();
    if (!what)
        return refuse_begun(*begun, what.error());
    if (!begun->is_counted() && !has_room())
        return refuse_begun(*begun, {errc::overloaded, "max_in_flight calls are under way"});
    if (!begun->is_counted())
        begun->count_up();
    submit(begun, std::move(*what));
}

void bridge::submit(const std::shared_ptr<begun_request>& begun, call what)
{
    caller& by = *callers_[index_of(begun->target())];
    begun->is_submitted(what.procedure);
    try {
        const auto id = by.submit(std::move(what), [begun](outcome how) { begun->end(std::move(how)); });
        begun->wait_for_call(by, id);
    } catch (const std::bad_alloc&) {
        throw;  // of Asio, which asks no handler: the call may have gone out, and the session be in any state
    } catch (const std::exception& bug) {
        if (begun->is_answered())
            throw;
        begun->end(internal_error(bug));
    }
}

void bridge::give_up(const started_call& started)
{
    // The request stops counting as whoever makes it wait lets go of it.
    if (const auto begun = started.begun_.lock(); begun && !begun->is_answered())
        begun->cancel();
}

}  // namespace wampfcgi::bridge
