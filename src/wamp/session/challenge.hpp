// Owns the answers to a router's CHALLENGE (WAMP specification, "Ticket-based" and "Challenge-Response
// Authentication").
#pragma once

#include "wamp/session/key_derivation.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
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

/// A signature whose key has yet to be derived.
class derived_signature {
public:
    derived_signature(const challenge& asked, const std::string& secret);

    /// Goes on for a few milliseconds: the signature, or why there is none, once it is done.
    std::optional<std::variant<std::string, refused_challenge>> resume();

private:
    std::string text_;
    key_derivation key_;
};

/// The signature for AUTHENTICATE, or what will become it. Refuses a method other than the configured one: it could be
/// one that gives the secret away. Refuses a salt that would cost seconds.
std::variant<std::string, refused_challenge, std::unique_ptr<derived_signature>> answer_to(const challenge& asked,
                                                                                           const credentials& how);

}  // namespace wampfcgi::wamp
