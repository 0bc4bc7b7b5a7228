// Owns parsing the file's text to a tree in which every key and value has its line. The readers (values.hpp and the
// sections) check the values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::config {

struct member;

/// A JSON value in the file.
struct node {
    enum class kind { nothing, null, boolean, number, string, list, object };

    kind type = kind::nothing;  ///< nothing: stands for a missing value
    std::size_t line = 0;       ///< of its beginning; lines are counted from 1
    std::string text;           ///< a string's value, a number as written, "true" or "false"
    std::vector<node> items;
    std::vector<member> members;  ///< in the file's order; may contain repeated keys
};

/// A key of an object and its value.
struct member {
    std::string key;
    std::size_t line = 0;  ///< of the key
    node value;
};

/// Why and where a text is not JSON.
struct syntax_error {
    std::size_t line;
    std::string text;  ///< "expected WHAT, got WHAT"
};

/// The deepest nesting of lists and objects; settings need 5 at most, and 16 in authextra.
inline constexpr std::size_t max_depth = 32;

/// Parses JSON with comments and trailing commas; ignores a byte order mark at the start.
std::variant<node, syntax_error> read_tree(std::string_view text);

}  // namespace wampfcgi::config
