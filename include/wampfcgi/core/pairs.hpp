// Owns the format in which a request stores its variables, the same as on the wire: name-value pairs (FastCGI
// specification, 3.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

struct name_value_pair {
    std::string_view name;
    std::string_view value;
};

/// A pair, and how many bytes of the stream it takes.
struct long_pair {
    name_value_pair pair;
    std::size_t bytes;
};

/// The pair that begins the stream, with lengths of any size; nothing when it is truncated.
std::optional<long_pair> find_long_pair(std::string_view stream);

/// Takes a pair off the front of a stream of pairs. Nothing at the end, or when the pair is truncated.
inline std::optional<name_value_pair> take_pair(std::string_view& stream)
{
    const auto length = [&](std::size_t place) { return std::size_t{static_cast<std::uint8_t>(stream[place])}; };
    // Nearly all lengths take one byte. Inline, because some twenty pairs of each request are read more than once.
    if (stream.size() < 2 || ((length(0) | length(1)) & 0x80U) != 0) {
        const auto found = find_long_pair(stream);
        stream.remove_prefix(found ? found->bytes : 0);
        return found ? std::optional(found->pair) : std::nullopt;
    }
    const std::size_t name_bytes = length(0);
    const std::size_t value_bytes = length(1);
    if (name_bytes + value_bytes > stream.size() - 2)
        return {};
    const char* const name = stream.data() + 2;
    stream.remove_prefix(2 + name_bytes + value_bytes);
    return name_value_pair{{name, name_bytes}, {name + name_bytes, value_bytes}};
}

/// Appends a pair to a stream of pairs. Name and value must each be shorter than 2 GiB.
void append_pair(std::string& stream, std::string_view name, std::string_view value);

}  // namespace wampfcgi
