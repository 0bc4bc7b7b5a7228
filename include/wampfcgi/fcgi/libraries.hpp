// Owns the name and version of the FastCGI library.
#pragma once

#include <string>

namespace wampfcgi::fcgi {

/// A line with the version of libfcgi, if its headers state one.
std::string libraries();

}  // namespace wampfcgi::fcgi
