#include "wamp/session/challenge.hpp"

#include "wamp/session/bytes_of.hpp"
#include "wamp/session/cryptosign.hpp"
#include "wampfcgi/core/text/base64.hpp"
#include "wampfcgi/log/log.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace wampfcgi::wamp {
namespace {

constexpr std::uint64_t max_iterations = 1'000'000;  // about a second on one core, for all blocks of the key
constexpr std::uint64_t max_key_bytes = 1024;
constexpr std::uint64_t iterations_a_turn = 5'000;  // a few milliseconds, so that other calls are not delayed

using answer = std::variant<std::string, refused_challenge, std::unique_ptr<derived_signature>>;

std::variant<std::string, refused_challenge> signature_of(std::string_view text, const std::string& key)
{
    std::string mac(key_derivation::block_bytes, '\0');
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), bytes_of(mac),
             nullptr) == nullptr)
        return refused_challenge{"OpenSSL cannot compute an HMAC-SHA256"};
    return to_base64(mac);
}

template <class Variant>
answer widened(Variant signature)
{
    return std::visit([](auto& each) -> answer { return std::move(each); }, signature);
}

answer wampcra_signature(const challenge& asked, const std::string& secret)
{
    if (asked.text.empty())
        return refused_challenge{"the router's CHALLENGE has no text to sign"};
    if (asked.salt.empty())
        return widened(signature_of(asked.text, secret));
    constexpr std::uint64_t block = key_derivation::block_bytes;
    if (asked.iterations < 1 || asked.key_bytes < 1 || asked.key_bytes > max_key_bytes ||
        asked.iterations > max_iterations / ((asked.key_bytes + block - 1) / block))
        return refused_challenge{"the router's CHALLENGE asks for a key of " + std::to_string(asked.key_bytes) +
                                 " bytes by " + std::to_string(asked.iterations) +
                                 " iterations; the limits are 1 to 1024 bytes, and 1 to 1000000 iterations for all "
                                 "blocks of 32 bytes together"};
    return std::make_unique<derived_signature>(asked, secret);
}

}  // namespace

derived_signature::derived_signature(const challenge& asked, const std::string& secret)
    : text_(asked.text),
      key_(secret, asked.salt, asked.iterations, asked.key_bytes)
{}

std::optional<std::variant<std::string, refused_challenge>> derived_signature::resume()
{
    switch (key_.advance(iterations_a_turn)) {
    case key_derivation::state::unfinished:
        return {};
    case key_derivation::state::failed:
        return refused_challenge{"OpenSSL cannot derive a key"};
    case key_derivation::state::done:
        break;
    }
    return signature_of(text_, to_base64(key_.key()));  // the key is the text, not the bytes ("Salted Passwords")
}

std::variant<std::string, refused_challenge, std::unique_ptr<derived_signature>> answer_to(const challenge& asked,
                                                                                           const credentials& how)
{
    if (how.authmethod == authmethod_kind::ticket && asked.method == "ticket")
        return how.secret;
    if (how.authmethod == authmethod_kind::wampcra && asked.method == "wampcra")
        return wampcra_signature(asked, how.secret);
    if (how.authmethod == authmethod_kind::cryptosign && asked.method == "cryptosign") {
        if (auto signature = cryptosign_signature(how.secret, asked.text))
            return *std::move(signature);
        return refused_challenge{"the router's CHALLENGE is not 64 hexadecimal digits"};
    }
    return refused_challenge{"the router asks for a login by " + log::quote(asked.method) +
                             ", which is not the configured authmethod"};
}

}  // namespace wampfcgi::wamp
