// Owns what the status that waitpid() gives means.
#pragma once

#include <string>

namespace wampfcgi::process {

/// "ended with status N" or "was ended by signal N (NAME)".
std::string end_in_words(int wait_status);

/// An end that a worker may have once it was told to.
bool is_orderly(int wait_status) noexcept;

}  // namespace wampfcgi::process
