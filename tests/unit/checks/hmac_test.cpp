// Computing and decoding signatures.
#include "checks/hmac.hpp"

#include "signature_vectors.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// The HMAC of pieces, in hexadecimal digits.
std::string hmac_of(digest by, std::string_view secret, std::initializer_list<std::string_view> pieces)
{
    return wampfcgi::to_hex(hmac_key(by, secret).hmac(std::span(pieces.begin(), pieces.size())).value().text());
}

}  // namespace

BOOST_AUTO_TEST_CASE(hmacs_agree_with_rfc_4231)
{
    const std::string long_secret(131, '\xaa');
    const std::string_view hashed_first = "Test Using Larger Than Block-Size Key - Hash Key First";

    BOOST_TEST(hmac_of(digest::sha256, "Jefe", {"what do ya want for nothing?"}) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(hmac_of(digest::sha256, long_secret, {hashed_first}) ==
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    BOOST_TEST(hmac_of(digest::sha512, long_secret, {hashed_first}) ==
               "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
               "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

BOOST_AUTO_TEST_CASE(hmacs_of_all_hash_functions_agree_with_openssl_dgst)
{
    const auto of = [](digest by) { return hmac_of(by, "Jefe", {"what do ya ", "", "want for nothing?"}); };
    BOOST_TEST(of(digest::sha1) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    BOOST_TEST(of(digest::sha256) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    BOOST_TEST(of(digest::sha512) == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                                     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

BOOST_AUTO_TEST_CASE(secrets_up_to_the_block_size_and_beyond_agree_with_openssl)
{
    for (const auto& [by, function] : {std::pair(digest::sha1, EVP_sha1()), std::pair(digest::sha256, EVP_sha256()),
                                       std::pair(digest::sha512, EVP_sha512())})
        for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 127U, 128U, 129U}) {
            const std::string secret(size, 's');
            std::array<unsigned char, EVP_MAX_MD_SIZE> expected;
            unsigned expected_size = 0;
            HMAC(function, secret.data(), static_cast<int>(size), nullptr, 0, expected.data(), &expected_size);
            const std::string_view bytes(reinterpret_cast<const char*>(expected.data()), expected_size);

            BOOST_TEST_CONTEXT(expected_size << " bytes, secret of " << size)
            BOOST_TEST(hmac_of(by, secret, {}) == wampfcgi::to_hex(bytes));
        }
}

BOOST_AUTO_TEST_CASE(pieces_are_as_good_as_the_whole)
{
    std::string whole;
    for (int i = 0; i < 1000; ++i)
        whole += static_cast<char>(i);
    const std::string_view text = whole;
    const std::string expected = hmac_of(digest::sha256, "Jefe", {text});

    for (std::size_t first = 0; first <= 600; ++first)
        for (const std::size_t second : {0U, 1U, 255U, 256U, 257U, 300U})
            if (hmac_of(digest::sha256, "Jefe",
                        {text.substr(0, first), "", text.substr(first, second), text.substr(first + second)}) !=
                expected)
                BOOST_ERROR("differs for pieces of " << first << " and " << second << " bytes");
}

BOOST_AUTO_TEST_CASE(a_key_computes_every_hmac_as_the_first)
{
    hmac_key key(digest::sha256, "Jefe");
    const std::string_view pieces[] = {"what do ya want for nothing?"};
    const std::string first(key.hmac(pieces).value().text());

    key.hmac({});
    const auto again = key.hmac(pieces);

    BOOST_TEST(again.value().text() == first);
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
    using namespace std::string_view_literals;
    BOOST_TEST(equal_in_constant_time("ab"sv, "ab"sv));
    BOOST_TEST(equal_in_constant_time(""sv, ""sv));
    BOOST_TEST(!equal_in_constant_time("ab"sv, "ac"sv));
    BOOST_TEST(!equal_in_constant_time("ab"sv, "cb"sv));
    BOOST_TEST(!equal_in_constant_time("ab"sv, "abc"sv));
}
