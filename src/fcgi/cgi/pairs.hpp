// Owns the form in which FastCGI sends CGI variables: name-value pairs (FastCGI specification, 3.4).
#pragma once

#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

struct name_value_pair {
    std::string_view name;
    std::string_view value;
};

/// Takes a pair off the front of a stream of them (FastCGI specification, 3.4). Nothing at its end, or where the pair
/// is cut short.
std::optional<name_value_pair> take_pair(std::string_view& stream);

}  // namespace wampfcgi::fcgi
