// Owns the check that CGI variables, as name-value pairs (FastCGI specification, 3.4), are well-formed. libfcgi takes a
// zero byte for the end of a string and the first equals sign for the end of a name, so the checked and signed text
// could differ from what was sent.
#pragma once

#include "wampfcgi/core/pairs.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

/// Takes pairs off the front of a stream as long as they are complete and well-formed, as nearly all are.
class sound_pairs {
public:
    explicit sound_pairs(std::string_view stream);

    /// Takes the next pair. Returns false when rest() is empty, or does not begin with a pair that is well-formed.
    bool take(name_value_pair& next)
    {
        std::string_view rest = rest_;
        const auto pair = take_pair(rest);
        if (!pair || pair->name.empty() ||
            (rest.data() > suspect_ && !is_sound(pair->name.data(), pair->value.data(), rest.data())))
            return false;
        next = *pair;
        rest_ = rest;
        return true;
    }

    /// What was not taken.
    std::string_view rest() const noexcept { return rest_; }

private:
    bool is_sound(const char* name, const char* value, const char* end);
    const char* find(char wanted, const char* from) const;

    std::string_view rest_;
    const char* end_of_all_;
    const char* zero_;     // the first zero byte that was not looked at yet, or the end
    const char* equals_;   // the first equals sign, likewise
    const char* suspect_;  // the first of the two: no pair before it can be unsound
};

}  // namespace wampfcgi::fcgi
