#include "config/service.hpp"

#include "config/options.hpp"
#include "config/text.hpp"
#include "config/values.hpp"
#include "wampfcgi/codec/body.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

// True for names joined by slashes, without control characters, '?' and '#'.
bool is_joined_names(std::string_view text)
{
    const bool has_stray = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '?' || c == '#';
    });
    return !has_stray && !text.empty() && !text.starts_with('/') && !text.ends_with('/') &&
           text.find("//") == std::string_view::npos;
}

// True for "/", and for names joined by single slashes without one at either end: the possible values of PATH_INFO.
bool is_service_path(std::string_view text)
{
    return text == "/" || is_joined_names(text);
}

// True for "/", and for a slash followed by names joined by single slashes, with or without a slash at the end.
bool is_mount(std::string_view text)
{
    if (text == "/")
        return true;
    if (!text.starts_with('/'))
        return false;
    text.remove_prefix(1);
    if (text.ends_with('/'))
        text.remove_suffix(1);
    return is_joined_names(text);
}

// Other services of a Crossbar web transport, recognised in a pasted configuration (Crossbar 23.1, "Web Services").
constexpr std::array<std::string_view, 11> other_services{"archive",  "cgi",      "json",     "longpoll",
                                                          "nodeinfo", "redirect", "resource", "schemadoc",
                                                          "static",   "upload",   "websocket"};

std::optional<std::string> read_realm(const entry& from)
{
    return read_string_as<std::string>(from, "a WAMP URI", [](const std::string& text) {
        return codec::is_loose_uri(text) ? std::optional<std::string>{text} : std::nullopt;
    });
}

// Reports only the type of another kind of service, since all its keys would be unknown.
bool is_other_service(section& keys)
{
    const entry type = keys.find("type");
    return type.value->type == node::kind::string &&
           std::find(other_services.begin(), other_services.end(), type.value->text) != other_services.end();
}

// Reads `paths`. As in Crossbar, services may be nested: "b" within "a" is served at "a/b", and "/" at "a".
class services_reader {
public:
    /// Reads the services of an object, for paths below `parent`.
    void read_paths(const entry& from, const std::string& parent)
    {
        const auto services = named_entries(from);
        if (from.value->type == node::kind::object && services.empty())
            from.refuse("an object of at least one service");
        for (const named_entry& one : services)
            read_service(one, parent);
    }

    std::vector<service_settings> take() { return std::move(all_); }

private:
    void read_service(const named_entry& from, const std::string& parent)
    {
        service_settings out;
        out.path = path_below(parent, from.name);
        if (!is_service_path(from.name))
            from.value.context->add(
                from.line, from.value.path,
                "expected \"/\", or names joined by single slashes without ?, # and control characters, got " +
                    quote(from.name));
        section keys{from.value};
        std::optional<service_type> type = out.type;
        keys.required("type", type,
                      one_of<std::optional<service_type>>(
                          {{"caller", service_type::caller},
                           {"publisher", service_type::publisher},
                           {"webhook", service_type::webhook},
                           {"events", service_type::events},
                           {"status", service_type::status},
                           {"console", service_type::console},
                           {"path", std::nullopt}},
                          {{other_services.begin(), other_services.end()}, "is not supported here"}));
        if (is_other_service(keys))
            return add(from, std::move(out));
        if (type) {
            out.type = *type;
            if (has_session(out.type)) {
                keys.required("realm", out.realm, read_realm);
                keys.required("role", out.role, read_text);
            }
            const auto read = [&](const entry& found) { return read_options(found, out.type); };
            if (out.type == service_type::events || out.type == service_type::webhook)
                keys.required("options", out.options, read);  // topics, or a topic, are required
            else
                keys.optional("options", out.options, read);
        } else {
            read_paths(keys.find("paths"), out.path);
        }
        std::string id;  // Crossbar's management uses it
        keys.optional("id", id, read_text);
        keys.finish();
        if (type)
            add(from, std::move(out));
    }

    static std::string path_below(const std::string& parent, std::string_view name)
    {
        if (name == "/")
            return parent;
        return parent == "/" ? std::string(name) : parent + '/' + std::string(name);
    }

    void add(const named_entry& from, service_settings made)
    {
        const auto [first, is_new] = places_.emplace(made.path, from.value.path);
        if (is_new)
            all_.push_back(std::move(made));
        else
            from.value.context->add(from.line, from.value.path,
                                    "expected a path that no other service has, got " + quote(made.path) +
                                        ", which is that of " + first->second);
    }

    std::vector<service_settings> all_;
    std::map<std::string, std::string> places_;  // by path: the place in the file
};

}  // namespace

std::optional<std::vector<service_settings>> read_services(const entry& from)
{
    services_reader reader;
    reader.read_paths(from, "/");
    return reader.take();
}

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

}  // namespace wampfcgi::config
