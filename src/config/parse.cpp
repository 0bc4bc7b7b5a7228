#include "config/parse.hpp"

#include "config/logging.hpp"
#include "config/path.hpp"
#include "config/router.hpp"
#include "config/section.hpp"
#include "config/service.hpp"
#include "config/text.hpp"
#include "config/tree.hpp"
#include "config/values.hpp"
#include "wampfcgi/config/config.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

// A slash at the end is dropped: "/wamp/" means what "/wamp" does.
std::optional<std::string> read_mount(const entry& from)
{
    return read_string_as<std::string>(from, "a slash and names joined by single slashes",
                                       [](std::string text) -> std::optional<std::string> {
                                           if (!is_mount(text))
                                               return std::nullopt;
                                           if (text.size() > 1 && text.ends_with('/'))
                                               text.pop_back();
                                           return text;
                                       });
}

// For a login that nobody uses, which may be a role's name written in two ways.
void warn_of_unused_roles(const node& top, const std::vector<service_settings>& services, report& log)
{
    for (const member& section : top.members)
        for (const member& key : section.value.members)
            if (section.key == "router" && key.key == "credentials")
                for (const member& role : key.value.members)
                    if (std::none_of(services.begin(), services.end(),
                                     [&](const service_settings& each) { return each.role == role.key; }))
                        log.warn(role.line, path_of_member("router.credentials", role.key), "no service has this role");
}

settings read_settings(const entry& from, const file_reader& read_file)
{
    settings out;
    section top{from};
    top.required("router", out.router, [&](const entry& found) { return read_router(found, read_file); });
    top.required("paths", out.services, [&](const entry& found) { return read_services(found, read_file); });
    top.optional("mount", out.mount, read_mount);
    top.optional("max_in_flight", out.max_in_flight, integer_in<std::size_t>(1, 1'000'000));
    top.optional("max_requests", out.max_requests, integer_in<std::uint64_t>(0, 1'000'000'000));
    top.optional("shutdown_grace", out.shutdown_grace, seconds_in(0, 300));
    top.optional("state_dir", out.state_dir, read_absolute_path);
    top.optional("replay_capacity", out.replay_capacity, integer_in<std::uint64_t>(1024, 10'000'000));
    top.optional("log", out.log, read_log);
    std::string schema;  // for editors that know JSON Schema
    top.optional("$schema", schema, read_text);
    top.finish();
    return out;
}

}  // namespace

std::variant<settings, mistakes> parse(std::string_view text, const std::string& file_name,
                                       const file_reader& read_file)
{
    return parse_noting_secrets(text, file_name, read_file).found;
}

parsed parse_noting_secrets(std::string_view text, const std::string& file_name, const file_reader& read_file)
{
    report log{file_name};
    auto tree = read_tree(text);
    if (const auto* const error = std::get_if<syntax_error>(&tree)) {
        log.add(error->line, {}, error->text);
        return {log.take(), false};
    }
    const node& root = std::get<node>(tree);
    settings found = read_settings({&root, root.line, {}, &log}, read_file);
    if (mistakes all = log.take(); !all.empty())
        return {std::move(all), log.has_secret()};
    warn_of_unused_roles(root, found.services, log);
    found.warnings = log.take_warnings();
    return {std::move(found), log.has_secret()};
}

}  // namespace wampfcgi::config
