// Owns a reference JSON parser: Boost.JSON's own values, without any code of this project.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace wampfcgi::fuzz {

/// The value of strictly valid JSON in valid UTF-8, nested at most 128 deep; nothing otherwise.
std::optional<boost::json::value> strict_json(std::string_view text);

/// True when two values are equal. The last digits of doubles may differ, because Boost.JSON rounds them inexactly.
bool same_json(const boost::json::value& a, const boost::json::value& b);

}  // namespace wampfcgi::fuzz
