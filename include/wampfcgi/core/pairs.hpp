// Owns the form in which a request keeps its variables, which is how FastCGI sends them: name-value pairs (FastCGI
// specification, 3.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

struct name_value_pair {
    std::string_view name;
    std::string_view value;
};

/// Takes a pair off the front of a stream of them. Nothing at its end, or where the pair is cut short.
std::optional<name_value_pair> take_pair(std::string_view& stream);

/// Appends a pair, of less than 2 GiB each, to a stream of them.
void append_pair(std::string& stream, std::string_view name, std::string_view value);

}  // namespace wampfcgi
