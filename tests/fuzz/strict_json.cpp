#include "strict_json.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

namespace wampfcgi::fuzz {
namespace {

namespace json = boost::json;

bool nearly_equal(double a, double b)
{
    if (!std::isfinite(a) || !std::isfinite(b))
        return true;  // Boost.JSON overflows slightly earlier
    return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)) + 1e-300;
}

}  // namespace

std::optional<json::value> strict_json(std::string_view text)
{
    json::parse_options options;
    options.max_depth = 128;
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error, {}, options);
    if (error)
        return std::nullopt;
    return value;
}

bool same_json(const json::value& a, const json::value& b)
{
    if (a.is_double() && b.is_double())
        return nearly_equal(a.get_double(), b.get_double());
    if (a.is_array() && b.is_array())
        return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(), b.get_array().end(),
                          same_json);
    if (!a.is_object() || !b.is_object())
        return a == b;
    if (a.get_object().size() != b.get_object().size())
        return false;
    return std::all_of(a.get_object().begin(), a.get_object().end(), [&](const json::key_value_pair& member) {
        const json::value* const other = b.get_object().if_contains(member.key());
        return other != nullptr && same_json(member.value(), *other);
    });
}

}  // namespace wampfcgi::fuzz
