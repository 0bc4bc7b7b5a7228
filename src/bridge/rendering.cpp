#include "bridge/rendering.hpp"

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/checks/entity_tag.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/core/memory.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace wampfcgi::bridge {
namespace {

constexpr std::string_view preflight_seconds = "600";  // Chromium caches a preflight for two hours at most
constexpr std::string_view sent_headers =
    "content-type, last-event-id, cache-control";  // EventSource sends the last two
constexpr std::string_view exposed_headers = "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, ETag";
constexpr std::string_view retry_seconds = "1";
constexpr std::string_view usual_lines = "Content-Type: application/json; charset=UTF-8\r\n"
                                         "Cache-Control: no-store\r\n"
                                         "X-Content-Type-Options: nosniff\r\n";

response json_response(int status, std::string&& body, const header_fields& cors)
{
    response http{status, header_fields(usual_lines), std::move(body)};
    if (!cors.empty())  // few requests are cross-origin
        http.headers.add(cors);
    return http;
}

/// The HTTP status of a WAMP error with status_codes "http".
int http_status_of(std::string_view error_uri)
{
    const auto found = std::ranges::find(known_errors, error_uri, &known_error::uri);
    return found == known_errors.end() ? 500 : found->status;
}

struct renderer {
    const service_options& options;
    const header_fields& cors;

    answer operator()(const payload& returned) const { return returned_answer(returned); }

    answer operator()(const payload_in_message& returned) const { return returned_answer(returned.at); }

    answer returned_answer(const payload_view& returned) const
    {
        auto body = codec::result_body(returned);
        if (!body)
            return refusal_answer(std::move(body).error(), options.status_codes, cors);
        return {json_response(200, std::move(*body), cors), {}};
    }

    answer operator()(const accepted& publication) const
    {
        return {json_response(options.success_status, R"({"id":)" + std::to_string(publication.id) + "}", cors), {}};
    }

    answer operator()(const call_error& error) const
    {
        auto body = codec::error_body(error);
        if (!body)
            return refusal_answer(std::move(body).error(), options.status_codes, cors);
        const int status = options.status_codes == status_style::http ? http_status_of(error.uri) : 200;
        return {json_response(status, std::move(*body), cors), {.error_uri = error.uri}};
    }

    answer operator()(const failure& why) const { return refusal_answer(why, options.status_codes, cors); }
};

}  // namespace

header_fields cors_headers(const request& req, const checks::origin_grant& grant)
{
    if (!grant.cross_origin)
        return {};
    header_fields headers{{"Access-Control-Allow-Origin", *req.origin()},
                          {"Vary", "Origin"},
                          {"Access-Control-Expose-Headers", exposed_headers}};
    if (grant.listed_by_name)
        headers.add("Access-Control-Allow-Credentials", "true");
    return headers;
}

answer preflight_answer(const method_set& taken, header_fields cors)
{
    if (!cors.empty()) {
        cors.add("Access-Control-Allow-Methods", checks::list_of_methods(taken));
        cors.add("Access-Control-Allow-Headers", sent_headers);
        cors.add("Access-Control-Max-Age", preflight_seconds);
    }
    answer options;
    options.http = json_response(200, {}, cors);
    options.http.headers.add("Allow", checks::list_of_methods(taken));
    return options;
}

answer refusal_answer(failure why, status_style style, const header_fields& cors)
{
    const errc_info& row = describe(why.code);
    const int status = style == status_style::http ? row.status_http : row.status_crossbar;
    answer refused;
    refused.http = json_response(status, codec::refusal_body(why), cors);
    if (why.code == errc::overloaded || why.code == errc::router_unavailable || why.code == errc::store_unavailable)
        refused.http.headers.add("Retry-After", retry_seconds);
    refused.report.why = std::move(why);
    return refused;
}

answer method_refusal_answer(failure why, status_style style, const method_set& taken)
{
    answer refused = refusal_answer(std::move(why), style, {});
    refused.http.headers.add("Allow", checks::list_of_methods(taken));
    return refused;
}

answer end_of_stream_answer(const header_fields& cors)
{
    answer nothing;
    nothing.http = {204, {{"Cache-Control", "no-store"}}, {}};
    nothing.http.headers.add(cors);
    return nothing;
}

void allow_to_keep(response& what, const request& by, const service_options& options)
{
    const std::string tag = checks::entity_tag(what.body);
    if (tag.empty())
        return;
    what.headers.remove("Cache-Control");
    what.headers.remove("Vary");
    what.headers.add("Cache-Control",
                     (options.cache == cache_scope::shared ? "public, max-age=" : "private, max-age=") +
                         std::to_string(options.max_age.count()));
    what.headers.add("ETag", tag);
    // A cache must not serve one origin the CORS headers for another.
    what.headers.add("Vary", options.allowed_origins.empty() ? "Accept" : "Accept, Origin");
    if (!checks::is_listed(tag, by.if_none_match()))
        return;
    what.headers.remove("Content-Type");
    what.status = 304;
    what.body.clear();
}

answer outcome_answer(const outcome& how, const service_options& options, const header_fields& cors)
try {
    const bad_alloc_scope here;
    return std::visit(renderer{options, cors}, how);
} catch (const std::exception& trouble) {
    return refusal_answer(failure_of(trouble), options.status_codes, cors);
}

failure failure_of(const std::exception& trouble)
{
    if (dynamic_cast<const std::bad_alloc*>(&trouble) != nullptr)
        return {errc::overloaded, "not enough memory for a request of this size"};
    return {errc::internal_error, trouble.what()};
}

}  // namespace wampfcgi::bridge
