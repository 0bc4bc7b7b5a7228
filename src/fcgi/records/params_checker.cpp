#include "fcgi/records/params_checker.hpp"

#include "fcgi/cgi/sound_pairs.hpp"

#include <algorithm>
#include <cstring>

namespace wampfcgi::fcgi {
namespace {

constexpr std::string_view too_many = "more than 256 KiB of CGI variables";
static_assert(params_checker::most_bytes == 256 * 1024, "the text above names the limit");

bool contains(std::string_view text, char wanted)
{
    return std::memchr(text.data(), wanted, text.size()) != nullptr;
}

}  // namespace

std::string_view params_checker::feed(std::string_view bytes)
{
    bytes_ += bytes.size();
    if (bytes_ > most_bytes)
        return too_many;
    skip_sound_pairs(bytes);
    while (!bytes.empty()) {
        std::string_view wrong;
        if (next_ == part::name || next_ == part::value) {
            wrong = take_text(bytes);
        } else {
            const bool is_whole = take_length_byte(static_cast<unsigned char>(bytes.front()));
            bytes.remove_prefix(1);
            if (is_whole)
                wrong = begin_pair();
        }
        if (!wrong.empty())
            return wrong;
    }
    return {};
}

// Fast path: skips pairs that are completely there and well-formed, as nearly all are. Leaves others to the slow path.
void params_checker::skip_sound_pairs(std::string_view& bytes) const
{
    if (next_ != part::name_length || length_bytes_left_ > 0)
        return;
    sound_pairs pairs(bytes);
    while (!pairs.take().name.empty()) {}
    bytes = pairs.rest();
}

std::string_view params_checker::finish() const
{
    if (next_ == part::name_length && length_bytes_left_ == 0)
        return {};
    return "CGI variables that end in the middle of one";
}

// Returns true when length_ is complete.
bool params_checker::take_length_byte(unsigned char byte)
{
    if (length_bytes_left_ > 0) {
        length_ = length_ << 8U | byte;
        return --length_bytes_left_ == 0;
    }
    length_ = byte & 0x7FU;
    length_bytes_left_ = byte < 0x80 ? 0 : 3;
    return byte < 0x80;
}

std::string_view params_checker::begin_pair()
{
    if (next_ == part::name_length) {
        name_left_ = length_;
        next_ = part::value_length;
        return name_left_ == 0 ? "a CGI variable without a name" : std::string_view();
    }
    value_left_ = length_;
    next_ = part::name;
    return name_left_ + value_left_ > most_bytes ? "a CGI variable with an impossible length" : std::string_view();
}

std::string_view params_checker::take_text(std::string_view& bytes)
{
    std::size_t& left = next_ == part::name ? name_left_ : value_left_;
    const std::string_view text = bytes.substr(0, left);
    if (contains(text, '\0'))
        return "a zero byte in a CGI variable";
    if (next_ == part::name && contains(text, '='))
        return "an equals sign in the name of a CGI variable";
    left -= text.size();
    bytes.remove_prefix(text.size());
    if (left > 0)
        return {};
    next_ = next_ == part::name && value_left_ > 0 ? part::value : part::name_length;
    return {};
}

}  // namespace wampfcgi::fcgi
