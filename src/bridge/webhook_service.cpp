#include "bridge/webhook_service.hpp"

#include "bridge/arrival.hpp"
#include "bridge/rendering.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/webhook.hpp"
#include "wampfcgi/core/memory.hpp"

#include <exception>
#include <string>
#include <utility>

namespace wampfcgi::bridge {
namespace {

answer text_answer(int status, const std::string& text, const header_fields& headers)
{
    answer made;
    made.http = {status,
                 {{"Content-Type", "text/plain; charset=UTF-8"},
                  {"Cache-Control", "no-store"},
                  {"X-Content-Type-Options", "nosniff"}},
                 text};
    made.http.headers.add(headers);
    return made;
}

}  // namespace

webhook_service::webhook_service(const service_settings& configured, session& realm, const counted_together& memory,
                                 shared_by_services& shared)
    : post_service(configured, realm, memory, shared),
      senders_(configured.options.webhook.verify_by)
{}

std::optional<answer> webhook_service::admit(const request& req, admission& admitted)
{
    admitted.by = this;
    admitted.body_limit_bytes = options().post_body_limit;
    if (req.method() != "POST" && req.method() != "PUT") {
        answer refused =
            refuse(admitted, {errc::method_not_allowed, "method is not POST or PUT", std::string(req.method())});
        refused.http.headers.add("Allow", "POST, PUT");
        return refused;
    }
    if (const auto grant = check_whence(req, options()); !grant)
        return refuse(admitted, grant.error());
    return within_body_limit_and_rate(req, admitted);
}

result<post_service::signer> webhook_service::check_sender(const request& req, const admission& admitted,
                                                           std::chrono::sys_time<std::chrono::microseconds> now) const
{
    if (auto ok = checks::check_body_length(req.body(), admitted.announced_bytes, options().post_body_limit); !ok)
        return ok.error();
    if (auto ok = senders_.check(req, now); !ok)
        return ok.error();
    return signer{};
}

result<void> webhook_service::read(operation& what, const request& req, const signer& /*signature*/,
                                   std::size_t longest_arguments) const
{
    auto event = codec::webhook_publication(req, options().webhook, longest_arguments);
    if (!event)
        return event.error();
    what.emplace<publication>() = {std::move(event->topic), std::move(event->arguments), std::move(event->options),
                                   options().call_timeout};
    return {};
}

answer webhook_service::answer_for(const outcome& how, const header_fields& headers) const
try {
    const bad_alloc_scope here;
    if (std::holds_alternative<accepted>(how))
        return text_answer(202, options().webhook.success_response, headers);
    answer failed = text_answer(500, options().webhook.error_response, headers);
    failed.report.error_level = log_level::warning;
    if (const auto* const error = std::get_if<call_error>(&how))
        failed.report.error_uri = error->uri;
    else if (const auto* const why = std::get_if<failure>(&how))
        failed.report.why = *why;
    return failed;
} catch (const std::exception& trouble) {
    answer failed = text_answer(500, options().webhook.error_response, headers);
    failed.report.why = failure_of(trouble);
    return failed;
}

}  // namespace wampfcgi::bridge
