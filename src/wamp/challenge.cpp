#include "wamp/challenge.hpp"

#include "wampfcgi/log/log.hpp"

#include <autobahn/wamp_auth_utils.hpp>

namespace wampfcgi::wamp {
namespace {

constexpr std::uint64_t max_iterations = 1'000'000;  // about a second on one core, over all blocks of the key
constexpr std::uint64_t max_key_bytes = 1024;
constexpr std::uint64_t block_bytes = 32;  // of PBKDF2 with SHA-256, which makes the iterations for each block

std::variant<std::string, refused_challenge> wampcra_signature(const challenge& asked, const std::string& secret)
{
    if (asked.text.empty())
        return refused_challenge{"the router's CHALLENGE has nothing to sign"};
    if (asked.salt.empty())
        return compute_wcs(secret, asked.text);
    if (asked.iterations < 1 || asked.key_bytes < 1 || asked.key_bytes > max_key_bytes ||
        asked.iterations > max_iterations / ((asked.key_bytes + block_bytes - 1) / block_bytes))
        return refused_challenge{"the router's CHALLENGE has iterations or keylen out of range"};
    const auto iterations = static_cast<int>(asked.iterations);
    const auto key_bytes = static_cast<int>(asked.key_bytes);
    return compute_wcs(derive_key(secret, asked.salt, iterations, key_bytes), asked.text);
}

}  // namespace

std::variant<std::string, refused_challenge> answer_to(const challenge& asked, const credentials& how)
{
    if (how.authmethod == authmethod_kind::ticket && asked.method == "ticket")
        return how.secret;
    if (how.authmethod == authmethod_kind::wampcra && asked.method == "wampcra")
        return wampcra_signature(asked, how.secret);
    return refused_challenge{"the router asks for a login by " + log::quote(asked.method) +
                             ", which is not the one that is configured"};
}

}  // namespace wampfcgi::wamp
