// Owns which certificate authorities are trusted when the configuration names none: those of the machine, wherever its
// distribution keeps them.
#pragma once

#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <string>
#include <vector>

#include <openssl/types.h>

namespace wampfcgi::net {

/// Where a machine may have its authorities.
struct authority_places {
    std::string named_file;            ///< SSL_CERT_FILE; empty when it is not set
    std::string named_folder;          ///< SSL_CERT_DIR, which may be a list with colons; empty when it is not set
    std::string folder;                ///< OpenSSL's own, with files named by hash
    std::vector<std::string> bundles;  ///< files of many authorities; only the first that exists is read
};

/// The places of this process, with the variables of openssl-env(7).
authority_places usual_authority_places();

/// Trusts the authorities of the first of these places that has some: the variables', the folder, the bundles. A folder
/// is preferred to a bundle because its files are read only when a certificate needs them. Fails, with a text for the
/// log, when SSL_CERT_FILE or a bundle cannot be read, or no place has any authority.
result<void, trouble> trust_machine(SSL_CTX* context, const authority_places& places);

}  // namespace wampfcgi::net
