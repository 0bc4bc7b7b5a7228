#include "wampfcgi/checks/token.hpp"

#include "checks/hmac.hpp"
#include "checks/text.hpp"
#include "wampfcgi/core/headers.hpp"

namespace wampfcgi::checks {

result<void> check_bearer_token(const request& req, std::string_view token)
{
    const auto header = find_header(req, "Authorization");
    if (!header)
        return refusal(errc::token_invalid, "no Authorization header");
    std::string_view given = trim(*header);
    if (!equal_in_any_case(take_until(given, ' '), "bearer"))
        return refusal(errc::token_invalid, "the Authorization header is not a bearer token");
    if (!equal_in_constant_time(trim(given), token))
        return refusal(errc::token_invalid, "wrong bearer token");
    return {};
}

}  // namespace wampfcgi::checks
