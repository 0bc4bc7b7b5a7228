#include "json.hpp"

#include "crypto.hpp"
#include "message.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/error_code.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace wampfcgi::devrouter {

namespace {

using boost::system::error_code;

constexpr std::size_t deepest = 500;  // the parser recurses
constexpr char binary_mark = '\0';

/// Handler for boost::json::basic_parser. Containers get headers of a fixed size, which are filled in at their ends.
class packing_handler {
public:
    static constexpr std::size_t max_object_size = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return open(); }
    bool on_array_end(std::size_t size, error_code&) { return close('\xdd', size); }
    bool on_object_begin(error_code&) { return open(); }
    bool on_object_end(std::size_t size, error_code&) { return close('\xdf', size); }
    bool on_string_part(std::string_view part, std::size_t, error_code&) { return gather(part); }
    bool on_string(std::string_view part, std::size_t, error_code&) { return gather(part) && end_text(); }
    bool on_key_part(std::string_view part, std::size_t, error_code&) { return gather(part); }
    bool on_key(std::string_view part, std::size_t, error_code&) { return gather(part) && end_key(); }
    bool on_number_part(std::string_view part, error_code&) { return gather(part); }
    bool on_int64(std::int64_t value, std::string_view, error_code&)
    {
        text_.clear();
        return add(packed().integer(value));
    }
    bool on_uint64(std::uint64_t value, std::string_view, error_code&)
    {
        text_.clear();
        return add(packed().uint(value));
    }
    bool on_double(double nearly, std::string_view part, error_code& trouble)
    {
        gather(part);
        double value = nearly;  // parsed again for exact bits; an underflow stays zero
        const auto failure = std::from_chars(text_.data(), text_.data() + text_.size(), value).ec;
        if (failure == std::errc::result_out_of_range && std::abs(nearly) >= 1) {
            trouble = boost::json::error::exponent_overflow;
            return false;
        }
        text_.clear();
        return add(packed().real(value));
    }
    bool on_bool(bool value, error_code&) { return add(packed().flag(value)); }
    bool on_null(error_code&) { return add(packed().nil()); }
    bool on_comment_part(std::string_view, error_code&) { return true; }
    bool on_comment(std::string_view, error_code&) { return true; }

    std::string bytes;

private:
    static constexpr std::size_t head_bytes = 5;

    bool add(const packed& value)
    {
        bytes += value.view();
        return true;
    }

    bool open()
    {
        open_.push_back(bytes.size());
        bytes.append(head_bytes, '\0');
        return true;
    }

    bool close(char mark, std::size_t size)
    {
        char* head = bytes.data() + open_.back();
        open_.pop_back();
        *head = mark;
        for (std::size_t i = 1; i < head_bytes; ++i)
            head[i] = static_cast<char>(size >> (8 * (head_bytes - 1 - i)) & 0xff);
        return true;
    }

    bool gather(std::string_view part)
    {
        text_ += part;
        return true;
    }

    bool end_key()
    {
        add(packed().text(text_));
        text_.clear();
        return true;
    }

    bool end_text()
    {
        const bool marked = !text_.empty() && text_.front() == binary_mark;
        const auto binary = marked ? from_base64(std::string_view(text_).substr(1)) : std::nullopt;
        add(binary ? packed().binary(*binary) : packed().text(text_));
        text_.clear();
        return true;
    }

    std::vector<std::size_t> open_;  // positions of the headers of open containers
    std::string text_;               // of the current string or number
};

class writing_visitor : public msgpack::null_visitor {
public:
    bool visit_nil() { return word("null"); }
    bool visit_boolean(bool value) { return word(value ? "true" : "false"); }
    bool visit_positive_integer(std::uint64_t value) { return word(std::to_string(value)); }
    bool visit_negative_integer(std::int64_t value) { return word(std::to_string(value)); }
    bool visit_float32(float value) { return real(static_cast<double>(value)); }
    bool visit_float64(double value) { return real(value); }
    bool visit_str(const char* data, std::uint32_t size)
    {
        begin_value();
        text += '"';
        escape({data, size});
        text += '"';
        return true;
    }
    bool visit_bin(const char* data, std::uint32_t size)
    {
        return word("\"\\u0000") && raw(base64({data, size})) && raw("\"");
    }
    bool visit_ext(const char*, std::uint32_t) { return false; }
    bool start_array(std::uint32_t) { return word("["); }
    bool end_array() { return raw("]"); }
    bool start_map(std::uint32_t) { return word("{"); }
    bool start_map_key()
    {
        key_at_ = text.size();
        return true;
    }
    bool end_map_key()
    {
        const char first = text[key_at_] == ',' ? text[key_at_ + 1] : text[key_at_];
        return first == '"' && raw(":");
    }
    bool end_map() { return raw("}"); }

    std::string text;

private:
    bool raw(std::string_view written)
    {
        text += written;
        return true;
    }

    bool word(std::string_view written)
    {
        begin_value();
        return raw(written);
    }

    void begin_value()
    {
        if (!text.empty() && std::string_view("[{:").find(text.back()) == std::string_view::npos)
            text += ',';
    }

    bool real(double value)
    {
        if (!std::isfinite(value))
            return false;
        char digits[32];
        const std::string_view shortest(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
        word(shortest);
        return shortest.find_first_of(".e") != std::string_view::npos ||
               raw(".0");  // or it would be read as an integer
    }

    void escape(std::string_view value)
    {
        constexpr std::string_view digits = "0123456789abcdef";
        for (const char letter : value) {
            if (letter == '"' || letter == '\\')
                text += '\\';
            if (letter >= 0 && letter < ' ') {
                text += letter < 16 ? "\\u000" : "\\u001";
                text += digits[static_cast<unsigned char>(letter) % 16];
            } else {
                text += letter;
            }
        }
    }

    std::size_t key_at_ = 0;
};

}  // namespace

std::optional<std::string> messagepack_from_json(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = deepest;
    boost::json::basic_parser<packing_handler> parser(options);
    error_code trouble;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), trouble);
    if (trouble || read != text.size())
        return {};
    return std::move(parser.handler().bytes);
}

std::optional<std::string> json_from_messagepack(std::string_view packed)
{
    writing_visitor visitor;
    std::size_t end = 0;
    if (packed.empty() || !msgpack::parse(packed.data(), packed.size(), end, visitor) || end != packed.size())
        return {};
    return std::move(visitor.text);
}

}  // namespace wampfcgi::devrouter
