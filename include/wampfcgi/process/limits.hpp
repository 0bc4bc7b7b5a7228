// Owns the resource limits of this process and its workers.
#pragma once

#include <cstdint>

namespace wampfcgi::process {

/// Sets the limit on descriptors to `wanted`, or to the hard limit if that is lower: each connection of a web server
/// takes one.
void allow_descriptors(std::uint64_t wanted) noexcept;

/// Disables core dumps: they would contain the secrets of the configuration.
void forbid_core_dumps() noexcept;

/// Keeps other processes of the same user from reading this process's memory and environment (/proc). The next change
/// of user undoes it. Does nothing in a build with a sanitizer.
void forbid_looking_in() noexcept;

}  // namespace wampfcgi::process
