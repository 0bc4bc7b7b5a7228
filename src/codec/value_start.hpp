// Owns what the first bytes of a MessagePack value tell: its length, and the items of a container.
#pragma once

#include "wampfcgi/core/big_endian.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wampfcgi::codec {

/// What follows the lead byte of a value: a length, then bytes and items of a container.
struct value_form {
    std::uint8_t length_bytes;      // of the length, which counts bytes or items
    std::uint8_t fixed_bytes;       // beside those
    std::uint8_t items_of_one = 0;  // 2 in a map, which counts members; 0: the length counts bytes
};

/// The forms of the lead bytes from 0xC0 to 0xDF (MessagePack specification, "Overview").
inline constexpr std::array<value_form, 32> value_forms{{
    {0, 0},    {0, 0},    {0, 0},    {0, 0},              // nil, never used, false, true
    {1, 0},    {2, 0},    {4, 0},                         // bin 8 to 32
    {1, 1},    {2, 1},    {4, 1},                         // ext 8 to 32, with a type
    {0, 4},    {0, 8},                                    // float 32 and 64
    {0, 1},    {0, 2},    {0, 4},    {0, 8},              // uint 8 to 64
    {0, 1},    {0, 2},    {0, 4},    {0, 8},              // int 8 to 64
    {0, 2},    {0, 3},    {0, 5},    {0, 9},    {0, 17},  // fixext 1 to 16
    {1, 0},    {2, 0},    {4, 0},                         // str 8 to 32
    {2, 0, 1}, {4, 0, 1}, {2, 0, 2}, {4, 0, 2},           // array 16 and 32, map 16 and 32
}};

/// A value without the items of a container.
struct value_start {
    std::uint64_t bytes = 1;
    std::uint64_t items = 0;
    bool is_container = false;
};

inline std::optional<value_start> long_start(std::string_view bytes)
{
    constexpr std::uint8_t never_used = 0xC1;
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    const value_form expected = value_forms[byte(0) - 0xC0U];
    if (byte(0) == never_used || bytes.size() <= expected.length_bytes)
        return std::nullopt;
    const std::uint64_t length = big_endian(bytes.substr(1, expected.length_bytes));
    const std::uint64_t head = 1U + expected.length_bytes + expected.fixed_bytes;
    if (expected.items_of_one != 0)
        return value_start{head, length * expected.items_of_one, true};
    return value_start{head + length};
}

/// Nothing when `bytes` begin with no value. What is announced may exceed `bytes`.
inline std::optional<value_start> start_of(std::string_view bytes)
{
    if (bytes.empty())
        return std::nullopt;
    const auto lead = static_cast<std::uint8_t>(bytes.front());
    if (lead < 0x80 || lead >= 0xE0)
        return value_start{};
    if (lead < 0x90)
        return value_start{1, 2U * (lead & 0x0FU), true};
    if (lead < 0xA0)
        return value_start{1, lead & 0x0FU, true};
    if (lead < 0xC0)
        return value_start{1U + (lead & 0x1FU)};
    return long_start(bytes);
}

}  // namespace wampfcgi::codec
