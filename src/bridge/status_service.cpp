#include "bridge/status_service.hpp"

#include "bridge/page.hpp"
#include "bridge/rendering.hpp"
#include "bridge/shared.hpp"
#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/checks/path.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/checks/token.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace wampfcgi::bridge {
namespace {

constexpr std::string_view plain_text = "text/plain; charset=UTF-8";
constexpr int longest_refresh_seconds = 86'400;

answer no_figures()
{
    return shown_answer(503, plain_text, "this process keeps no figures\n");
}

std::optional<figures_format> format_named(std::string_view name)
{
    static constexpr std::array<std::pair<std::string_view, figures_format>, 5> formats{{
        {"text", figures_format::text},
        {"json", figures_format::json},
        {"html", figures_format::html},
        {"prometheus", figures_format::prometheus},
        {"openmetrics", figures_format::openmetrics},
    }};
    for (const auto& [each, format] : formats)
        if (each == name)
            return format;
    return {};
}

result<std::chrono::seconds> read_refresh(const std::string& text)
{
    int seconds = -1;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, seconds);
    if (error != std::errc{} || stop != end || seconds < 0 || seconds > longest_refresh_seconds)
        return failure{errc::parameter_invalid, "refresh is not 0 to 86400 seconds", text, "refresh"};
    return std::chrono::seconds(seconds);
}

result<figures_wish> read_wish(const request& req)
{
    const auto parameters = checks::other_parameters(req.query());
    if (!parameters)
        return parameters.error();
    figures_wish wish;
    std::optional<figures_format> format;
    for (const auto& [name, value] : *parameters) {
        if (const auto named = format_named(name); named && !format)
            format = named;
        if (name == "full")
            wish.each_worker = true;
        if (name != "refresh")
            continue;
        const auto refresh = read_refresh(value);
        if (!refresh)
            return refresh.error();
        wish.refresh = *refresh;
    }
    wish.format = format ? *format : checks::wanted_figures(req.accept());
    return wish;
}

answer missing_answer(const std::vector<std::string>& missing)
{
    if (missing.empty())
        return shown_answer(200, plain_text, "ready");
    std::string lines;
    for (const std::string& each : missing)
        lines += each + "\n";
    return shown_answer(503, plain_text, std::move(lines));
}

}  // namespace

status_service::status_service(std::string_view mount, const service_settings& configured, shared_by_services& shared)
    : mount_(mount),
      configured_(configured),
      shared_(shared)
{}

status_service::page status_service::page_of(const request& req) const
{
    const std::string key = checks::spelled_key(req, mount_).value_or("");
    if (key == configured_.path)
        return page::figures;
    return key.ends_with("ping") ? page::ping : page::ready;
}

std::optional<answer> status_service::admit(const request& req, admission& admitted)
{
    const service_options& options = configured_.options;
    const auto audience = options.status.token ? default_audience::everybody : default_audience::loopback;
    if (auto refused = refuse_reader(req, options, audience))
        return refused;
    admitted.by = this;
    admitted.body = body_use::dropped;
    if (!options.status.token || (options.status.token_for == token_scope::figures && page_of(req) != page::figures))
        return {};
    if (auto ok = checks::check_bearer_token(req, *options.status.token); !ok) {
        answer refused = refuse(admitted, ok.error());
        refused.http.headers.add("WWW-Authenticate", "Bearer");
        return refused;
    }
    return {};
}

answer status_service::refuse(const admission& /*admitted*/, failure why) const
{
    answer refused = refusal_answer(std::move(why), configured_.options.status_codes, {});
    refused.report.debug = configured_.options.debug;
    return refused;
}

answer status_service::figures_answer(const request& req) const
{
    const auto wish = read_wish(req);
    if (!wish)
        return refusal_answer(wish.error(), configured_.options.status_codes, {});
    if (shared_.status == nullptr)
        return no_figures();
    figures shown = shared_.status->show(*wish);
    answer made = shown_answer(200, shown.content_type, std::move(shown.body));
    made.http.headers.add("Vary", "Accept");
    if (!shown.policy.empty())
        made.http.headers.add("Content-Security-Policy", shown.policy);
    return made;
}

answer status_service::answer_to(const request& req) const
{
    switch (page_of(req)) {
    case page::figures:
        break;
    case page::ping:
        return shown_answer(200, plain_text, "pong");
    case page::ready:
        return shared_.status == nullptr ? no_figures() : missing_answer(shared_.status->missing());
    }
    return figures_answer(req);
}

std::unique_ptr<exchange> status_service::serve(admission&& /*admitted*/, request& req, response_sink& client)
{
    req.drop_body();
    answer made = answer_to(req);
    made.report.debug = configured_.options.debug;
    client.respond(std::move(made));
    return nullptr;
}

answer status_answer(status_source* pool, std::string_view form)
{
    if (pool == nullptr)
        return no_figures();
    figures shown = pool->show({.format = form == "json" ? figures_format::json : figures_format::text});
    answer made = shown_answer(shown.is_ready ? 200 : 503, shown.content_type, std::move(shown.body));
    made.http.headers.add("X-Wamp-Fcgi", shown.is_ready ? "ready" : "not ready");
    return made;
}

}  // namespace wampfcgi::bridge
