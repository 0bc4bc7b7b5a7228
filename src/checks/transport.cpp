#include "wampfcgi/checks/transport.hpp"

#include "checks/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace wampfcgi::checks {

namespace {

struct known_method {
    std::string_view name;
    bool method_set::*is_taken;
};

constexpr std::array<known_method, 5> known_methods{{
    {"GET", &method_set::get},
    {"HEAD", &method_set::head},
    {"POST", &method_set::post},
    {"PUT", &method_set::put},
    {"OPTIONS", &method_set::options},
}};

bool is_given(std::optional<std::string_view> variable)
{
    return variable && !variable->empty();
}

bool is_token_character(char c)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || marks.find(c) != std::string_view::npos;
}

/// Takes a token (RFC 9110, 5.6.2) off the front; empty when there is none.
std::string_view take_token(std::string_view& rest)
{
    const auto end = std::ranges::find_if_not(rest, is_token_character);
    const std::string_view token(rest.begin(), end);
    rest.remove_prefix(token.size());
    return token;
}

/// Takes the rest of a quoted string (RFC 9110, 5.6.4) after its opening quote off the front. Nothing when the closing
/// quote is missing.
std::optional<std::string> take_quoted(std::string_view& rest)
{
    std::string text;
    while (!rest.empty()) {
        const bool is_escaped = rest.front() == '\\' && rest.size() > 1;
        if (rest.front() == '"') {
            rest.remove_prefix(1);
            return text;
        }
        text += rest[is_escaped ? 1 : 0];
        rest.remove_prefix(is_escaped ? 2 : 1);
    }
    return std::nullopt;
}

/// Takes the value of a parameter off the front. Nothing when there is none.
std::optional<std::string> take_value(std::string_view& rest)
{
    if (!rest.starts_with('"')) {
        const std::string_view token = take_token(rest);
        return token.empty() ? std::nullopt : std::optional<std::string>(token);
    }
    rest.remove_prefix(1);
    return take_quoted(rest);
}

/// Parses the parameters after the media type (RFC 9110, 5.6.6); empty ones are allowed. True when all are well-formed
/// and charset, if given, is given once and is UTF-8.
bool are_parameters_of_utf8(std::string_view rest)
{
    bool charset_given = false;
    while (!(rest = trim(rest)).empty()) {
        if (rest.front() != ';')
            return false;
        rest = trim(rest.substr(1));
        const std::string_view name = take_token(rest);
        if (name.empty())
            continue;
        if (!rest.starts_with('='))
            return false;
        rest.remove_prefix(1);
        const auto value = take_value(rest);
        if (!value)
            return false;
        if (!equal_in_any_case(name, "charset"))
            continue;
        if (charset_given || !(equal_in_any_case(*value, "utf-8") || equal_in_any_case(*value, "utf8")))
            return false;
        charset_given = true;
    }
    return true;
}

bool is_json_in_utf8(std::string_view content_type)
{
    if (content_type == "application/json")
        return true;
    const std::size_t type_end = std::min(content_type.find(';'), content_type.size());
    return equal_in_any_case(trim(content_type.substr(0, type_end)), "application/json") &&
           are_parameters_of_utf8(content_type.substr(type_end));
}

failure too_large(std::string_view what, std::uint64_t bytes, std::uint64_t limit_bytes)
{
    return refusal(errc::body_too_large, std::string(what) + " of " + std::to_string(bytes) + " bytes, " +
                                             std::to_string(limit_bytes) + " allowed");
}

}  // namespace

result<void> check_method(const request& req, const method_set& taken)
{
    if (req.method() == "POST" && taken.post)
        return {};  // nearly always: faster than a search
    for (const known_method& each : known_methods)
        if (req.method() == each.name && taken.*each.is_taken)
            return {};
    return refusal(errc::method_not_allowed, "method is none of " + list_of_methods(taken), req.method());
}

std::string list_of_methods(const method_set& taken)
{
    std::string list;
    for (const known_method& each : known_methods)
        if (taken.*each.is_taken)
            list.append(list.empty() ? "" : ", ").append(each.name);
    return list;
}

bool asks_by_query(const request& req)
{
    return req.method() == "GET" || req.method() == "HEAD";
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
        return refusal(errc::content_type_unsupported, "Origin without a content type, application/json required");
    return {};
}

result<std::optional<std::uint64_t>> check_announced_length(const request& req, std::uint64_t limit_bytes)
{
    const auto text = req.content_length();
    if (!is_given(text))
        return std::optional<std::uint64_t>{};
    const auto announced = read_number(*text);
    if (announced && (limit_bytes == 0 || *announced <= limit_bytes))
        return announced;
    if (announced)
        return too_large("announced body", *announced, limit_bytes);
    if (*text == "-1")
        return std::optional<std::uint64_t>{};
    if (!std::ranges::all_of(*text, is_digit))
        return refusal(errc::body_truncated, "announced length is not a number", *text);
    return refusal(limit_bytes != 0 ? errc::body_too_large : errc::body_truncated, "announced length is beyond 64 bits",
                   *text);
}

result<void> check_body_length(std::string_view body, std::optional<std::uint64_t> announced_bytes,
                               std::uint64_t limit_bytes)
{
    if (limit_bytes != 0 && body.size() > limit_bytes)
        return too_large("body", body.size(), limit_bytes);
    if (announced_bytes && *announced_bytes != body.size())
        // A truncated body can still parse, with another meaning: never forward it.
        return refusal(errc::body_truncated, "body of " + std::to_string(body.size()) + " bytes, " +
                                                 std::to_string(*announced_bytes) + " announced");
    return {};
}

}  // namespace wampfcgi::checks
