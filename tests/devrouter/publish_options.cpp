#include "publish_options.hpp"

#include "message.hpp"

#include <concepts>

namespace wampfcgi::devrouter {

namespace {

/// Reads options, and records whether all had the right type.
class option_reader {
public:
    explicit option_reader(const msgpack::object& map) : map_(map) {}

    bool flag(std::string_view name, bool otherwise)
    {
        const auto* value = find(map_, name);
        if (!value)
            return otherwise;
        if (value->type == msgpack::type::BOOLEAN)
            return value->via.boolean;
        well_typed_ = false;
        return otherwise;
    }

    template <typename Item>
    std::optional<std::vector<Item>> list(std::string_view name)
    {
        const auto* value = find(map_, name);
        if (!value)
            return {};
        std::vector<Item> items;
        well_typed_ = well_typed_ && value->type == msgpack::type::ARRAY;
        if (well_typed_)
            for (const auto& item : value->via.array)
                take(item, items);
        return items;
    }

    bool all_well_typed() const { return well_typed_; }

private:
    template <typename Item>
    void take(const msgpack::object& item, std::vector<Item>& into)
    {
        constexpr auto wanted = std::same_as<Item, std::string> ? msgpack::type::STR : msgpack::type::POSITIVE_INTEGER;
        if (item.type == wanted)
            into.push_back(item.as<Item>());
        else
            well_typed_ = false;
    }

    const msgpack::object& map_;
    bool well_typed_ = true;
};

}  // namespace

std::optional<publish_options> read_publish_options(std::string_view packed_map)
{
    publish_options read;
    if (packed_map == empty_map)
        return read;
    const auto handle = msgpack::unpack(packed_map.data(), packed_map.size());
    option_reader given(handle.get());
    read.reply = given.flag("acknowledge", false) ? acknowledgement::wanted : acknowledgement::none;
    read.exclude_me = given.flag("exclude_me", true);
    read.disclose_me = given.flag("disclose_me", false);
    read.retain = given.flag("retain", false);
    auto& to = read.receivers;
    to.eligible = given.list<std::uint64_t>("eligible");
    to.eligible_authid = given.list<std::string>("eligible_authid");
    to.eligible_authrole = given.list<std::string>("eligible_authrole");
    to.exclude = given.list<std::uint64_t>("exclude").value_or(to.exclude);
    to.exclude_authid = given.list<std::string>("exclude_authid").value_or(to.exclude_authid);
    to.exclude_authrole = given.list<std::string>("exclude_authrole").value_or(to.exclude_authrole);
    if (!given.all_well_typed())
        return {};
    return read;
}

}  // namespace wampfcgi::devrouter
