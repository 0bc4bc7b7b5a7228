// Owns the meaning of waitpid()'s status.
#pragma once

#include <string>

namespace wampfcgi::process {

/// "ended with status N" or "was killed by signal N (NAME)".
std::string end_in_words(int wait_status);

/// True for an end that is normal for a worker told to end.
bool is_orderly(int wait_status) noexcept;

}  // namespace wampfcgi::process
