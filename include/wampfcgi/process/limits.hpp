// Owns the resource limits of this process and its workers.
#pragma once

namespace wampfcgi::process {

/// Raises the limit on descriptors to the hard limit, 65536 at most: each connection of a web server takes one.
void allow_many_descriptors() noexcept;

/// Disables core dumps: they would contain the secrets of the configuration.
void forbid_core_dumps() noexcept;

/// Keeps other processes of the same user from reading this process's memory and environment (/proc). The next change
/// of user undoes it. Does nothing in a build with a sanitizer.
void forbid_looking_in() noexcept;

}  // namespace wampfcgi::process
