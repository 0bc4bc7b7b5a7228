#include "wampfcgi/bridge/bridge.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/checks/path.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/body.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace wampfcgi::bridge {
namespace {

bool is_allowed(const std::string& procedure, const std::vector<std::string>& patterns)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return pattern.ends_with('.') ? procedure.starts_with(pattern) : procedure == pattern;
    });
}

}  // namespace

bridge::bridge(const settings& config, const caller_lookup& callers, clock now) : config_(config), now_(std::move(now))
{
    callers_.reserve(config.services.size());
    for (const service& each : config.services)
        callers_.push_back(&callers(each.realm, each.role));
}

std::variant<answer, admission> bridge::admit(const request& req) const
{
    const service* target = checks::find_service(req, config_.mount, config_.services);
    if (target == nullptr)
        return refusal_answer({errc::not_found, "no such path", req.script_name + req.path_info, {}},
                              status_style::crossbar, {});
    const service_options& options = target->options;
    admission admitted{target, options.post_body_limit, {}};
    auto refused = [&](failure why) { return refuse(admitted, std::move(why)); };

    if (auto ok = checks::check_method(req); !ok)
        return refused(ok.error());
    if (auto ok = checks::check_tls(req, options.require_tls); !ok)
        return refused(ok.error());
    if (auto ok = checks::check_address(req.remote_addr, options.require_ip); !ok)
        return refused(ok.error());
    const auto grant = checks::check_origin(req, options.allowed_origins);
    if (!grant)
        return refused(grant.error());
    admitted.cors_headers = cors_headers(req, *grant);
    if (req.method == "OPTIONS") {
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
{
    const service_options& options = admitted.target->options;
    if (auto ok = checks::check_body_length(req, options.post_body_limit); !ok)
        return ok.error();
    if (auto ok = checks::check_signature(req, options, now_()); !ok)
        return ok.error();
    auto body = codec::parse_body(req.body);
    if (!body)
        return body.error();
    if (options.procedures && !is_allowed(body->procedure, *options.procedures))
        return failure{errc::procedure_denied, "procedure is not among those of the service", body->procedure, {}};
    return call{std::move(body->procedure), std::move(body->arguments), options.call_timeout};
}

bridge::started_call bridge::handle(const admission& admitted, const request& req, respond done)
{
    auto checked = check(admitted, req);
    if (!checked) {
        done(refuse(admitted, checked.error()));
        return {};
    }
    if (in_flight_ >= config_.max_in_flight) {
        done(refuse(admitted, {errc::overloaded, "max_in_flight calls are under way", {}, {}}));
        return {};
    }
    ++in_flight_;
    const auto index = static_cast<std::size_t>(admitted.target - config_.services.data());
    caller& by = *callers_[index];
    auto finish = [this, admitted, procedure = checked->procedure, done = std::move(done)](const outcome& how) {
        --in_flight_;
        const service_options& options = admitted.target->options;
        answer finished = outcome_answer(how, options.status_codes, admitted.cors_headers);
        finished.procedure = procedure;
        finished.debug = options.debug;
        done(std::move(finished));
    };
    return {&by, by.submit(std::move(*checked), std::move(finish))};
}

void bridge::give_up(const started_call& started)
{
    --in_flight_;
    started.made_by->cancel(started.id);
}

}  // namespace wampfcgi::bridge
