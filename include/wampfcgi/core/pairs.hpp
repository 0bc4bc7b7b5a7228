// Owns the format in which a request stores its variables, the same as on the wire: name-value pairs (FastCGI
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

/// Takes a pair off the front of a stream of pairs. Nothing at the end, or when the pair is truncated.
std::optional<name_value_pair> take_pair(std::string_view& stream);

/// Appends a pair to a stream of pairs. Name and value must each be shorter than 2 GiB.
void append_pair(std::string& stream, std::string_view name, std::string_view value);

}  // namespace wampfcgi
