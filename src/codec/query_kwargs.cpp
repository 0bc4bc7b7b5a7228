#include "codec/value_builder.hpp"
#include "wampfcgi/codec/body.hpp"

#include <map>
#include <vector>

namespace wampfcgi::codec {
namespace {

/// A name with all its values, in the order of the query.
struct named_values {
    std::string_view name;
    std::vector<std::string_view> values;
};

std::vector<named_values> by_name(std::span<const std::pair<std::string, std::string>> parameters)
{
    std::vector<named_values> all;
    std::map<std::string_view, std::size_t> places;
    for (const auto& [name, value] : parameters) {
        const auto [place, is_new] = places.emplace(name, all.size());
        if (is_new)
            all.push_back({name, {}});
        all[place->second].values.push_back(value);
    }
    return all;
}

void add(value_builder& map, const named_values& one)
{
    map.key(one.name);
    if (one.values.size() == 1)
        return map.text(one.values.front());
    map.open();
    for (const std::string_view value : one.values)
        map.text(value);
    map.close_list(one.values.size());
}

}  // namespace

result<std::string> query_kwargs(std::span<const std::pair<std::string, std::string>> parameters,
                                 std::size_t most_bytes)
{
    value_builder map(0);
    map.open();
    for (const named_values& one : by_name(parameters)) {
        if (one.name == reserved_member)
            return failure(errc::arguments_invalid, "the query has the reserved name _http");
        add(map, one);
    }
    map.close_map();
    std::string kwargs = map.take();
    if (kwargs.size() > most_bytes)
        return failure(errc::body_too_large, "arguments of " + std::to_string(kwargs.size()) +
                                                 " bytes, the router takes " + std::to_string(most_bytes));
    return kwargs;
}

}  // namespace wampfcgi::codec
