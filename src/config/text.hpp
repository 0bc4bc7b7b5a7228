// Owns the parts of messages: found values, paths, suggestions.
#pragma once

#include "config/tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::config {

/// `text` in quotes, control characters escaped, cut after 40 bytes.
std::string quote(std::string_view text);

/// A found value for a message: numbers as written, strings in quotes.
std::string describe(const node& value);

/// The same for a possible secret: only its type, and a string's length.
std::string describe_without_value(const node& value);

/// The path of a member: "router.url", "paths./", or paths["a.b"] for a key that would be ambiguous.
std::string path_of_member(const std::string& parent, std::string_view key);

/// The path of a list's item, counted from 0: "router.urls[1]".
std::string path_of_item(const std::string& parent, std::size_t index);

/// The word of `known` that `word` is probably meant to be: an edit distance of two at most.
std::optional<std::string_view> closest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace wampfcgi::config
