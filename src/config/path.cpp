#include "config/path.hpp"

#include <algorithm>

namespace wampfcgi::config {
namespace {

bool is_joined_names(std::string_view text)
{
    const bool has_stray = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '?' || c == '#';
    });
    return !has_stray && !text.empty() && !text.starts_with('/') && !text.ends_with('/') &&
           text.find("//") == std::string_view::npos;
}

}  // namespace

bool is_service_path(std::string_view text)
{
    return text == "/" || is_joined_names(text);
}

bool is_mount(std::string_view text)
{
    if (text == "/")
        return true;
    if (!text.starts_with('/'))
        return false;
    text.remove_prefix(1);
    if (text.ends_with('/'))
        text.remove_suffix(1);
    return is_joined_names(text);
}

}  // namespace wampfcgi::config
