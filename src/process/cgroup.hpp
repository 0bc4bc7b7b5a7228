// Owns finding the files with the memory limits of a process's cgroups, in the kernel's descriptions of them
// (cgroups(7), proc_pid_mountinfo(5)). Pure; what it does not understand it leaves out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::process {

/// The files with the limits of the process's own cgroup and of those above it, in that order. `cgroup` is the content
/// of /proc/self/cgroup, `mountinfo` that of /proc/self/mountinfo. Some of the files may not exist.
std::vector<std::string> memory_limit_files(std::string_view cgroup, std::string_view mountinfo);

/// The limit in the content of such a file, in bytes; nothing for "max", and for what version 1 has instead.
std::optional<std::uint64_t> parse_memory_limit(std::string_view content);

}  // namespace wampfcgi::process
