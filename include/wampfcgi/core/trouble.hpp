// Owns how a function reports what keeps the program from starting, or from a reload: result<T, trouble>.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <string>

namespace wampfcgi {

/// The system's words for an errno.
std::string system_words(int error_number);

/// Why something cannot be done, for the administrator.
struct trouble {
    explicit trouble(std::string our_words = {});

    /// The system's words behind ours: "the group cannot be changed: Operation not permitted".
    trouble(const std::string& our_words, int error_number);

    std::string text;
};

/// Reached only when a caller reads the value of a failed result, which is a bug: throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const trouble& error, const boost::source_location& where);

}  // namespace wampfcgi
