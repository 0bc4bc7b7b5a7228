// Owns the command line: its options, and the usage text.
#pragma once

#include "wampfcgi/process/listen.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::process {

inline constexpr unsigned max_workers = 1024;

/// The parsed command line.
struct options {
    std::optional<std::string> config_file;  ///< from --config or --check-config
    bool check_config = false;
    bool router = false;                      ///< with check_config: try the sessions too
    bool status = false;                      ///< ask a pool for its status
    bool json = false;                        ///< with status
    std::optional<listen_address> status_of;  ///< with status; absent: unit_socket
    std::optional<listen_address> listen;
    mode_t socket_mode = 0660;
    std::optional<std::string> socket_owner;
    std::optional<std::string> socket_group;
    std::optional<std::string> user;
    std::optional<std::string> group;
    unsigned workers = 1;        ///< 1..max_workers
    bool workers_given = false;  ///< allowed only with `listen` or a socket from systemd
    bool help = false;
    bool version = false;
};

/// Parses the command line; skips argv[0]. `processors` is the value of "--workers auto". The trouble is one line about
/// wrong usage for standard error; the program then exits with status 2.
result<options, trouble> parse_options(int argc, const char* const* argv, unsigned processors);

/// The number of processors that this process may use: 1..max_workers.
unsigned usable_processors() noexcept;

/// The output of --help: several lines, each ended by a line feed.
std::string_view usage() noexcept;

}  // namespace wampfcgi::process
