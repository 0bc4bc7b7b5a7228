// Owns the check that CGI variables, as name-value pairs (FastCGI specification, 3.4), are well-formed. libfcgi takes a
// zero byte for the end of a string and the first equals sign for the end of a name, so the checked and signed text
// could differ from what was sent.
#pragma once

#include "wampfcgi/core/pairs.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wampfcgi::fcgi {

/// Takes pairs off the front of a stream as long as they are complete and well-formed, as nearly all are.
class sound_pairs {
public:
    explicit sound_pairs(std::string_view stream);

    /// Takes the next pair. Without a name when rest() is empty, or does not begin with a pair that is well-formed.
    name_value_pair take()
    {
        const auto length = [this](std::size_t place) { return std::size_t{static_cast<std::uint8_t>(at_[place])}; };
        const auto left = static_cast<std::size_t>(end_ - at_);
        // Nearly all lengths take one byte.
        if (left < 2 || ((length(0) | length(1)) & 0x80U) != 0)
            return take_long();
        const std::size_t name_bytes = length(0);
        const std::size_t value_bytes = length(1);
        if (name_bytes == 0 || name_bytes + value_bytes > left - 2)
            return {};
        const char* const name = at_ + 2;
        const char* const value = name + name_bytes;
        const char* const end = value + value_bytes;
        if (end > suspect_ && !is_sound(name, value, end))
            return {};
        at_ = end;
        return {{name, name_bytes}, {value, value_bytes}};
    }

    /// What was not taken.
    std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
    name_value_pair take_long();
    bool is_sound(const char* name, const char* value, const char* end);
    const char* find(char wanted, const char* from) const;

    const char* at_;
    const char* end_;
    const char* zero_;     // the first zero byte that was not looked at yet, or the end
    const char* equals_;   // the first equals sign, likewise
    const char* suspect_;  // the first of the two: no pair before it can be unsound
};

}  // namespace wampfcgi::fcgi
