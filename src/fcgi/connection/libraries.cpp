#include "wampfcgi/fcgi/libraries.hpp"

// libfcgi's interface has no version. The configuration of its build does, if it is installed, as on Debian.
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
