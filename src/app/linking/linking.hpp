// Owns how the program is linked to the system's libraries, and what follows from that.
#pragma once

#include <string>

namespace wampfcgi::app {

/// Call it first, before anything looks up a name or a user, or uses OpenSSL.
void prepare_libraries();

/// A line of --version for a program that brings its own libraries; empty for one that uses the machine's.
std::string linking();

}  // namespace wampfcgi::app
