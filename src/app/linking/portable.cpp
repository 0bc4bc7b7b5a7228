// The portable program brings all its libraries. A library of the machine was made for another glibc or OpenSSL, so it
// must load none, whatever is configured there.
#include "app/linking/linking.hpp"

#include <openssl/crypto.h>

#include <gnu/libc-version.h>
#include <nss.h>

#include <array>

namespace wampfcgi::app {
namespace {

struct source {
    const char* database;
    const char* services;  // as in nsswitch.conf(5); glibc has these built in since 2.34
};

constexpr std::array sources{source{"hosts", "files dns"}, source{"services", "files"},   source{"passwd", "files"},
                             source{"group", "files"},     source{"initgroups", "files"}, source{"shadow", "files"},
                             source{"protocols", "files"}, source{"networks", "files"}};

}  // namespace

void prepare_libraries()
{
    for (const source& each : sources)
        ::__nss_configure_lookup(each.database, each.services);  // nscd(8) is not asked either
    // openssl.cnf can name providers and engines, which are libraries.
    ::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

std::string linking()
{
    return std::string("portable, with glibc ") + ::gnu_get_libc_version() + "\n";
}

}  // namespace wampfcgi::app
