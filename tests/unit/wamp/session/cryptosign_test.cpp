#include "wamp/session/cryptosign.hpp"

#include "wamp/session/challenge.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace wampfcgi;
using namespace wampfcgi::wamp;

namespace {

// RFC 8032, 7.1, TEST 3. Only its keys are used, because its message has two bytes.
const std::string secret_key = "\xc5\xaa\x8d\xf4\x3f\x9f\x83\x7b\xed\xb7\x44\x2f\x31\xdc\xb7\xb1"
                               "\x66\xd3\x85\x35\x07\x6f\x09\x4b\x85\xce\x3a\x2e\x0b\x44\x58\xf7";
const std::string public_key = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";

}  // namespace

BOOST_AUTO_TEST_SUITE(cryptosign)

BOOST_AUTO_TEST_CASE(public_key_is_that_of_rfc_8032)
{
    BOOST_TEST(cryptosign_public_key(secret_key).value() == public_key);
    BOOST_TEST(!cryptosign_public_key("too short").has_value());
}

BOOST_AUTO_TEST_CASE(signature_is_128_digits_and_the_challenge)
{
    const std::string challenge(64, 'a');

    const auto signature = cryptosign_signature(secret_key, challenge);

    BOOST_TEST(signature.value().size() == 192);
    BOOST_TEST(signature.value().ends_with(challenge));
}

BOOST_AUTO_TEST_CASE(challenge_of_another_form_is_not_signed)
{
    for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')})
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(!cryptosign_signature(secret_key, text).has_value());

            const auto answer =
                answer_to({"cryptosign", text, {}, 0, 0}, {authmethod_kind::cryptosign, "joe", secret_key, {}});

            BOOST_TEST(std::get<refused_challenge>(answer).reason ==
                       "the router's CHALLENGE is not 64 hexadecimal digits");
        }
}

BOOST_AUTO_TEST_SUITE_END()
