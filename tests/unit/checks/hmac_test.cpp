// Computing and decoding signatures.
#include "checks/hmac.hpp"

#include "signature_vectors.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>

using namespace wampfcgi::checks;

namespace {

std::string hex(const hmac_bytes& bytes)
{
    std::string text;
    for (const unsigned char byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(hmac_sha256_agrees_with_rfc_4231)
{
    const std::string jefe = hex(hmac_sha256("Jefe", {"what do ya want for nothing?"}).value());
    const std::string long_secret =
        hex(hmac_sha256(std::string(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"}).value());

    BOOST_TEST(jefe == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(long_secret == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

BOOST_AUTO_TEST_CASE(hmacs_of_other_hash_functions_agree_with_openssl_dgst)
{
    const auto of = [](digest by) {
        const std::string_view pieces[] = {"what do ya ", "", "want for nothing?"};
        return wampfcgi::to_hex(hmac(by, "Jefe", pieces).value());
    };
    BOOST_TEST(of(digest::sha1) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    BOOST_TEST(of(digest::sha256) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(of(digest::sha512) == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                                     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
    BOOST_TEST(wampfcgi::to_hex(hmac(digest::sha256, "", {}).value()) ==
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(pieces_are_as_good_as_the_whole)
{
    BOOST_TEST((hmac_sha256("Jefe", {"what do ", "", "ya want", " for nothing?"}) ==
                hmac_sha256("Jefe", {"what do ya want for nothing?"})));
}

BOOST_AUTO_TEST_CASE(an_empty_secret_and_an_empty_message_have_an_hmac)
{
    BOOST_TEST(hex(hmac_sha256("", {}).value()) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(no_secret_of_before_is_used_again)
{
    const auto empty = hmac_sha256("", {"text"});
    const auto jefe = hmac_sha256("Jefe", {"text"});

    BOOST_TEST((hmac_sha256({}, {"text"}) == empty));
    BOOST_TEST((hmac_sha256("", {"text"}) == empty));
    BOOST_TEST((hmac_sha256("Jefe", {"text"}) == jefe));
    BOOST_TEST((jefe != empty));
}

BOOST_AUTO_TEST_CASE(both_alphabets_are_read_and_may_be_mixed)
{
    for (const signature_vector& row : signature_vectors)
        BOOST_TEST_CONTEXT(row.name)
        {
            BOOST_TEST(hex(decode_signature(row.signature_urlsafe).value()) == row.hmac_hex);
            BOOST_TEST(hex(decode_signature(row.signature_standard).value()) == row.hmac_hex);
        }
    BOOST_TEST((decode_signature("fBXE0-rSoftyZPMf/Vp9dH Q83IZ3SfeL0VfPgDZ0tw") ==
                decode_signature("fBXE0+rSoftyZPMf_Vp9dH-Q83IZ3SfeL0VfPgDZ0tw=")));
}

BOOST_AUTO_TEST_CASE(what_is_no_base64_of_32_bytes_is_not_read)
{
    const std::string good = "aa0U0V8Zuc7Rahjet_Dm35kH6yny-hUx8VHDy0l81mo";
    BOOST_TEST_REQUIRE(decode_signature(good).has_value());

    for (const std::string& text : {std::string(),
                                    std::string("="),
                                    good.substr(1),
                                    good.substr(2),
                                    good + "A",
                                    good + "AA",
                                    good + "==",
                                    good + "A=",
                                    good + ".",
                                    "=" + good,
                                    good.substr(0, 42) + "=",
                                    good.substr(0, 42) + "==",
                                    good + "=\n",
                                    "a=" + good.substr(2),
                                    "*" + good.substr(1),
                                    "%" + good.substr(1),
                                    "\n" + good.substr(1),
                                    "\xff" + good.substr(1),
                                    std::string(1, '\0') + good.substr(1),
                                    good.substr(0, 42) + "="})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!decode_signature(text).has_value());
}

BOOST_AUTO_TEST_CASE(bits_that_no_byte_needs_must_be_zero)
{
    const std::string start = "aa0U0V8Zuc7Rahjet_Dm35kH6yny-hUx8VHDy0l81m";

    for (const char last : {'A', 'E', 'o', '8'})
        BOOST_TEST_CONTEXT(last)
    BOOST_TEST(decode_signature(start + last).has_value());
    for (const char last : {'B', 'C', 'D', 'p', 'q', 'r', '9', '-', '_', '+', '/', ' '})
        BOOST_TEST_CONTEXT(last)
    BOOST_TEST(!decode_signature(start + last).has_value());
}

BOOST_AUTO_TEST_CASE(comparison_in_constant_time_compares_everything)
{
    const hmac_bytes a{1, 2, 3};
    hmac_bytes b = a;

    BOOST_TEST(equal_in_constant_time(a, b));
    b.back() ^= 0x80;
    BOOST_TEST(!equal_in_constant_time(a, b));
    using namespace std::string_view_literals;
    BOOST_TEST(equal_in_constant_time("ab"sv, "ab"sv));
    BOOST_TEST(equal_in_constant_time(""sv, ""sv));
    BOOST_TEST(!equal_in_constant_time("ab"sv, "ac"sv));
    BOOST_TEST(!equal_in_constant_time("ab"sv, "abc"sv));
}
