#include "wampfcgi/codec/service_list.hpp"

#include "codec/json_text.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace wampfcgi::codec {
namespace {

/// The types that the console has a form for. A webhook is for third parties; the other types have their own pages.
std::optional<std::string_view> name_of_usable(service_type type)
{
    switch (type) {
    case service_type::caller:
        return "caller";
    case service_type::publisher:
        return "publisher";
    case service_type::events:
        return "events";
    case service_type::webhook:
    case service_type::status:
    case service_type::console:
        break;
    }
    return std::nullopt;
}

void append_member(std::string& out, std::string_view name, std::string_view text)
{
    append_string(out.append(out.ends_with('{') ? "" : ","), name);
    append_string(out += ':', text);
}

void append_member(std::string& out, std::string_view name, bool value)
{
    append_string(out += ',', name);
    out.append(value ? ":true" : ":false");
}

void append_member(std::string& out, std::string_view name, const std::vector<std::string>& texts)
{
    append_string(out += ',', name);
    out += ":[";
    for (const std::string& each : texts)
        append_string(out.append(out.ends_with('[') ? "" : ","), each);
    out += ']';
}

std::vector<std::string> names_of(const method_set& taken)
{
    constexpr std::array<std::pair<std::string_view, bool method_set::*>, 3> names{
        {{"POST", &method_set::post}, {"PUT", &method_set::put}, {"GET", &method_set::get}}};
    std::vector<std::string> found;
    for (const auto& [name, member] : names)
        if (taken.*member)
            found.emplace_back(name);
    return found;
}

void append_service(std::string& out, const service_settings& which, std::string_view type)
{
    const service_options& options = which.options;
    out += '{';
    append_member(out, "path", which.path);
    append_member(out, "type", type);
    append_member(out, "realm", which.realm);
    append_member(out, "role", which.role);
    append_member(out, "methods", names_of(options.methods));
    append_member(out, "signed", !options.keys.empty());
    append_member(out, "streams", which.type != service_type::publisher);
    append_member(out, "require_tls", options.require_tls);
    if (options.procedure)
        append_member(out, "procedure", std::string_view(*options.procedure));
    if (options.procedures)
        append_member(out, "procedures", *options.procedures);
    if (options.topics)
        append_member(out, "topics", *options.topics);
    out += '}';
}

}  // namespace

std::string service_list(const std::vector<service_settings>& services, const service_settings& console)
{
    std::string out = "{";
    append_member(out, "console", console.path);
    out += R"(,"services":[)";
    for (const service_settings& each : services)
        if (const auto type = name_of_usable(each.type))
            append_service(out.append(out.ends_with('[') ? "" : ","), each, *type);
    return out + "]}";
}

}  // namespace wampfcgi::codec
