// Input: the query string of a GET. Every parameter must arrive unchanged and in order in the keyword arguments, or the
// request must be refused.
#include "target.hpp"

#include "strict_json.hpp"

#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/codec/transcode.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <string>

namespace wampfcgi::fuzz {
namespace {

std::string encoded(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += {'%', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
    return out;
}

std::string written(const checks::parameter_list& parameters)
{
    std::string query;
    for (const auto& [name, value] : parameters)
        query.append(query.empty() ? "" : "&").append(encoded(name)).append("=").append(encoded(value));
    return query;
}

boost::json::object expected(const checks::parameter_list& parameters)
{
    boost::json::object all;
    for (const auto& [name, value] : parameters) {
        if (!all.contains(name))
            all.emplace(name, value);
        else if (all[name].is_string())
            all[name] = {all[name], value};
        else
            all[name].get_array().emplace_back(value);
    }
    return all;
}

bool is_clean(std::string_view text)
{
    return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

}  // namespace

void run(std::string_view input)
{
    const auto parameters = checks::other_parameters(input);
    if (!parameters) {
        must(parameters.error().code == errc::parameter_invalid, "only a parameter can be at fault");
        must(input.find('%') != std::string_view::npos || !is_clean(input), "what is clean is not refused");
        return;
    }
    for (const auto& [name, value] : *parameters) {
        must(is_clean(name) && is_clean(value), "names and values are clean");
        must(name != "key" && name != "signature", "what signs is no argument");
    }
    must(checks::other_parameters(written(*parameters)).value() == *parameters,
         "parameters that are written again are the same");

    const auto kwargs = codec::query_kwargs(*parameters);
    const bool is_reserved = std::ranges::any_of(*parameters, [](const auto& each) { return each.first == "_http"; });
    must(is_reserved == kwargs.has_error(), "the reserved name alone is refused");
    if (!kwargs)
        return;
    must(strict_json(codec::message_to_json(*kwargs).value()).value() == expected(*parameters),
         "every parameter arrives");
}

}  // namespace wampfcgi::fuzz
