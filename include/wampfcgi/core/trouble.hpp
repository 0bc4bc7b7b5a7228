// Owns error reporting at start-up and reload: result<T, trouble>.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <string>

namespace wampfcgi {

/// The system's message for an errno.
std::string system_words(int error_number);

/// Why something cannot be done, told to the administrator.
struct trouble {
    explicit trouble(std::string our_words = {});

    /// Our words, then the system's: "the group cannot be changed: Operation not permitted".
    trouble(const std::string& our_words, int error_number);

    std::string text;
};

/// Called only when code reads the value of a failed result, which is a bug: throws std::logic_error.
[[noreturn]] void throw_exception_from_error(const trouble& error, const boost::source_location& where);

}  // namespace wampfcgi
