#include "codec/publish_options.hpp"

#include "codec/string_sink.hpp"

#include <msgpack/object_fwd.hpp>
#include <msgpack/pack.hpp>
#include <msgpack/unpack.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace wampfcgi::codec {

namespace {

constexpr std::uint64_t max_id = std::uint64_t{1} << 53;  // WAMP specification, "IDs"

std::span<const msgpack::object_kv> members_of(const msgpack::object& map)
{
    return {map.via.map.ptr, map.via.map.size};
}

bool is_boolean(const msgpack::object& value)
{
    return value.type == msgpack::type::BOOLEAN;
}

bool is_session_id(const msgpack::object& value)
{
    return value.type == msgpack::type::POSITIVE_INTEGER && value.via.u64 >= 1 && value.via.u64 <= max_id;
}

bool is_text(const msgpack::object& value)
{
    return value.type == msgpack::type::STR;
}

/// True for an entry of `forward_for` whose members have the types that routers insist on.
bool is_origin(const msgpack::object& value)
{
    if (value.type != msgpack::type::MAP)
        return false;
    return std::ranges::all_of(members_of(value), [](const auto& member) {
        const std::string_view name(member.key.via.str.ptr, member.key.via.str.size);
        return name == "session" ? is_session_id(member.val)
                                 : (name != "authid" && name != "authrole") || is_text(member.val);
    });
}

enum class option_shape { single, list, list_or_single };

struct option_rule {
    std::string_view name;
    option_shape shape;
    bool (*fits)(const msgpack::object& value);
    std::string_view expected;
};

constexpr std::array<option_rule, 9> rules{{
    {"exclude_me", option_shape::single, is_boolean, "true or false"},
    {"retain", option_shape::single, is_boolean, "true or false"},
    {"exclude", option_shape::list_or_single, is_session_id, "a session id, or a list of them"},
    {"eligible", option_shape::list_or_single, is_session_id, "a session id, or a list of them"},
    {"exclude_authid", option_shape::list_or_single, is_text, "a string, or a list of strings"},
    {"exclude_authrole", option_shape::list_or_single, is_text, "a string, or a list of strings"},
    {"eligible_authid", option_shape::list_or_single, is_text, "a string, or a list of strings"},
    {"eligible_authrole", option_shape::list_or_single, is_text, "a string, or a list of strings"},
    {"forward_for", option_shape::list, is_origin, "a list of objects"},
}};

bool fits(const option_rule& rule, const msgpack::object& value)
{
    if (value.type != msgpack::type::ARRAY)
        return rule.shape != option_shape::list && rule.fits(value);
    return rule.shape != option_shape::single &&
           std::ranges::all_of(std::span(value.via.array.ptr, value.via.array.size), rule.fits);
}

const option_rule* rule_for(std::string_view name, sender from)
{
    if (name == "forward_for" && from != sender::holder_of_a_key)
        return nullptr;
    const auto found = std::ranges::find(rules, name, &option_rule::name);
    return found == rules.end() ? nullptr : &*found;
}

}  // namespace

result<std::string> publish_options(std::string_view given, sender from)
{
    std::vector<std::pair<const option_rule*, msgpack::object>> taken;
    msgpack::object_handle options;
    if (!given.empty()) {
        options = msgpack::unpack(given.data(), given.size());
        for (const auto& [key, value] : members_of(options.get())) {
            const option_rule* const rule = rule_for({key.via.str.ptr, key.via.str.size}, from);
            if (rule == nullptr || value.is_nil())
                continue;
            if (!fits(*rule, value))
                return failure(errc::options_invalid,
                               "options: " + std::string(rule->name) + ": expected " + std::string(rule->expected));
            taken.emplace_back(rule, value);
        }
    }
    std::string map;
    string_sink sink{map};
    msgpack::packer<string_sink> packer(sink);
    const auto pack_text = [&](std::string_view text) {
        packer.pack_str(static_cast<std::uint32_t>(text.size()));
        packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    };
    packer.pack_map(static_cast<std::uint32_t>(1 + taken.size()));
    pack_text("acknowledge");
    packer.pack_true();
    for (const auto& [rule, value] : taken) {
        pack_text(rule->name);
        if (rule->shape == option_shape::list_or_single && value.type != msgpack::type::ARRAY)
            packer.pack_array(1);
        packer.pack(value);
    }
    return map;
}

}  // namespace wampfcgi::codec
