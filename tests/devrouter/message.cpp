#include "message.hpp"

#include <bit>
#include <sstream>

namespace wampfcgi::devrouter {

namespace {

constexpr std::size_t described_bytes = 2000;  // also limits the depth to which printing recurses

struct scalar_visitor : msgpack::null_visitor {
    scalar value;

    bool visit_boolean(bool read)
    {
        value = read;
        return true;
    }
    bool visit_positive_integer(std::uint64_t read)
    {
        value = read;
        return true;
    }
    bool visit_negative_integer(std::int64_t read)
    {
        value = read;
        return true;
    }
    bool visit_float32(float read)
    {
        value = static_cast<double>(read);
        return true;
    }
    bool visit_float64(double read)
    {
        value = read;
        return true;
    }
    bool visit_str(const char* text, std::uint32_t size)
    {
        value = std::string_view(text, size);
        return true;
    }
};

unsigned char first_byte(std::string_view packed)
{
    return packed.empty() ? 0xc1 : static_cast<unsigned char>(packed.front());
}

std::size_t big_endian(std::string_view bytes)
{
    std::size_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

/// Takes an array's header off the front of `rest`.
std::optional<std::size_t> take_list_head(std::string_view& rest)
{
    if (!is_list(rest))
        return {};
    const unsigned char head = first_byte(rest);
    const std::size_t width = head == 0xdc ? 2 : head == 0xdd ? 4 : 0;
    if (rest.size() < 1 + width)
        return {};
    const std::size_t size = width == 0 ? head & 0x0fU : big_endian(rest.substr(1, width));
    rest.remove_prefix(1 + width);
    return size;
}

const char* name_of(std::uint64_t type)
{
    switch (type) {
    case message_type::hello:
        return "HELLO";
    case message_type::welcome:
        return "WELCOME";
    case message_type::abort_session:
        return "ABORT";
    case message_type::challenge:
        return "CHALLENGE";
    case message_type::authenticate:
        return "AUTHENTICATE";
    case message_type::goodbye:
        return "GOODBYE";
    case message_type::error:
        return "ERROR";
    case message_type::publish:
        return "PUBLISH";
    case message_type::published:
        return "PUBLISHED";
    case message_type::subscribe:
        return "SUBSCRIBE";
    case message_type::subscribed:
        return "SUBSCRIBED";
    case message_type::unsubscribe:
        return "UNSUBSCRIBE";
    case message_type::unsubscribed:
        return "UNSUBSCRIBED";
    case message_type::event:
        return "EVENT";
    case message_type::call:
        return "CALL";
    case message_type::cancel:
        return "CANCEL";
    case message_type::result:
        return "RESULT";
    case message_type::register_procedure:
        return "REGISTER";
    case message_type::registered:
        return "REGISTERED";
    case message_type::unregister_procedure:
        return "UNREGISTER";
    case message_type::unregistered:
        return "UNREGISTERED";
    case message_type::invocation:
        return "INVOCATION";
    case message_type::interrupt:
        return "INTERRUPT";
    case message_type::yield:
        return "YIELD";
    default:
        return "UNKNOWN";
    }
}

}  // namespace

std::optional<elements> split_array(std::string_view packed)
{
    elements found;
    const auto size = take_list_head(packed);
    if (!size || *size > found.item.size())
        return {};
    for (; found.count < *size; ++found.count) {
        msgpack::null_visitor nothing;
        std::size_t end = 0;
        if (packed.empty() || !msgpack::parse(packed.data(), packed.size(), end, nothing))
            return {};
        found.item[found.count] = packed.substr(0, end);
        packed.remove_prefix(end);
    }
    if (!packed.empty())
        return {};
    return found;
}

std::uint64_t type_of(const elements& message)
{
    return message.count > 0 ? read_uint(message.item[0]).value_or(0) : 0;
}

bool is_map(std::string_view packed)
{
    const unsigned char head = first_byte(packed);
    return (head & 0xf0) == 0x80 || head == 0xde || head == 0xdf;
}

bool is_list(std::string_view packed)
{
    const unsigned char head = first_byte(packed);
    return (head & 0xf0) == 0x90 || head == 0xdc || head == 0xdd;
}

bool is_nil(std::string_view packed)
{
    return first_byte(packed) == 0xc0;
}

scalar read_scalar(std::string_view packed)
{
    if (packed.empty() || is_map(packed) || is_list(packed))
        return {};
    scalar_visitor visitor;
    std::size_t end = 0;
    msgpack::parse(packed.data(), packed.size(), end, visitor);
    return visitor.value;
}

std::optional<std::uint64_t> read_uint(std::string_view packed)
{
    const scalar value = read_scalar(packed);
    const auto* found = std::get_if<std::uint64_t>(&value);
    return found ? std::optional(*found) : std::nullopt;
}

std::optional<std::string_view> read_text(std::string_view packed)
{
    const scalar value = read_scalar(packed);
    const auto* found = std::get_if<std::string_view>(&value);
    return found ? std::optional(*found) : std::nullopt;
}

std::optional<double> read_real(std::string_view packed)
{
    const scalar value = read_scalar(packed);
    if (const auto* unsigned_value = std::get_if<std::uint64_t>(&value))
        return static_cast<double>(*unsigned_value);
    if (const auto* signed_value = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*signed_value);
    const auto* found = std::get_if<double>(&value);
    return found ? std::optional(*found) : std::nullopt;
}

const msgpack::object* find(const msgpack::object& map, std::string_view key)
{
    if (map.type != msgpack::type::MAP)
        return nullptr;
    for (const auto& entry : map.via.map)
        if (entry.key.type == msgpack::type::STR && entry.key.as<std::string_view>() == key)
            return &entry.val;
    return nullptr;
}

std::optional<std::string_view> find_text(const msgpack::object& map, std::string_view key)
{
    const auto* value = find(map, key);
    if (!value || value->type != msgpack::type::STR)
        return {};
    return value->as<std::string_view>();
}

bool is_loose_uri(std::string_view text, empty_components allowed)
{
    if (text.find_first_of(" \t\n\v\f\r#") != std::string_view::npos)
        return false;
    if (allowed == empty_components::any)
        return true;
    if (text.starts_with('.') || text.find("..") != std::string_view::npos)
        return false;
    return allowed == empty_components::last || (!text.empty() && !text.ends_with('.'));
}

namespace {

std::string shown(std::string_view packed_value)
{
    std::ostringstream text;
    text << msgpack::unpack(packed_value.data(), packed_value.size()).get();
    return text.str();
}

}  // namespace

std::string describe(std::string_view payload)
{
    const auto message = split_array(payload);
    const std::uint64_t type = message ? type_of(*message) : 0;
    std::string text = type == 0 ? "MALFORMED" : name_of(type);
    text += ", " + std::to_string(payload.size()) + " bytes";
    if (type == 0 || type == message_type::authenticate)
        return text;
    if (payload.size() <= described_bytes)
        return text + ": " + shown(payload);
    const auto args = type == message_type::call && message->count > 4 ? split_array(message->item[4]) : std::nullopt;
    if (args && args->count > 0 && args->item[0].size() + message->item[3].size() <= described_bytes)
        text += ": [..., " + shown(message->item[3]) + ", [" + shown(args->item[0]) + ", ...";
    return text;
}

packed& packed::list(std::size_t size)
{
    packer().pack_array(static_cast<std::uint32_t>(size));
    return *this;
}

packed& packed::map(std::size_t size)
{
    packer().pack_map(static_cast<std::uint32_t>(size));
    return *this;
}

packed& packed::text(std::string_view value)
{
    packer().pack_str(static_cast<std::uint32_t>(value.size()));
    return raw(value);
}

packed& packed::binary(std::string_view value)
{
    packer().pack_bin(static_cast<std::uint32_t>(value.size()));
    return raw(value);
}

packed& packed::uint(std::uint64_t value)
{
    packer().pack_uint64(value);
    return *this;
}

packed& packed::integer(std::int64_t value)
{
    packer().pack_int64(value);
    return *this;
}

packed& packed::real(double value)
{
    // msgpack-cxx would pack an integral double as an integer.
    const auto bits = std::bit_cast<std::uint64_t>(value);
    char bytes[9] = {'\xcb'};
    for (unsigned i = 0; i < 8; ++i)
        bytes[i + 1] = static_cast<char>(bits >> (56 - 8 * i) & 0xff);
    return raw({bytes, sizeof bytes});
}

packed& packed::flag(bool value)
{
    value ? packer().pack_true() : packer().pack_false();
    return *this;
}

packed& packed::nil()
{
    packer().pack_nil();
    return *this;
}

packed& packed::raw(std::string_view value)
{
    sink_.bytes.append(value);
    return *this;
}

}  // namespace wampfcgi::devrouter
