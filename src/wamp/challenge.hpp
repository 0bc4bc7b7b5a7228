// Owns the answers to a router's CHALLENGE (WAMP specification, "Ticket-based" and "Challenge-Response
// Authentication").
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace wampfcgi::wamp {

/// What a CHALLENGE asks.
struct challenge {
    std::string method;
    std::string text;              ///< to be signed, with wampcra and cryptosign
    std::string salt;              ///< empty: the secret itself is the key
    std::uint64_t iterations = 0;  ///< of PBKDF2, where there is a salt
    std::uint64_t key_bytes = 0;   ///< length of the derived key, where there is a salt
};

/// Why a challenge is not answered, for the log.
struct refused_challenge {
    std::string reason;
};

/// The signature for AUTHENTICATE. Refuses a method other than the configured one: it could be one that gives the
/// secret away. Refuses a salt that would cost seconds.
std::variant<std::string, refused_challenge> answer_to(const challenge& asked, const credentials& how);

}  // namespace wampfcgi::wamp
