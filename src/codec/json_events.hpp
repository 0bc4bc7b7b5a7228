// Owns parsing JSON text strictly, in one pass. The sink decides what to do with the values.
#pragma once

#include "codec/json_text.hpp"
#include "wampfcgi/core/text/base64.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/errc.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace wampfcgi::codec {

/// How to handle an integer beyond 64 bits. Some routers write the double 1e20 that way; a client must be explicit.
enum class long_integer { refused, a_double };

/// Limits for a text.
struct json_limits {
    unsigned max_levels;  ///< of nested arrays and objects
    long_integer beyond_64_bits = long_integer::refused;
    std::size_t max_members = std::numeric_limits<std::size_t>::max();  ///< in all objects together
};

/// Handler for boost::json::basic_parser, which checks grammar, depth and surrogates. Calls a sink with the functions
/// of value_builder. The parser turns large integers into doubles and rounds doubles inexactly, so doubles are parsed
/// again from their literal. Text and numbers arrive in one piece, but a string with escapes arrives in parts.
template <class Sink>
class json_events {
    using error_code = boost::system::error_code;

public:
    // MessagePack has 32-bit sizes.
    static constexpr std::size_t max_array_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_object_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_string_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_key_size = 0xFFFF'FFFF;

    json_events(Sink& sink, const json_limits& limits)
        : sink_(sink),
          beyond_64_bits_(limits.beyond_64_bits),
          members_left_(limits.max_members)
    {}

    /// Why this handler refused a value; empty when it refused none.
    std::string_view reason() const { return reason_; }

    bool is_too_large() const { return reason_ == too_many_members || reason_ == too_long; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_array_begin(error_code& ec)
    {
        sink_.open();
        return fits(0, ec);
    }
    bool on_array_end(std::size_t size, error_code&)
    {
        sink_.close_list(size);
        return true;
    }

    bool on_object_begin(error_code& ec)
    {
        sink_.open();
        return fits(0, ec);
    }
    bool on_object_end(std::size_t, error_code&)
    {
        sink_.close_map();
        return true;
    }

    bool on_string_part(std::string_view part, std::size_t, error_code& ec) { return keep_part(part, ec); }
    bool on_string(std::string_view part, std::size_t, error_code& ec)
    {
        const std::string_view value = whole(part);
        if (!fits(least_bytes_of(value), ec))
            return false;
        text(value);
        parts_.clear();
        return true;
    }

    bool on_key_part(std::string_view part, std::size_t, error_code& ec) { return keep_part(part, ec); }
    bool on_key(std::string_view part, std::size_t, error_code& ec)
    {
        if (members_left_ == 0)
            return refuse(too_many_members, ec);
        --members_left_;
        sink_.key(whole(part));
        parts_.clear();
        return fits(0, ec);
    }

    bool on_number_part(std::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t value, std::string_view, error_code& ec)
    {
        sink_.integer(value);
        return fits(0, ec);
    }
    bool on_uint64(std::uint64_t value, std::string_view, error_code& ec)
    {
        sink_.integer(value);
        return fits(0, ec);
    }
    bool on_double(double nearly, std::string_view literal, error_code& ec)
    {
        if (beyond_64_bits_ == long_integer::refused && is_of_digits(literal))
            return refuse("an integer does not fit into 64 bits", ec);
        double value = 0;
        const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), value);
        if (read.ec == std::errc::result_out_of_range) {
            if (std::abs(nearly) > 1)
                return refuse("a double overflows", ec);
            value = std::copysign(0.0, nearly);  // nearer to 0 than to the smallest double
        }
        sink_.real(value);
        return fits(0, ec);
    }

    bool on_bool(bool value, error_code& ec)
    {
        sink_.boolean(value);
        return fits(0, ec);
    }
    bool on_null(error_code& ec)
    {
        sink_.null();
        return fits(0, ec);
    }

    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

private:
    static constexpr std::string_view too_many_members = "too many object members";
    static constexpr std::string_view too_long = "the arguments are larger than the router takes in one message";

    /// Asks a sink with a limit whether `more` bytes fit after what it has written.
    bool fits(std::size_t more, error_code& ec)
    {
        if constexpr (requires { sink_.fits(more); })
            if (!sink_.fits(more))
                return refuse(too_long, ec);
        return true;
    }

    /// The least size of a string that is incomplete: it may be the Base64 of a binary value.
    static std::size_t least_bytes_of(std::string_view text) { return text.size() / 4 * 3; }

    bool keep_part(std::string_view part, error_code& ec)
    {
        parts_ += part;
        return fits(least_bytes_of(parts_), ec);
    }

    std::string_view whole(std::string_view last_part)
    {
        if (parts_.empty())
            return last_part;
        parts_ += last_part;
        return parts_;
    }

    // A string of U+0000 and Base64 is a binary value (WAMP, "Binary conversion of JSON strings").
    void text(std::string_view value)
    {
        if (value.starts_with('\0'))
            if (const auto bytes = from_base64(value.substr(1)))
                return sink_.binary(*bytes);
        sink_.text(value);
    }

    bool refuse(std::string_view reason, error_code& ec)
    {
        reason_ = reason;
        ec = boost::system::errc::make_error_code(boost::system::errc::result_out_of_range);
        return false;
    }

    Sink& sink_;
    long_integer beyond_64_bits_;
    std::size_t members_left_;
    std::string parts_;  // of the current string with escapes
    std::string_view reason_;
};

/// Why and where a text is not JSON.
struct json_fault {
    std::size_t offset;
    std::string reason;
    bool is_too_large = false;  ///< valid so far, but over a limit
};

/// Why the parser stopped at `rest`: in our words where they say more than the parser's.
inline std::string parser_reason(const boost::system::error_code& error, std::string_view rest)
{
    if (error == boost::json::error::too_deep)
        return "it nests deeper than 128 levels";
    for (const std::string_view word : {"NaN", "nan", "Infinity", "inf"})
        if (rest.starts_with(word))
            return std::string(word) + " is not JSON";
    return error.message();
}

/// Parses `text`, which must be valid UTF-8, into `sink`. Returns nothing on success.
template <class Sink>
std::optional<json_fault> read_json(std::string_view text, const json_limits& limits, Sink& sink)
{
    boost::json::parse_options options;
    options.max_depth = limits.max_levels;
    options.allow_invalid_utf8 = true;  // already checked by the caller
    boost::json::basic_parser<json_events<Sink>> parser(options, sink, limits);
    boost::system::error_code ec;

    const auto offset = parser.write_some(false, text.data(), text.size(), ec);

    if (const auto reason = parser.handler().reason(); !reason.empty())
        return json_fault{offset, std::string(reason), parser.handler().is_too_large()};
    if (ec)
        return json_fault{offset, parser_reason(ec, text.substr(offset))};
    if (offset != text.size())
        return json_fault{offset, "text after the JSON value"};
    return std::nullopt;
}

}  // namespace wampfcgi::codec
