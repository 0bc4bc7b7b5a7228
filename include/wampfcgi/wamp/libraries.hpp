// Owns the names and versions of the libraries used for the connection to the router.
#pragma once

#include <string>

namespace wampfcgi::wamp {

/// A line for each of OpenSSL, Boost, msgpack-cxx and Autobahn|Cpp, with the version if the library states one.
std::string libraries();

}  // namespace wampfcgi::wamp
