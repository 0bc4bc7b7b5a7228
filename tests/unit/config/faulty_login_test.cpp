// Messages about faulty credentials; they never contain a secret.
#include "builders.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace wampfcgi::config::test {
namespace {

// A cryptosign login with `members`.
std::string with_cryptosign(std::string_view members)
{
    return with_login(std::string{R"({"authmethod": "cryptosign")"}.append(members) + '}');
}

// A login with `authextra`.
std::string with_authextra(std::string_view authextra)
{
    return with_login(std::string{R"({"authmethod": "anonymous", "authextra": )"}.append(authextra) + '}');
}

constexpr faulty_row logins[] = {
    {with_login, R"("abc")", "f:1: router.credentials.f: expected an object, got a string of 3 bytes"},
    {with_login, "{}",
     R"(f:1: router.credentials.f.authmethod: expected "anonymous", "ticket", "wampcra" or "cryptosign", got nothing (it is required))"},
    {with_login, R"({"authmethod": "scram", "secret": 5})",
     R"(f:1: router.credentials.f.authmethod: expected "anonymous", "ticket", "wampcra" or "cryptosign", got "scram")"
     "\n"
     "f:1: router.credentials.f.secret: expected a string, got a number"},
    {with_login, R"({"authmethod": "ticket"})",
     "f:1: router.credentials.f.authid: expected a string, got nothing (it is required)"
     "\n"
     "f:1: router.credentials.f.secret: expected a secret (or secret_file), got nothing (it is required)"},
    {with_login, R"({"authmethod": "anonymous", "secret": "abc"})",
     "f:1: router.credentials.f.secret: expected no secret for anonymous, got one"},
    {with_login, R"({"authmethod": "wampcra", "authid": "joe", "secret": 12345})",
     "f:1: router.credentials.f.secret: expected a string, got a number"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret": ""})",
     "f:1: router.credentials.f.secret: expected a string that is not empty, got a string of 0 bytes"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret": "abc", "secret_file": "/secret"})",
     "f:1: router.credentials.f.secret_file: expected either secret or secret_file, got both"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret_file": "/missing"})",
     R"(f:1: router.credentials.f.secret_file: expected a file that can be read, got "/missing" (No)"
     " such file or directory)"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret_file": "/empty"})",
     R"(f:1: router.credentials.f.secret_file: expected a file with a secret in it, got "/empty",)"
     " which is empty"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret_file": "secret"})",
     "f:1: router.credentials.f.secret_file: expected an absolute path, got a string of 6 bytes"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret_file": "abc\ndef"})",
     "f:1: router.credentials.f.secret_file: expected an absolute path, got a string of 7 bytes"},
    {with_login, R"({"authmethod": "anonymous", "secret_file": "/secret"})",
     "f:1: router.credentials.f.secret_file: expected no secret for anonymous, got one"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secrett": "abc"})",
     "f:1: router.credentials.f.secret: expected a secret (or secret_file), got nothing (it is required)"
     "\n"
     "f:1: router.credentials.f.secrett: unknown key, expected one of authmethod, authid, secret,"
     R"( secret_file, private_key_file, authextra, got "secrett" (did you mean "secret"?))"},
};

constexpr faulty_row keys[] = {
    {with_login, R"({"authmethod": "anonymous", "private_key_file": "/hex"})",
     "f:1: router.credentials.f.private_key_file: expected no secret for anonymous, got one"},
    {with_login, R"({"authmethod": "ticket", "authid": "joe", "secret": "abc", "private_key_file": "/hex"})",
     "f:1: router.credentials.f.private_key_file: expected a private key for cryptosign only, got one"},
    {with_cryptosign, "",
     "f:1: router.credentials.f.secret: expected a private key (or secret_file), got nothing (it is required)"},
    {with_cryptosign, R"(, "authid": 5, "secret_file": "/hex")",
     "f:1: router.credentials.f.authid: expected a string, got 5"},
    {with_cryptosign, R"(, "secret": "12345678901234567890123456789012")",
     "f:1: router.credentials.f.secret: expected an Ed25519 private key, 64 hexadecimal digits, got a string of"
     " 32 bytes"},
    {with_cryptosign, R"(, "secret": "x234567890123456789012345678901234567890123456789012345678901234")",
     "f:1: router.credentials.f.secret: expected an Ed25519 private key, 64 hexadecimal digits, got a string of"
     " 64 bytes"},
    {with_cryptosign, R"(, "secret": "12345678901234567890123456789012345678901234567890123456789012345")",
     "f:1: router.credentials.f.secret: expected an Ed25519 private key, 64 hexadecimal digits, got a string of"
     " 65 bytes"},
    {with_cryptosign, R"(, "secret": 5)", "f:1: router.credentials.f.secret: expected a string, got a number"},
    {with_cryptosign, R"(, "secret_file": "/secret")",
     "f:1: router.credentials.f.secret_file: expected an Ed25519 private key (32 raw bytes, 64 hex digits, OpenSSH or"
     " PEM, unencrypted), got \"/secret\", a file of 7 bytes"},
    {with_cryptosign, R"(, "private_key_file": "/empty")",
     "f:1: router.credentials.f.private_key_file: expected an Ed25519 private key (32 raw bytes, 64 hex digits, OpenSSH"
     " or PEM, unencrypted), got \"/empty\", a file of 1 bytes"},
    {with_cryptosign, R"(, "private_key_file": "/missing")",
     "f:1: router.credentials.f.private_key_file: expected a file that can be read, got \"/missing\""
     " (No such file or directory)"},
    {with_cryptosign, R"(, "private_key_file": "1234")",
     "f:1: router.credentials.f.private_key_file: expected an absolute path, got a string of 4 bytes"},
    {with_cryptosign, R"(, "secret_file": "/raw", "private_key_file": "/hex")",
     "f:1: router.credentials.f.private_key_file: expected either secret_file or private_key_file, got both"},
    {with_cryptosign,
     R"(, "secret": "0000000000000000000000000000000000000000000000000000000000000000", "secret_file": "/raw")",
     "f:1: router.credentials.f.secret_file: expected either secret or secret_file, got both"},
};

constexpr faulty_row authextras[] = {
    {with_authextra, "5", "f:1: router.credentials.f.authextra: expected an object, got a number"},
    {with_authextra, "null", "f:1: router.credentials.f.authextra: expected an object, got null"},
    {with_authextra, "[]", "f:1: router.credentials.f.authextra: expected an object, got an empty list"},
    {with_authextra, R"("abc")", "f:1: router.credentials.f.authextra: expected an object, got a string of 3 bytes"},
    {with_authextra, R"({"a": [1, 18446744073709551616], "b": 1e999})",
     "f:1: router.credentials.f.authextra.a[1]: expected an integer from -2^63 to 2^64-1 or a double, got another"
     " number"
     "\n"
     "f:1: router.credentials.f.authextra.b: expected an integer from -2^63 to 2^64-1 or a double, got another number"},
    {with_authextra, R"({"a": {"b": 1, "b": 2}})",
     "f:1: router.credentials.f.authextra.a.b: expected the key once, got it again (first in line 1)"},
    {with_authextra, R"({"a":[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]})",
     "f:1: router.credentials.f.authextra.a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: expected at most 16 nested"
     " lists and objects in authextra, got more"},
    {with_cryptosign, R"(, "secret_file": "/hex", "authextra": {"pubkey": "abc"})",
     "f:1: router.credentials.f.authextra.pubkey: expected no pubkey, which comes from the private key, got one"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(faulty_login)

BOOST_AUTO_TEST_CASE(each_mistake_in_credentials_is_named_whole_without_the_secret)
{
    check_rows(logins);
}

BOOST_AUTO_TEST_CASE(each_mistake_about_a_private_key_is_named_whole_without_the_key)
{
    check_rows(keys);
}

BOOST_AUTO_TEST_CASE(each_mistake_in_authextra_is_named_whole)
{
    check_rows(authextras);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
