// Owns the names and versions of the libraries that the way to the router is made of.
#pragma once

#include <string>

namespace wampfcgi::wamp {

/// A line for each of OpenSSL, Boost, msgpack-cxx and Autobahn|Cpp, with the version as far as the library names one.
std::string libraries();

}  // namespace wampfcgi::wamp
