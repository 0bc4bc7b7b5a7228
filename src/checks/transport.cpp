#include "wampfcgi/checks/transport.hpp"

#include "checks/text.hpp"

#include <algorithm>
#include <string>

namespace wampfcgi::checks {

namespace {

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_given(std::optional<std::string_view> variable)
{
    return variable && !variable->empty();
}

/// "charset=utf-8", the one parameter that says what the bridge takes anyway.
bool is_utf8_charset(std::string_view parameter)
{
    const std::string_view name = take_until(parameter, '=');
    std::string_view value = parameter;
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
        value = value.substr(1, value.size() - 2);
    return equal_in_any_case(name, "charset") &&
           (equal_in_any_case(value, "utf-8") || equal_in_any_case(value, "utf8"));
}

bool is_json_in_utf8(std::string_view content_type)
{
    if (!equal_in_any_case(trim(take_until(content_type, ';')), "application/json"))
        return false;
    bool charset_given = false;
    while (!content_type.empty()) {
        const std::string_view parameter = trim(take_until(content_type, ';'));
        if (parameter.empty())
            continue;  // RFC 9110, 5.6.6: a recipient takes empty parameters
        if (charset_given || !is_utf8_charset(parameter))
            return false;
        charset_given = true;
    }
    return true;
}

failure too_large(std::string_view what, std::uint64_t bytes, std::uint64_t limit_bytes)
{
    return refusal(errc::body_too_large, std::string(what) + " of " + std::to_string(bytes) + " bytes, " +
                                             std::to_string(limit_bytes) + " allowed");
}

}  // namespace

result<void> check_method(const request& req)
{
    if (req.method() != "POST" && req.method() != "PUT" && req.method() != "OPTIONS")
        return refusal(errc::method_not_allowed, "method is not POST, PUT or OPTIONS", req.method());
    return {};
}

bool is_tls(std::string_view https)
{
    return https == "1" || equal_in_any_case(https, "on");
}

result<void> check_tls(const request& req, bool require_tls)
{
    if (require_tls && !is_tls(req.https()))
        return refusal(errc::tls_required, "request without TLS, TLS required", req.https());
    return {};
}

result<void> check_content_type(const request& req)
{
    if (is_given(req.content_type())) {
        if (!is_json_in_utf8(*req.content_type()))
            return refusal(errc::content_type_unsupported, "content type is not application/json in UTF-8",
                           *req.content_type());
        return {};
    }
    if (is_given(req.origin()))
        return refusal(errc::content_type_unsupported, "no content type beside an origin, application/json required");
    return {};
}

result<std::optional<std::uint64_t>> check_announced_length(const request& req, std::uint64_t limit_bytes)
{
    if (!is_given(req.content_length()))
        return std::optional<std::uint64_t>{};
    if (!std::ranges::all_of(*req.content_length(), is_digit))
        return refusal(errc::body_truncated, "announced length is no number", *req.content_length());
    const auto announced = read_number(*req.content_length());
    if (!announced)
        return refusal(limit_bytes != 0 ? errc::body_too_large : errc::body_truncated,
                       "announced length is beyond 64 bits", *req.content_length());
    if (limit_bytes != 0 && *announced > limit_bytes)
        return too_large("announced body", *announced, limit_bytes);
    return announced;
}

result<void> check_body_length(const request& req, std::uint64_t limit_bytes)
{
    if (limit_bytes != 0 && req.body().size() > limit_bytes)
        return too_large("body", req.body().size(), limit_bytes);
    const auto announced = check_announced_length(req, limit_bytes);
    if (!announced)
        return announced.error();
    if (*announced && **announced != req.body().size())
        // A cut body can still parse, with another meaning: it is never forwarded.
        return refusal(errc::body_truncated, "body of " + std::to_string(req.body().size()) + " bytes, " +
                                                 std::to_string(**announced) + " announced");
    return {};
}

}  // namespace wampfcgi::checks
