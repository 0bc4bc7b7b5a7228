#include "wampfcgi/fcgi/libraries.hpp"

// The library itself has no version in its interface. What its own build was configured with is there where it was
// installed too, as by Debian.
#if __has_include(<fcgi_config.h>)
#include <fcgi_config.h>
#endif

namespace wampfcgi::fcgi {

std::string libraries()
{
#ifdef PACKAGE_VERSION
    return "libfcgi " PACKAGE_VERSION "\n";
#else
    return "libfcgi (its headers name no version)\n";
#endif
}

}  // namespace wampfcgi::fcgi
