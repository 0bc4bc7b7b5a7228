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

/// The content of a CHALLENGE.
struct challenge {
    std::string method;
    std::string text;              ///< to sign, with wampcra and cryptosign
    std::string salt;              ///< empty: the secret is the key
    std::uint64_t iterations = 0;  ///< for PBKDF2, if there is a salt
    std::uint64_t key_bytes = 0;   ///< length of the derived key, if there is a salt
};

/// Why a challenge was not answered, for the log.
struct refused_challenge {
    std::string reason;
};

/// A signature whose key is still being derived.
class derived_signature {
public:
    derived_signature(const challenge& asked, const std::string& secret);

    /// Computes for a few milliseconds. Returns the signature, or why there is none, when it is done.
    std::optional<std::variant<std::string, refused_challenge>> resume();

private:
    std::string text_;
    key_derivation key_;
};

/// Computes the signature for AUTHENTICATE, or begins to. Refuses a method other than the configured one, which might
/// reveal the secret. Refuses a salt whose derivation would take seconds.
std::variant<std::string, refused_challenge, std::unique_ptr<derived_signature>> answer_to(const challenge& asked,
                                                                                           const credentials& how);

}  // namespace wampfcgi::wamp
