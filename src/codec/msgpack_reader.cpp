#include "codec/msgpack_reader.hpp"

#include "codec/json_text.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

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

// Writes JSON for each value as it is parsed. A comma follows each item; a closing bracket replaces the last one.
class json_visitor : public msgpack::null_visitor {
public:
    json_visitor(std::string& out, unsigned max_levels) : out_(out), levels_left_(max_levels) {}

    // Why the value was refused; empty when it was accepted.
    std::string_view reason() const { return reason_; }

    bool visit_nil() { return literal("null"); }
    bool visit_boolean(bool value) { return literal(value ? "true" : "false"); }
    bool visit_positive_integer(std::uint64_t value) { return integer(value); }
    bool visit_negative_integer(std::int64_t value) { return integer(value); }
    bool visit_float32(float value) { return visit_float64(value); }
    bool visit_float64(double value)
    {
        if (in_key_)
            return refuse_key();
        append_double(out_, value);
        return true;
    }

    bool visit_str(const char* data, std::uint32_t size)
    {
        const std::string_view text(data, size);
        if (!is_utf8(text))
            return refuse("a string is not valid UTF-8");
        append_string(out_, text);
        return true;
    }

    bool visit_bin(const char* data, std::uint32_t size)
    {
        if (in_key_)
            return refuse_key();
        append_binary(out_, {data, size});
        return true;
    }

    bool visit_ext(const char*, std::uint32_t) { return refuse("an extension type has no JSON form"); }

    bool start_array(std::uint32_t) { return open('['); }
    bool end_array_item() { return put(','); }
    bool end_array() { return close('[', ']'); }

    bool start_map(std::uint32_t) { return open('{'); }
    bool start_map_key() { return in_key_ = true; }
    bool end_map_key()
    {
        in_key_ = false;
        return put(':');
    }
    bool end_map_value() { return put(','); }
    bool end_map() { return close('{', '}'); }

    void parse_error(std::size_t, std::size_t) { refuse(malformed); }
    void insufficient_bytes(std::size_t, std::size_t) { refuse(truncated); }

private:
    bool put(char c)
    {
        out_ += c;
        return true;
    }

    bool literal(std::string_view text)
    {
        if (in_key_)
            return refuse_key();
        out_ += text;
        return true;
    }

    template <class Integer>
    bool integer(Integer value)
    {
        if (in_key_)
            return refuse_key();
        char digits[20];  // enough for -2^63 and 2^64-1
        out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
        return true;
    }

    bool open(char bracket)
    {
        if (in_key_)
            return refuse_key();
        if (levels_left_ == 0)
            return refuse(too_deep);
        --levels_left_;
        return put(bracket);
    }

    bool close(char opening, char closing)
    {
        ++levels_left_;
        if (out_.back() == opening)
            return put(closing);
        out_.back() = closing;
        return true;
    }

    bool refuse_key() { return refuse("a map key is not a string"); }

    bool refuse(std::string_view reason)
    {
        reason_ = reason;
        return false;
    }

    std::string& out_;
    unsigned levels_left_;
    bool in_key_ = false;
    std::string_view reason_;
};

}  // namespace

result<void> append_json(std::string& out, std::string_view bytes, unsigned max_levels)
{
    json_visitor visitor(out, max_levels);
    std::size_t end = 0;
    const bool whole = msgpack::parse(bytes.data(), bytes.size(), end, visitor);
    if (whole && end == bytes.size())
        return {};
    return failure(errc::result_invalid, "byte " + std::to_string(end) + ": " +
                                             std::string(whole ? "extra bytes after the value" : visitor.reason()));
}

value_fault why_no_value(std::string_view bytes)
{
    depth_visitor visitor(max_depth);
    std::size_t end = 0;
    msgpack::parse(bytes.data(), bytes.size(), end, visitor);
    return {end, visitor.reason};
}

}  // namespace wampfcgi::codec
