#include "wampfcgi/checks/signature.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/hex.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace wampfcgi::checks {

namespace {

using member = std::optional<std::string_view> query_parameters::*;

constexpr std::array<std::pair<std::string_view, member>, 5> signing_parameters{{
    {"key", &query_parameters::key},
    {"timestamp", &query_parameters::timestamp},
    {"seq", &query_parameters::seq},
    {"nonce", &query_parameters::nonce},
    {"signature", &query_parameters::signature},
}};

constexpr std::size_t max_named_bytes = 64;  // longest parameter name that a refusal repeats

/// Number of bytes at the start of `text` that stand for themselves.
std::size_t plain_prefix(std::string_view text)
{
    const std::string_view before_escape = text.substr(0, text.find('%'));
    return std::min(before_escape.find('+'), before_escape.size());
}

/// Appends `text` without its escapes. `plain_bytes` is its plain_prefix().
void append_decoded(std::string& out, std::string_view text, std::size_t plain_bytes)
{
    while (true) {
        out += text.substr(0, plain_bytes);
        text.remove_prefix(plain_bytes);
        if (text.empty())
            return;
        const auto byte = percent_escape(text);
        out += byte ? *byte : text[0] == '+' ? ' ' : '%';
        text.remove_prefix(byte ? 3 : 1);
        plain_bytes = plain_prefix(text);
    }
}

std::string form_decode(std::string_view text)
{
    std::string decoded;
    append_decoded(decoded, text, plain_prefix(text));
    return decoded;
}

/// The text without escapes. `decoded` must have room for it, because other views point into it.
std::string_view form_decode(std::string_view text, std::string& decoded)
{
    const std::size_t plain_bytes = plain_prefix(text);
    if (plain_bytes == text.size())
        return text;
    const std::size_t from = decoded.size();
    append_decoded(decoded, text, plain_bytes);
    return std::string_view(decoded).substr(from);
}

/// Null when no parameter with a meaning has this name.
member parameter_called(std::string_view name)
{
    const auto found = std::ranges::find(signing_parameters, name, [](const auto& each) { return each.first; });
    return found == signing_parameters.end() ? nullptr : found->second;
}

bool is_plain(std::string_view name)
{
    static constexpr std::string_view marks = "_-.";
    return !name.empty() && name.size() <= max_named_bytes && std::ranges::all_of(name, [](char c) {
        return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || marks.find(c) != std::string_view::npos;
    });
}

/// Returns an empty text when `text` is valid.
std::string_view fault_of(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return "contains U+0000";
    return is_utf8(text) ? std::string_view() : "is not UTF-8";
}

result<void> check_text(const std::string& name, const std::string& value)
{
    const auto refuse = [&](std::string_view which, std::string_view fault, const std::string& text) {
        return failure(errc::parameter_invalid, std::string(which) + " of a parameter " + std::string(fault), text,
                       is_plain(name) ? name : "query");
    };
    if (const auto fault = fault_of(name); !fault.empty())
        return refuse("name", fault, name);
    if (const auto fault = fault_of(value); !fault.empty())
        return refuse("value", fault, value);
    return {};
}

}  // namespace

query_parameters parse_query(std::string_view query, std::string& decoded)
{
    decoded.clear();
    decoded.reserve(query.size());  // the views must stay valid
    query_parameters parameters;
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        const std::string_view name = take_until(value, '=');
        member target = parameter_called(name);
        if (target == nullptr && name.find('%') != std::string_view::npos)
            target = parameter_called(form_decode(name));
        if (target != nullptr && !(parameters.*target))
            parameters.*target = form_decode(value, decoded);
    }
    return parameters;
}

result<parameter_list> other_parameters(std::string_view query)
{
    parameter_list others;
    while (!query.empty()) {
        std::string_view rest = take_until(query, '&');
        if (rest.empty())
            continue;
        std::string name = form_decode(take_until(rest, '='));
        if (parameter_called(name) != nullptr)
            continue;
        std::string value = form_decode(rest);
        if (auto ok = check_text(name, value); !ok)
            return ok.error();
        others.emplace_back(std::move(name), std::move(value));
    }
    return others;
}

}  // namespace wampfcgi::checks
