// Owns the words that messages are made of: found values, paths, suggestions.
#pragma once

#include "config/tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::config {

/// `text` in quotes, control characters escaped, cut behind 40 bytes.
std::string quote(std::string_view text);

/// What was found, for a message: numbers as written, strings in quotes.
std::string describe(const node& value);

/// The same for what may be a secret: nothing but its type, and a string's length.
std::string describe_without_value(const node& value);

/// The path of a member: "router.url", "paths./", or paths["a.b"] for a key that would be misread.
std::string path_of_member(const std::string& parent, std::string_view key);

/// The path of a list's item, counted from 0: "router.urls[1]".
std::string path_of_item(const std::string& parent, std::size_t index);

/// The word of `known` that `word` is probably meant to be: at most two slips of the keyboard away.
std::optional<std::string_view> closest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace wampfcgi::config
