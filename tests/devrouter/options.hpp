#pragma once
// The command line.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::devrouter {

/// Somebody who may log in, as written on the command line.
struct principal_option {
    std::string method;  ///< "ticket" or "wampcra"
    bool salted = false;
    std::string authid;
    std::string role;
    std::string secret;
};

struct options {
    std::vector<std::string> listen;  ///< HOST:PORT, [HOST]:PORT or unix:/PATH
    std::vector<std::string> realms;
    bool anonymous = true;
    std::string anonymous_role = "anonymous";
    std::vector<principal_option> principals;
    std::size_t max_message_bytes = 16777216;  ///< a power of two, 512 to 2^24: what RawSocket can announce
    bool log_calls = false;
    bool enforce_timeout = false;
    bool help = false;
};

/// Throws std::invalid_argument with a message for the user.
options parse_options(const std::vector<std::string>& arguments);

std::string_view usage();

}  // namespace wampfcgi::devrouter
