#include "wampfcgi/core/pairs.hpp"

namespace wampfcgi {
namespace {

/// Takes a length off the front (FastCGI specification, 3.4); nothing when it is truncated.
std::optional<std::size_t> take_length(std::string_view& bytes)
{
    const auto at = [&](std::size_t place) { return std::size_t{static_cast<std::uint8_t>(bytes[place])}; };
    if (bytes.empty())
        return {};
    std::size_t length = at(0);
    std::size_t size = 1;
    if (length >= 0x80) {
        if (bytes.size() < 4)
            return {};
        length = (length & 0x7FU) << 24 | at(1) << 16 | at(2) << 8 | at(3);
        size = 4;
    }
    bytes.remove_prefix(size);
    return length;
}

/// Lengths below 128 take one byte, others four.
void append_length(std::string& stream, std::size_t length)
{
    if (length >= 0x80)
        for (const unsigned shift : {24U, 16U, 8U})
            stream += static_cast<char>((shift == 24U ? 0x80U : 0U) | ((length >> shift) & 0xFFU));
    stream += static_cast<char>(length & 0xFFU);
}

}  // namespace

std::optional<long_pair> find_long_pair(std::string_view stream)
{
    std::string_view rest = stream;
    const auto name_bytes = take_length(rest);
    const auto value_bytes = take_length(rest);
    if (!name_bytes || !value_bytes || *name_bytes > rest.size() || *value_bytes > rest.size() - *name_bytes)
        return {};
    return long_pair{{rest.substr(0, *name_bytes), rest.substr(*name_bytes, *value_bytes)},
                     stream.size() - rest.size() + *name_bytes + *value_bytes};
}

void append_pair(std::string& stream, std::string_view name, std::string_view value)
{
    append_length(stream, name.size());
    append_length(stream, value.size());
    stream.append(name).append(value);
}

}  // namespace wampfcgi
