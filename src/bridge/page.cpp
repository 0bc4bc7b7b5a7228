#include "bridge/page.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/local.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/core/text/base64.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <utility>

namespace wampfcgi::bridge {
namespace {

void append_source(std::string& policy, std::string_view directive, std::string_view hash)
{
    if (const auto bytes = from_hex(hash); bytes && !bytes->empty())
        policy.append("; ").append(directive).append(" 'sha256-").append(to_base64(*bytes)).append("'");
}

}  // namespace

std::optional<answer> refuse_reader(const request& req, const service_options& options, default_audience unless_listed)
{
    const auto refused = [&](answer finished) {
        finished.report.debug = options.debug;
        return finished;
    };
    if (auto ok = checks::check_method(req, get_and_head); !ok)
        return refused(method_refusal_answer(ok.error(), options.status_codes, get_and_head));
    const bool for_loopback = !options.require_ip && unless_listed == default_audience::loopback;
    if (auto ok = checks::check_tls(req, options.require_tls); !ok)
        return refused(refusal_answer(ok.error(), options.status_codes, {}));
    if (auto ok =
            for_loopback ? checks::check_local(req) : checks::check_address(req.remote_addr(), options.require_ip);
        !ok)
        return refused(refusal_answer(ok.error(), options.status_codes, {}));
    if (const auto grant = checks::check_origin(req, {}); !grant)
        return refused(refusal_answer(grant.error(), options.status_codes, {}));
    return std::nullopt;
}

answer shown_answer(int status, std::string_view content_type, std::string body)
{
    answer made;
    made.http = {status,
                 {{"Content-Type", content_type},
                  {"Cache-Control", "no-store"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Referrer-Policy", "no-referrer"}},
                 std::move(body)};
    return made;
}

std::string content_security_policy(const inline_hashes& of)
{
    std::string policy = "default-src 'none'; connect-src 'self'";
    append_source(policy, "script-src", of.script);
    append_source(policy, "style-src", of.style);
    return policy + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

answer page_answer(std::string_view html, const inline_hashes& hashes)
{
    answer page = shown_answer(200, "text/html; charset=UTF-8", std::string(html));
    page.http.headers.add("Content-Security-Policy", content_security_policy(hashes));
    return page;
}

answer data_answer(std::string json)
{
    return shown_answer(200, "application/json; charset=UTF-8", std::move(json));
}

}  // namespace wampfcgi::bridge
