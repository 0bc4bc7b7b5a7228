// Owns what the kernel lets this process and its workers have.
#pragma once

namespace wampfcgi::process {

/// Raises the number of descriptors that the process may have, up to what it is allowed and to 65536: each connection
/// of a web server takes one.
void allow_many_descriptors() noexcept;

/// Has the process leave no memory dump behind when it crashes: it would hold the secrets of the configuration.
void forbid_core_dumps() noexcept;

/// Keeps other processes of the same user from reading this one's memory, and its environment in /proc. Ends with the
/// next change of the user. Does nothing where the program is built with a sanitizer.
void forbid_looking_in() noexcept;

}  // namespace wampfcgi::process
