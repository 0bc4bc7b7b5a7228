#include "wamp/session/key_derivation.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

using namespace wampfcgi::wamp;
using state = key_derivation::state;

namespace {

std::string as_one(const std::string& secret, const std::string& salt, int iterations, std::size_t bytes)
{
    std::string key(bytes, '\0');
    PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()),
                      reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()), iterations,
                      EVP_sha256(), static_cast<int>(bytes), reinterpret_cast<unsigned char*>(key.data()));
    return key;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_is_the_same_in_pieces_and_as_one)
{
    for (const int iterations : {1, 2, 7, 100})
        for (const std::size_t bytes :
             {std::size_t{1}, std::size_t{31}, std::size_t{32}, std::size_t{33}, std::size_t{64}, std::size_t{100}})
            for (const std::uint64_t piece : {1U, 3U, 100U, 1000U})
                BOOST_TEST_CONTEXT(iterations << " iterations, " << bytes << " bytes, " << piece << " at a time")
                {
                    key_derivation derivation("secret1", "salt123", static_cast<std::uint64_t>(iterations), bytes);
                    while (derivation.advance(piece) == state::unfinished) {}
                    BOOST_TEST((derivation.key() == as_one("secret1", "salt123", iterations, bytes)));
                }
}

BOOST_AUTO_TEST_CASE(no_more_iterations_are_made_at_once_than_were_asked_for)
{
    key_derivation two_blocks("secret1", "salt123", 10, 64);

    for (int i = 0; i < 20; ++i)
        BOOST_TEST((two_blocks.advance(1) == (i < 19 ? state::unfinished : state::done)));
    BOOST_TEST((two_blocks.advance(1) == state::done));
}

BOOST_AUTO_TEST_CASE(a_secret_may_be_long_or_empty)
{
    for (const std::string& secret : {std::string(), std::string(200, 'x')}) {
        key_derivation derivation(secret, "salt", 3, 32);
        BOOST_TEST((derivation.advance(3) == state::done));
        BOOST_TEST((derivation.key() == as_one(secret, "salt", 3, 32)));
    }
}
