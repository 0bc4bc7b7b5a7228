// Owns the way from the file's text to a tree whose every key and value knows its line.
// What the values have to be is the readers' business (values.hpp and the sections).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::config {

struct member;

/// A JSON value as it stands in the file.
struct node {
    enum class kind { nothing, null, boolean, number, string, list, object };

    kind type = kind::nothing;  ///< nothing: stands for a value that is not there
    std::size_t line = 0;       ///< where it begins; the first line is 1
    std::string text;           ///< a string's value, a number as written, "true" or "false"
    std::vector<node> items;
    std::vector<member> members;  ///< in the file's order; a key may come twice
};

/// A key of an object and its value.
struct member {
    std::string key;
    std::size_t line = 0;  ///< of the key
    node value;
};

/// Why a text is no JSON, and where.
struct syntax_error {
    std::size_t line;
    std::string text;  ///< "expected WHAT, got WHAT"
};

/// Most nested lists and objects; settings need no more than 5, and 16 in authextra.
inline constexpr std::size_t max_depth = 32;

/// Reads JSON with comments and trailing commas; a byte order mark at the start does not count.
std::variant<node, syntax_error> read_tree(std::string_view text);

}  // namespace wampfcgi::config
