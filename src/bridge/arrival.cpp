#include "bridge/arrival.hpp"

#include "bridge/rendering.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/checks/transport.hpp"

#include <utility>

namespace wampfcgi::bridge {

std::variant<answer, header_list> check_arrival(const request& req, const service_options& options)
{
    const auto with_debug = [&](answer finished) {
        finished.report.debug = options.debug;
        return finished;
    };
    const auto refused = [&](failure why) {
        return with_debug(refusal_answer(std::move(why), options.status_codes, {}));
    };

    if (auto ok = checks::check_method(req, options.methods); !ok)
        return with_debug(method_refusal_answer(ok.error(), options.status_codes, options.methods));
    if (auto ok = checks::check_tls(req, options.require_tls); !ok)
        return refused(ok.error());
    if (auto ok = checks::check_address(req.remote_addr(), options.require_ip); !ok)
        return refused(ok.error());
    const auto grant = checks::check_origin(req, options.allowed_origins);
    if (!grant)
        return refused(grant.error());
    header_list cors = cors_headers(req, *grant);
    if (req.method() == "OPTIONS")
        return with_debug(preflight_answer(options.methods, std::move(cors)));
    return cors;
}

}  // namespace wampfcgi::bridge
