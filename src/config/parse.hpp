// Owns parsing a file's text to settings, for callers that also check the file itself.
#pragma once

#include "wampfcgi/config/config.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::config {

struct parsed {
    std::variant<settings, mistakes> found;
    bool has_secret;  ///< in the text itself, not in a file that it names
};

/// Like parse(), and tells whether the text has a secret.
parsed parse_noting_secrets(std::string_view text, const std::string& file_name, const file_reader& read_file);

}  // namespace wampfcgi::config
