// Valid credentials: the resulting keys and authextra.
#include "builders.hpp"

#include "wampfcgi/codec/transcode.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace std::string_literals;

namespace wampfcgi::config::test {
namespace {

credentials login_in(const std::string& login)
{
    return settings_in(with_login(login)).router.by_role.at("f");
}

// The `authextra` for WAMP, as JSON text.
std::string carried(std::string_view authextra)
{
    const auto login = login_in(std::string{R"({"authmethod": "anonymous", "authextra": )"}.append(authextra) + '}');
    return codec::message_to_json(login.authextra).value_or("nothing");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login)

BOOST_AUTO_TEST_CASE(a_private_key_is_read_from_each_of_its_places)
{
    struct row {
        std::string members;
        std::string seed;
    };
    const row rows[] = {
        {R"("secret": "6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b6B6b")", std::string(32, 'k')},
        {R"("secret_file": "/raw")", std::string(31, 'k') + '\n'},
        {R"("secret_file": "/hex")", std::string(32, 'D')},
        {R"("private_key_file": "/raw")", std::string(31, 'k') + '\n'},
        {R"("private_key_file": "/openssh")", "\x3F\xB2\xA8\xEC\x0C\x6A\xD7\xD4\xCC\x73\x20\x5B\x67\x7C\xF9\xB9"
                                              "\x5D\xDC\x69\xBF\x00\x18\xF9\x95\x4C\xDC\xDC\x50\x62\x37\xDD\x61"s},
    };
    for (const row& each : rows)
        BOOST_TEST_CONTEXT(each.members)
        {
            const auto login = login_in(R"({"authmethod": "cryptosign", )" + each.members + '}');

            BOOST_TEST((login.authmethod == authmethod_kind::cryptosign));
            BOOST_TEST(login.authid == "");
            BOOST_TEST((login.secret == each.seed));
            BOOST_TEST(login.authextra == "");
        }
}

BOOST_AUTO_TEST_CASE(a_role_in_credentials_that_no_service_has_is_a_warning)
{
    const std::string services = R"("paths": {"/": {"type": "caller", "realm": "r", "role": "f"}})";
    const std::string roles =
        "\"credentials\": {\n\"f\": {\"authmethod\": \"anonymous\"},\n\"g h\": {\"authmethod\": \"anonymous\"}}";

    const auto found = settings_in("{\"router\": {\"url\": \"rs://h:1\", " + roles + "}, " + services + "}");

    BOOST_TEST(found.warnings ==
                   std::vector<std::string>{R"(f:3: router.credentials["g h"]: no service has this role)"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(cryptosign_may_have_an_authid)
{
    BOOST_TEST(login_in(R"({"authmethod": "cryptosign", "authid": "joe", "secret_file": "/hex"})").authid == "joe");
}

BOOST_AUTO_TEST_CASE(authextra_passes_without_loss)
{
    const std::string_view objects[] = {
        "{}",
        R"({"a":[],"b":{},"":null,"c":[true,false]})",
        R"({"n":[0,-1,18446744073709551615,-9223372036854775808,1.0,-0.0,1e+22,0.1]})",
        R"({"s":["","\u0000EP8A","\"\\\b\f\n\r\t\u0001/",")"
        "\u20AC"
        R"("],"\"\n":1})",
        R"({"a":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]})",
    };
    for (const std::string_view object : objects)
        BOOST_TEST_CONTEXT(object) BOOST_TEST(carried(object) == object);
}

BOOST_AUTO_TEST_CASE(authextra_becomes_messagepack)
{
    const auto login = login_in(R"({"authmethod": "ticket", "authid": "j", "secret": "s",
                     "authextra": {"pubkey": 1, /* two */ "b": "\u0000EP8A",}})");

    BOOST_TEST((login.authextra == "\x82\xA6pubkey\x01\xA1"
                                   "b\xC4\x03\x10\xFF\x00"s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace wampfcgi::config::test
