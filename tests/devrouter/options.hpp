#pragma once
// The command line's options.

#include "serializer.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::devrouter {

/// A principal given on the command line.
struct principal_option {
    std::string method;  ///< "ticket", "wampcra" or "cryptosign"
    bool salted = false;
    std::string authid;
    std::string role;
    std::string secret;  ///< for cryptosign the public key's 32 bytes
};

/// The reaction of a RawSocket connection to PING.
enum class on_ping { answer, ignore, drop };

struct options {
    std::vector<std::string> listen;  ///< in the form of parse_address
    std::vector<std::string> realms;
    bool anonymous = true;
    std::string anonymous_role = "anonymous";
    std::vector<principal_option> principals;
    std::size_t max_message_bytes = 16777216;  ///< a power of two, 512 to 2^24, as announced by RawSocket
    std::vector<serializer> serializers{serializer::messagepack, serializer::json};
    bool drop_on_unsupported = false;  ///< for an unsupported serializer, close without a handshake reply
    std::string tls_certificate;       ///< PEM files; empty: none
    std::string tls_key;
    std::string tls_client_ca;
    on_ping ping_manners = on_ping::answer;
    bool accept_silently = false;
    bool silent_after_welcome = false;
    std::chrono::milliseconds idle_timeout{0};  ///< 0: none
    bool log_calls = false;
    bool enforce_timeout = false;
    bool help = false;
};

/// Throws std::invalid_argument with a message for the user.
options parse_options(const std::vector<std::string>& arguments);

std::string_view usage();

}  // namespace wampfcgi::devrouter
