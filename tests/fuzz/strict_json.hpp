// Owns a second opinion on JSON: Boost.JSON's own values, with none of the project's code between.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace wampfcgi::fuzz {

/// The value of a text that is JSON in valid UTF-8 to the letter, nested at most 128 deep; nothing otherwise.
std::optional<boost::json::value> strict_json(std::string_view text);

/// Whether two values are the same. Doubles may differ in their last digits, because Boost.JSON rounds them inexactly.
bool same_json(const boost::json::value& a, const boost::json::value& b);

}  // namespace wampfcgi::fuzz
