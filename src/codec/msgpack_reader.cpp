#include "codec/msgpack_reader.hpp"

#include "codec/json_text.hpp"
#include "codec/value_start.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/big_endian.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

constexpr std::string_view too_deep = "it nests deeper than 128 levels";
constexpr std::string_view malformed = "malformed MessagePack";
constexpr std::string_view truncated = "truncated MessagePack";
static_assert(max_depth == 128, "a reason names the limit");

// Checks the nesting only. msgpack::parse keeps a stack on the heap with an element for each level: it does not
// recurse, and does not trust announced lengths.
struct depth_visitor : msgpack::null_visitor {
    unsigned levels_left;
    std::string_view reason = too_deep;

    explicit depth_visitor(unsigned max_levels) : levels_left(max_levels) {}

    void parse_error(std::size_t, std::size_t) { reason = malformed; }
    void insufficient_bytes(std::size_t, std::size_t) { reason = truncated; }

    bool start_array(std::uint32_t) { return enter(); }
    bool end_array() { return leave(); }
    bool start_map(std::uint32_t) { return enter(); }
    bool end_map() { return leave(); }

private:
    bool enter() { return levels_left != 0 && levels_left-- != 0; }
    bool leave() { return ++levels_left != 0; }
};

/// Writes JSON for each value as it is read. Does not recurse, does not trust announced lengths, and takes no memory
/// but that of the text. A comma follows each item; a closing bracket replaces the last one.
class json_writer {
public:
    json_writer(std::string& out, unsigned max_levels) : out_(out), max_levels_(max_levels) {}

    /// Takes one value off the front of `rest`. Returns why JSON cannot hold it; empty: it is written. What is then
    /// left begins with the part at fault.
    std::string_view write(std::string_view& rest)
    {
        do {
            const auto start = start_of(rest);
            if (!start || start->bytes > rest.size())
                return malformed;
            const std::string_view reason =
                start->is_container ? open(*start, is_map(rest)) : write_scalar(rest.substr(0, start->bytes));
            if (!reason.empty())
                return reason;
            rest.remove_prefix(start->bytes);
        } while (depth_ != 0);
        return {};
    }

private:
    struct container {
        std::uint64_t items_left;  // in a map, keys and values
        bool is_map;
    };

    static bool is_map(std::string_view container)
    {
        const auto lead = static_cast<std::uint8_t>(container.front());
        return lead < 0x90 || lead >= 0xDE;
    }

    bool in_key() const { return depth_ != 0 && open_[depth_ - 1].is_map && open_[depth_ - 1].items_left % 2 == 0; }

    std::string_view open(const value_start& start, bool is_map)
    {
        if (in_key())
            return no_string_as_key;
        if (depth_ == max_levels_)
            return too_deep;
        if (start.items == 0) {
            out_ += is_map ? "{}" : "[]";
            end_item();
            return {};
        }
        out_ += is_map ? '{' : '[';
        open_.at(depth_++) = {start.items, is_map};
        return {};
    }

    /// Ends an item, and the containers of which it is the last one.
    void end_item()
    {
        while (depth_ != 0) {
            container& innermost = open_[depth_ - 1];
            if (--innermost.items_left != 0) {
                out_ += innermost.is_map && innermost.items_left % 2 != 0 ? ':' : ',';
                return;
            }
            out_ += innermost.is_map ? '}' : ']';
            --depth_;
        }
    }

    std::string_view write_scalar(std::string_view value)
    {
        const auto lead = static_cast<std::uint8_t>(value.front());
        const std::string_view reason = is_string(lead) ? write_string(text_of(value))
                                        : in_key()      ? no_string_as_key
                                                        : write_other(lead, value);
        if (reason.empty())
            end_item();
        return reason;
    }

    std::string_view write_string(std::string_view text)
    {
        if (!is_utf8(text))
            return "a string is not valid UTF-8";
        append_string(out_, text);
        return {};
    }

    /// A scalar that is no string.
    std::string_view write_other(std::uint8_t lead, std::string_view value)
    {
        const std::string_view content = value.substr(1);
        if (lead < 0x80)
            write_integer(lead);
        else if (lead >= 0xE0)
            write_integer(static_cast<std::int8_t>(lead));
        else if (lead >= 0xCC && lead <= 0xCF)
            write_integer(big_endian(content));
        else if (lead >= 0xD0 && lead <= 0xD3)
            write_integer(signed_integer(content));
        else if (lead == 0xCA)
            append_double(out_, std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(content))));
        else if (lead == 0xCB)
            append_double(out_, std::bit_cast<double>(big_endian(content)));
        else if (lead >= 0xC4 && lead <= 0xC6)
            append_binary(out_, content.substr(std::size_t{1} << (lead - 0xC4U)));
        else if (lead == 0xC0)
            out_ += "null";
        else if (lead == 0xC2 || lead == 0xC3)
            out_ += lead == 0xC3 ? "true" : "false";
        else
            return "an extension type has no JSON form";
        return {};
    }

    template <class Integer>
    void write_integer(Integer value)
    {
        char digits[20];  // enough for -2^63 and 2^64-1
        const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        out_.append(digits, static_cast<std::size_t>(end - digits));
    }

    static bool is_string(std::uint8_t lead) { return (lead >= 0xA0 && lead < 0xC0) || (lead >= 0xD9 && lead <= 0xDB); }

    static std::string_view text_of(std::string_view string)
    {
        const auto lead = static_cast<std::uint8_t>(string.front());
        return string.substr(lead < 0xC0 ? 1 : 1 + (std::size_t{1} << (lead - 0xD9U)));
    }

    static std::int64_t signed_integer(std::string_view bytes)
    {
        const std::size_t unused_bits = 64 - 8 * bytes.size();
        return static_cast<std::int64_t>(big_endian(bytes) << unused_bits) >> unused_bits;
    }

    static constexpr std::string_view no_string_as_key = "a map key is not a string";

    std::string& out_;
    unsigned max_levels_;
    std::size_t depth_ = 0;
    std::array<container, max_depth + 1> open_;  // outermost first
};

}  // namespace

result<void> append_json(std::string& out, std::string_view bytes, unsigned max_levels)
{
    std::string_view rest = bytes;
    std::string_view reason = json_writer(out, max_levels).write(rest);
    if (reason.empty() && rest.empty())
        return {};
    std::size_t at = bytes.size() - rest.size();
    if (reason == malformed) {
        const value_fault fault = why_no_value(bytes);
        at = fault.offset;
        reason = fault.reason;
    }
    return failure(errc::result_invalid, "byte " + std::to_string(at) + ": " +
                                             std::string(reason.empty() ? "extra bytes after the value" : reason));
}

value_fault why_no_value(std::string_view bytes)
{
    depth_visitor visitor(max_depth);
    std::size_t end = 0;
    msgpack::parse(bytes.data(), bytes.size(), end, visitor);
    return {end, visitor.reason};
}

}  // namespace wampfcgi::codec
