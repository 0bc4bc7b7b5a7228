#include "wampfcgi/checks/accept.hpp"

#include "checks/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace wampfcgi::checks {
namespace {

constexpr int full_weight = 1000;  // in thousandths, the finest step that a client can send

/// Takes the text before the first unquoted `separator`, and the separator, off the front of `rest`.
std::string_view take_unquoted(std::string_view& rest, char separator)
{
    bool in_quotes = false;
    std::size_t end = 0;
    for (; end < rest.size() && (in_quotes || rest[end] != separator); ++end) {
        if (in_quotes && rest[end] == '\\')
            ++end;
        else if (rest[end] == '"')
            in_quotes = !in_quotes;
    }
    const std::string_view piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return piece;
}

/// Parses "0", "0.5" or "1.000": at most three decimals, and at most 1. Nothing when it has another form.
std::optional<int> read_weight(std::string_view text)
{
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.'))
        return {};
    int weight = text[0] - '0';
    for (std::size_t place = 2; place < 5; ++place) {
        const char digit = place < text.size() ? text[place] : '0';
        if (!is_digit(digit))
            return {};
        weight = 10 * weight + (digit - '0');
    }
    return weight <= full_weight ? std::optional(weight) : std::nullopt;
}

/// The weight among the parameters of a media range. A malformed weight counts as 0.
int weight_of(std::string_view parameters)
{
    while (!parameters.empty()) {
        std::string_view value = take_unquoted(parameters, ';');
        if (equal_in_any_case(trim(take_until(value, '=')), "q"))
            return read_weight(trim(value)).value_or(0);
    }
    return full_weight;
}

/// The weights of wildcards. They apply to JSON when it is not named, the more specific before the more general one.
struct json_weights {
    std::optional<int> of_applications;
    std::optional<int> of_all;
};

/// True when the parameters of a media range include name=value, quoted or not.
bool has_parameter(std::string_view parameters, std::string_view name, std::string_view value)
{
    while (!parameters.empty()) {
        std::string_view given = take_unquoted(parameters, ';');
        if (!equal_in_any_case(trim(take_until(given, '=')), name))
            continue;
        given = trim(given);
        if (given.size() >= 2 && given.front() == '"' && given.back() == '"')
            given = given.substr(1, given.size() - 2);
        return given == value;
    }
    return false;
}

std::optional<figures_format> format_of(std::string_view type, std::string_view parameters)
{
    if (equal_in_any_case(type, "text/plain"))
        return has_parameter(parameters, "version", "0.0.4") ? figures_format::prometheus : figures_format::text;
    if (equal_in_any_case(type, "text/html"))
        return figures_format::html;
    if (equal_in_any_case(type, "application/json"))
        return figures_format::json;
    if (equal_in_any_case(type, "application/openmetrics-text"))
        return figures_format::openmetrics;
    return {};
}

}  // namespace

figures_format wanted_figures(std::string_view accept)
{
    figures_format wanted = figures_format::text;
    int weight = 0;
    while (!accept.empty()) {
        std::string_view range = take_unquoted(accept, ',');
        const std::string_view type = trim(take_unquoted(range, ';'));
        const auto named = format_of(type, range);
        if (const int its_weight = weight_of(range); named && its_weight > weight) {
            weight = its_weight;
            wanted = *named;
        }
    }
    return wanted;
}

media wanted_media(std::string_view accept)
{
    static constexpr std::array<std::pair<std::string_view, media>, 3> named{{
        {"application/json", media::json},
        {"text/event-stream", media::event_stream},
        {"application/x-ndjson", media::ndjson},
    }};
    media wanted = media::json;
    int weight = 0;
    bool json_is_named = false;
    json_weights unnamed;
    while (!accept.empty()) {
        std::string_view range = take_unquoted(accept, ',');
        const std::string_view type = trim(take_unquoted(range, ';'));
        if (type == "*/*")
            unnamed.of_all = weight_of(range);
        else if (equal_in_any_case(type, "application/*"))
            unnamed.of_applications = weight_of(range);
        for (const auto& [name, which] : named) {
            if (!equal_in_any_case(type, name))
                continue;
            json_is_named = json_is_named || which == media::json;
            if (const int its_weight = weight_of(range); its_weight > weight) {
                weight = its_weight;
                wanted = which;
            }
        }
    }
    if (!json_is_named && unnamed.of_applications.value_or(unnamed.of_all.value_or(0)) > weight)
        return media::json;
    return wanted;
}

}  // namespace wampfcgi::checks
