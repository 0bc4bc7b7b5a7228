// Owns the way from a file's text to settings, for those who look at the file itself too.
#pragma once

#include "wampfcgi/config/config.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::config {

struct parsed {
    std::variant<settings, mistakes> found;
    bool has_secret;  ///< one stands in the text itself, not in a file that it names
};

/// What parse() does.
parsed parse_noting_secrets(std::string_view text, const std::string& file_name, const file_reader& read_file);

}  // namespace wampfcgi::config
