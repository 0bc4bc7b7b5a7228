#include "fcgi/cgi/request_id.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

bool is_token_character(char c) noexcept
{
    constexpr std::string_view marks = "._~@/+=-";
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

void append_hex(std::string& text, std::uint64_t number)
{
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
    text.append(digits.begin(), end);
}

std::string own_request_id()
{
    static std::uint64_t count = 0;
    static const std::string begin = [] {
        std::string process;
        append_hex(process, static_cast<std::uint64_t>(::getpid()));
        return process + '-';
    }();
    std::string id = begin;
    append_hex(id, ++count);
    return id;
}

}  // namespace

bool is_plain_token(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= longest_request_id &&
           std::all_of(text.begin(), text.end(), is_token_character);
}

std::string request_id(std::string_view unique_id, std::string_view x_request_id)
{
    if (is_plain_token(unique_id))
        return std::string(unique_id);
    if (is_plain_token(x_request_id))
        return std::string(x_request_id);
    return own_request_id();
}

}  // namespace wampfcgi::fcgi
