#include "wampfcgi/checks/signature.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/hex.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace wampfcgi::checks {

namespace {

using member = std::optional<std::string_view> query_parameters::*;

constexpr std::size_t max_named_bytes = 64;  // longest parameter name that a refusal repeats

constexpr std::size_t checked_bytes = 8;

/// True for what stands for itself whatever follows, as nearly all characters: '%' and '+' come before it in ASCII.
bool is_plain(char c)
{
    return static_cast<unsigned char>(c) > '+';
}

/// True when all bytes of a block are ASCII and is_plain().
bool is_plain_block(const char* block)
{
    constexpr std::uint64_t each_byte = 0x0101'0101'0101'0101U;
    std::uint64_t word = 0;
    std::memcpy(&word, block, checked_bytes);
    return (((word - each_byte * ('+' + 1)) | word) & each_byte * 0x80) == 0;
}

/// Writes `text` without its escapes to `out`, which has room for all of it. Returns the end of what was written.
char* write_decoded(std::string_view text, char* out)
{
    std::size_t at = 0;
    while (true) {
        for (; text.size() - at >= checked_bytes && is_plain_block(text.data() + at); at += checked_bytes)
            out = std::copy_n(text.data() + at, checked_bytes, out);
        for (; at < text.size() && is_plain(text[at]); ++at)
            *out++ = text[at];
        if (at == text.size())
            return out;
        const auto byte = percent_escape(text.substr(at));
        *out++ = byte ? *byte : text[at] == '+' ? ' ' : text[at];
        at += byte ? 3 : 1;
    }
}

std::string form_decode(std::string_view text)
{
    std::string decoded(text.size(), '\0');
    decoded.resize(static_cast<std::size_t>(write_decoded(text, decoded.data()) - decoded.data()));
    return decoded;
}

/// Null when no parameter with a meaning has this name.
member parameter_called(std::string_view name)
{
    // Compares with constants: faster than a search.
    if (name == "key")
        return &query_parameters::key;
    if (name == "timestamp")
        return &query_parameters::timestamp;
    if (name == "seq")
        return &query_parameters::seq;
    if (name == "nonce")
        return &query_parameters::nonce;
    return name == "signature" ? &query_parameters::signature : nullptr;
}

bool is_plain_name(std::string_view name)
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
                       is_plain_name(name) ? name : "query");
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
    if (decoded.size() < query.size())
        decoded.resize(query.size());  // at once: the views must stay valid
    char* end = decoded.data();
    query_parameters parameters;
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        const std::string_view name = take_until(value, '=');
        member target = parameter_called(name);
        if (target == nullptr && name.find('%') != std::string_view::npos)
            target = parameter_called(form_decode(name));
        if (target == nullptr || parameters.*target)
            continue;
        char* const begin = end;
        end = write_decoded(value, begin);
        parameters.*target = std::string_view(begin, static_cast<std::size_t>(end - begin));
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
