#include "wampfcgi/wamp/libraries.hpp"

#include <boost/version.hpp>

#include <msgpack/version.hpp>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>

namespace wampfcgi::wamp {

std::string libraries()
{
    // Only OpenSSL can differ at run time from the version at build time.
    const std::string openssl = OpenSSL_version(OPENSSL_VERSION_STRING);
    const std::string boost = std::to_string(BOOST_VERSION / 100000) + "." +
                              std::to_string(BOOST_VERSION / 100 % 1000) + "." + std::to_string(BOOST_VERSION % 100);
    std::string lines = "OpenSSL " + openssl + " (built with " OPENSSL_VERSION_STR ")\n";
    lines += "Boost " + boost + "\n";
    lines += "msgpack-cxx " MSGPACK_VERSION "\n";
    lines += "Autobahn|Cpp (its headers name no version)\n";
    return lines;
}

}  // namespace wampfcgi::wamp
