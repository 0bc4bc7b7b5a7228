#include "body_reader.hpp"

#include "base64.hpp"
#include "value_builder.hpp"
#include "wampfcgi/codec/body.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/errc.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace wampfcgi::codec {

namespace {

namespace json = boost::json;
using boost::system::error_code;

// The events of boost::json::basic_parser, which checks grammar, depth and surrogates. It parses numbers too, but makes
// doubles of large integers and rounds doubles inexactly: so doubles are read again from their literal. The body is
// parsed in one write, so a number always comes whole; a string with escapes comes in parts all the same.
class body_handler {
public:
    // MessagePack counts in 32 bits
    static constexpr std::size_t max_array_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_object_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_string_size = 0xFFFF'FFFF;
    static constexpr std::size_t max_key_size = 0xFFFF'FFFF;

    body_handler(body_members& members, std::size_t expected_bytes) : members_(members), builder_(expected_bytes) {}

    // Why this handler refused a value; empty when it did not.
    std::string_view reason() const { return reason_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_array_begin(error_code&) { return open(); }
    bool on_array_end(std::size_t size, error_code&)
    {
        if (--depth_ > 0)
            builder_.close_list(size);
        return value_ended(value_kind::list);
    }

    bool on_object_begin(error_code&) { return open(); }
    bool on_object_end(std::size_t, error_code&)
    {
        if (--depth_ > 0)
            builder_.close_map();
        return value_ended(value_kind::object);
    }

    bool on_string_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_string(std::string_view part, std::size_t, error_code&)
    {
        const auto kind = text(whole(part));
        parts_.clear();
        return value_ended(kind);
    }

    bool on_key_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
    bool on_key(std::string_view part, std::size_t, error_code&)
    {
        const auto name = whole(part);
        if (depth_ > 1)
            builder_.key(name);
        else
            member_ = member_called(name);
        parts_.clear();
        return true;
    }

    bool on_number_part(std::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t value, std::string_view, error_code&)
    {
        builder_.integer(value);
        return value_ended(value_kind::other);
    }
    bool on_uint64(std::uint64_t value, std::string_view, error_code&)
    {
        builder_.integer(value);
        return value_ended(value_kind::other);
    }
    bool on_double(double nearly, std::string_view literal, error_code& ec)
    {
        if (literal.find_first_of(".eE") == std::string_view::npos)
            return refuse("an integer does not fit 64 bits", ec);
        double value = 0;
        const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), value);
        if (read.ec == std::errc::result_out_of_range) {
            if (std::abs(nearly) > 1)
                return refuse("a double overflows", ec);
            value = std::copysign(0.0, nearly);  // closer to 0 than to the smallest double
        }
        builder_.real(value);
        return value_ended(value_kind::other);
    }

    bool on_bool(bool value, error_code&)
    {
        builder_.boolean(value);
        return value_ended(value_kind::other);
    }
    bool on_null(error_code&)
    {
        builder_.null();
        return value_ended(value_kind::null);
    }

    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

private:
    bool open()
    {
        if (depth_++ > 0)
            builder_.open();
        return true;
    }

    bool keep_part(std::string_view part)
    {
        parts_ += part;
        return true;
    }

    std::string_view whole(std::string_view last_part)
    {
        if (parts_.empty())
            return last_part;
        parts_ += last_part;
        return parts_;
    }

    body_member* member_called(std::string_view name)
    {
        if (name == "procedure")
            return &members_.procedure;
        if (name == "args")
            return &members_.args;
        if (name == "kwargs")
            return &members_.kwargs;
        return nullptr;
    }

    // U+0000 and Base64 is a binary value (WAMP, "Binary conversion of JSON strings").
    value_kind text(std::string_view value)
    {
        if (value.starts_with('\0'))
            if (const auto bytes = from_base64(value.substr(1))) {
                builder_.binary(*bytes);
                return value_kind::other;
            }
        if (depth_ == 1 && member_ == &members_.procedure)
            members_.procedure_text = value;
        builder_.text(value);
        return value_kind::text;
    }

    // A value outside the three members is built all the same, because it has to be valid, and dropped.
    bool value_ended(value_kind kind)
    {
        if (depth_ == 0)
            members_.root = kind;
        else if (depth_ == 1 && member_ != nullptr)
            *member_ = {kind, builder_.take()};
        else if (depth_ == 1)
            builder_.clear();
        return true;
    }

    bool refuse(std::string_view reason, error_code& ec)
    {
        reason_ = reason;
        ec = boost::system::errc::make_error_code(boost::system::errc::result_out_of_range);
        return false;
    }

    body_members& members_;
    value_builder builder_;
    body_member* member_ = nullptr;  // whose value comes next at depth 1; none: a member that is ignored
    unsigned depth_ = 0;
    std::string parts_;  // of a string with escapes
    std::string_view reason_;
};

failure not_json(std::size_t offset, std::string_view reason)
{
    failure why;
    why.code = errc::body_not_json;
    why.detail = "byte " + std::to_string(offset) + ": " + std::string(reason);
    return why;
}

}  // namespace

result<body_members> read_body(std::string_view body)
{
    json::parse_options options;
    options.max_depth = max_depth;
    options.allow_invalid_utf8 = true;  // not looked at twice
    body_members members;
    json::basic_parser<body_handler> parser(options, members, body.size());
    error_code ec;

    const auto offset = parser.write_some(false, body.data(), body.size(), ec);

    if (const auto reason = parser.handler().reason(); !reason.empty())
        return not_json(offset, reason);
    if (ec)
        return not_json(offset, ec.message());
    if (offset != body.size())
        return not_json(offset, "text behind the JSON value");
    return members;
}

}  // namespace wampfcgi::codec
