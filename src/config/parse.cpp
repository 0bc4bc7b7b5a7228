#include "config/parse.hpp"

#include "config/router.hpp"
#include "config/section.hpp"
#include "config/service.hpp"
#include "config/store.hpp"
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

constexpr std::string_view file_prefix = "file:";

struct destination {
    log_target target;
    std::string file;
};

std::optional<destination> destination_named(const std::string& text)
{
    if (text == "stderr")
        return destination{log_target::standard_error, {}};
    if (text == "syslog")
        return destination{log_target::syslog, {}};
    if (text == "journal")
        return destination{log_target::journal, {}};
    if (!text.starts_with(file_prefix))
        return std::nullopt;
    std::string path = text.substr(file_prefix.size());
    if (!path.starts_with('/') || path.ends_with('/') || path.find('\0') != std::string::npos)
        return std::nullopt;
    return destination{log_target::file, std::move(path)};
}

std::optional<destination> read_target(const entry& from)
{
    return read_string_as<destination>(
        from, R"("stderr", "syslog", "journal" or "file:" with an absolute path behind it)", destination_named);
}

// The `log` section.
std::optional<log_settings> read_log(const entry& from)
{
    using enum log_level;
    log_settings out;
    section keys{from};
    destination to{out.target, {}};
    keys.optional("target", to, read_target);
    out.target = to.target;
    out.file = std::move(to.file);
    keys.optional("format", out.format, one_of<log_format>({{"text", log_format::text}, {"json", log_format::json}}));
    keys.optional("level", out.level,
                  one_of<log_level>(
                      {{"error", error}, {"warning", warning}, {"notice", notice}, {"info", info}, {"debug", debug}}));
    keys.optional("access", out.access, read_boolean);
    keys.optional("slow", out.slow, seconds_in(0, 3600));
    keys.optional("timestamps", out.timestamps, read_boolean);
    keys.finish();
    return out;
}

// The `limits` section.
std::optional<limits_settings> read_limits(const entry& from)
{
    const auto bytes = integer_in<std::uint64_t>(1'048'576, 1'099'511'627'776);
    limits_settings out;
    section keys{from};
    keys.optional("request_buffers", out.request_buffers, bytes);
    keys.optional("response_buffers", out.response_buffers, bytes);
    keys.optional("router_queue", out.router_queue, bytes);
    keys.optional("open_files", out.open_files, integer_in<std::uint64_t>(64, 1'048'576));
    keys.finish();
    return out;
}

// Warns of a login that no service uses: the role may be misspelt in one place.
void warn_of_unused_roles(const node& top, const std::vector<service_settings>& services, reading& context)
{
    for (const member& section : top.members)
        for (const member& key : section.value.members)
            if (section.key == "router" && key.key == "credentials")
                for (const member& role : key.value.members)
                    if (std::none_of(services.begin(), services.end(),
                                     [&](const service_settings& each) { return each.role == role.key; }))
                        context.warn(role.line, path_of_member("router.credentials", role.key),
                                     "no service has this role");
}

// Warns of a store that no service uses: it is probably meant to be used.
void warn_of_idle_store(const node& top, const settings& read, reading& context)
{
    if (uses_store(read))
        return;
    for (const member& section : top.members)
        if (section.key == "store")
            context.warn(section.line, section.key,
                         "no service has replay_protection or rate_limit, so it is not used");
}

settings read_settings(const entry& from)
{
    settings out;
    section top{from};
    top.required("router", out.router, read_router);
    top.required("paths", out.services, read_services);
    top.optional("mount", out.mount, read_mount);
    top.optional("max_in_flight", out.max_in_flight, integer_in<std::size_t>(1, 1'000'000));
    top.optional("max_streams", out.max_streams, integer_in<std::size_t>(1, 1'000'000));
    top.optional("max_requests", out.max_requests, integer_in<std::uint64_t>(0, 1'000'000'000));
    top.optional("shutdown_grace", out.shutdown_grace, seconds_in(0, 300));
    top.optional("state_dir", out.state_dir, read_absolute_path);
    top.optional("store", out.store, read_store);
    top.optional("replay_capacity", out.replay_capacity, integer_in<std::uint64_t>(1024, 10'000'000));
    top.optional("limits", out.limits, read_limits);
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
    reading context{file_name, read_file};
    auto tree = read_tree(text);
    if (const auto* const error = std::get_if<syntax_error>(&tree)) {
        context.add(error->line, {}, error->text);
        return {context.take(), false};
    }
    const node& root = std::get<node>(tree);
    settings found = read_settings({&root, root.line, {}, &context});
    if (mistakes all = context.take(); !all.empty())
        return {std::move(all), context.has_secret()};
    warn_of_unused_roles(root, found.services, context);
    warn_of_idle_store(root, found, context);
    found.warnings = context.take_warnings();
    return {std::move(found), context.has_secret()};
}

}  // namespace wampfcgi::config
