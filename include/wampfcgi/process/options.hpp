// Owns the command line: what may stand on it, and the text that explains it.
#pragma once

#include "wampfcgi/process/listen.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::process {

inline constexpr unsigned max_workers = 1024;

/// The command line, taken apart.
struct options {
    std::optional<std::string> config_file;  ///< from --config, or what --check-config names
    bool check_config = false;
    bool router = false;                      ///< with check_config: try the sessions too
    bool status = false;                      ///< ask a pool how it is doing
    bool json = false;                        ///< with status
    std::optional<listen_address> status_of;  ///< with status; absent: unit_socket
    std::optional<listen_address> listen;
    mode_t socket_mode = 0660;
    std::optional<std::string> socket_owner;
    std::optional<std::string> socket_group;
    std::optional<std::string> user;
    std::optional<std::string> group;
    unsigned workers = 1;        ///< 1..max_workers
    bool workers_given = false;  ///< only where there is `listen` or a socket from systemd
    bool help = false;
    bool version = false;
};

/// Reads the command line; argv[0] is skipped. `processors` is what "--workers auto" stands for. The trouble is bad
/// usage, one line for standard error; the program then ends with status 2.
result<options, trouble> parse_options(int argc, const char* const* argv, unsigned processors);

/// Processors that this process may use: 1..max_workers.
unsigned usable_processors() noexcept;

/// What --help prints: several lines, each ended by a line feed.
std::string_view usage() noexcept;

}  // namespace wampfcgi::process
