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

/// The ids of a process: its own number, and how many there were, in hexadecimal digits.
class own_ids {
public:
    own_ids()
    {
        count_at_ = std::to_chars(text_.begin(), text_.end(), static_cast<std::uint64_t>(::getpid()), 16).ptr;
        *count_at_++ = '-';
    }

    std::string_view next()
    {
        const char* const end = std::to_chars(count_at_, text_.end(), ++count_, 16).ptr;
        return {text_.data(), static_cast<std::size_t>(end - text_.data())};
    }

private:
    std::array<char, 16 + 1 + 16> text_{};
    char* count_at_;
    std::uint64_t count_ = 0;
};

}  // namespace

bool is_plain_token(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= longest_request_id &&
           std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view request_id(std::string_view unique_id, std::string_view x_request_id)
{
    if (is_plain_token(unique_id))
        return unique_id;
    if (is_plain_token(x_request_id))
        return x_request_id;
    static own_ids own;
    return own.next();
}

}  // namespace wampfcgi::fcgi
