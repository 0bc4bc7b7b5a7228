#pragma once
// WAMP messages in MessagePack: splitting into elements, reading single values, packing. Elements are views of the
// received bytes, so that a payload is passed on unchanged and without a copy.

#include <msgpack.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::devrouter {

/// Message codes of the WAMP specification.
namespace message_type {
enum : std::uint64_t {
    hello = 1,
    welcome = 2,
    abort_session = 3,
    challenge = 4,
    authenticate = 5,
    goodbye = 6,
    error = 8,
    publish = 16,
    published = 17,
    subscribe = 32,
    subscribed = 33,
    unsubscribe = 34,
    unsubscribed = 35,
    event = 36,
    call = 48,
    cancel = 49,
    result = 50,
    register_procedure = 64,
    registered = 65,
    unregister_procedure = 66,
    unregistered = 67,
    invocation = 68,
    interrupt = 69,
    yield = 70,
};
}  // namespace message_type

/// The elements of an array, as views of their packed bytes.
struct elements {
    std::array<std::string_view, 8> item{};
    std::size_t count = 0;
};

/// nil, containers and extension types are read as monostate.
using scalar = std::variant<std::monostate, std::int64_t, std::uint64_t, double, bool, std::string_view>;

inline constexpr std::string_view empty_map{"\x80", 1};
inline constexpr std::string_view empty_list{"\x90", 1};

/// Nothing unless it is a well-formed array of at most 8 elements, without further bytes.
std::optional<elements> split_array(std::string_view packed);

/// A message's first element; 0, which is not a type, when that is not a positive integer.
std::uint64_t type_of(const elements& message);

bool is_map(std::string_view packed);
bool is_list(std::string_view packed);
bool is_nil(std::string_view packed);

/// `packed` must be well-formed, like the elements from split_array.
scalar read_scalar(std::string_view packed);
std::optional<std::uint64_t> read_uint(std::string_view packed);
std::optional<std::string_view> read_text(std::string_view packed);
/// Any number, also negative ones and NaN.
std::optional<double> read_real(std::string_view packed);

/// The value of a key in a map; nullptr when there is none, or `map` is not a map.
const msgpack::object* find(const msgpack::object& map, std::string_view key);
std::optional<std::string_view> find_text(const msgpack::object& map, std::string_view key);

/// Which components of a URI may be empty, as in patterns.
enum class empty_components { none, last, any };

/// Components separated by single dots, without white space or '#'.
bool is_loose_uri(std::string_view text, empty_components allowed = empty_components::none);

/// For people: the message's name and up to 2,000 bytes of its content, without signatures or tickets.
std::string describe(std::string_view payload);

/// Packs consecutive values.
class packed {
public:
    packed& list(std::size_t size);
    packed& map(std::size_t size);
    packed& text(std::string_view value);
    packed& binary(std::string_view value);
    packed& uint(std::uint64_t value);
    packed& integer(std::int64_t value);
    packed& real(double value);
    packed& flag(bool value);
    packed& nil();
    /// Bytes that are already packed, or are deliberately not MessagePack.
    packed& raw(std::string_view value);

    std::string_view view() const { return sink_.bytes; }

private:
    struct sink {
        std::string bytes;
        void write(const char* data, std::size_t size) { bytes.append(data, size); }
    };
    msgpack::packer<sink> packer() { return msgpack::packer<sink>(sink_); }

    sink sink_;
};

}  // namespace wampfcgi::devrouter
