// Declares what etc/console/embed.cmake makes of etc/console/console.html.
#pragma once

#include <string_view>

namespace wampfcgi::bridge {

struct console_page {
    static const std::string_view html;
    static const std::string_view script_sha256;  ///< of the text between its script tags, in hexadecimal digits
    static const std::string_view style_sha256;
};

}  // namespace wampfcgi::bridge
