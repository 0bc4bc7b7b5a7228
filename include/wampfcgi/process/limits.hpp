// Owns what the kernel lets this process and its workers have.
#pragma once

namespace wampfcgi::process {

/// Raises the number of descriptors that the process may have, up to what it is allowed and to 65536: each connection
/// of a web server takes one.
void allow_many_descriptors() noexcept;

/// Has the process leave no memory dump behind when it crashes: it would hold the secrets of the configuration.
void forbid_core_dumps() noexcept;

}  // namespace wampfcgi::process
