#include "bridge/arrival.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/transport.hpp"

#include <utility>

namespace wampfcgi::bridge {

result<checks::origin_grant> check_whence(const request& req, const service_options& options)
{
    if (auto ok = checks::check_tls(req, options.require_tls); !ok)
        return ok.error();
    if (auto ok = checks::check_address(req.remote_addr(), options.require_ip); !ok)
        return ok.error();
    return checks::check_origin(req, options.allowed_origins);
}

std::optional<answer> check_arrival(const request& req, const service_options& options, header_fields& cors)
{
    const auto with_debug = [&](answer finished) {
        finished.report.debug = options.debug;
        return finished;
    };

    if (auto ok = checks::check_method(req, options.methods); !ok)
        return with_debug(method_refusal_answer(ok.error(), options.status_codes, options.methods));
    const auto grant = check_whence(req, options);
    if (!grant)
        return with_debug(refusal_answer(grant.error(), options.status_codes, {}));
    cors = cors_headers(req, *grant);
    if (req.method() == "OPTIONS")
        return with_debug(preflight_answer(options.methods, std::move(cors)));
    return {};
}

}  // namespace wampfcgi::bridge
