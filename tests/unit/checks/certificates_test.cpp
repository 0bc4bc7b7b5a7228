#include "wampfcgi/checks/certificates.hpp"

#include "support/pem_samples.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace wampfcgi::checks;
using namespace wampfcgi::pem_samples;

namespace {

/// PEM that lost a line, as in copying.
std::string without_second_line(std::string_view pem)
{
    const auto first = pem.find('\n') + 1;
    return std::string(pem.substr(0, first)).append(pem.substr(pem.find('\n', first) + 1));
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_certificate_or_more_are_told_from_other_files)
{
    BOOST_TEST(holds_certificates(certificate));
    BOOST_TEST(holds_certificates(certificate + other_certificate));
    BOOST_TEST(holds_certificates("text around it\n" + certificate + "and behind"));
    BOOST_TEST(holds_certificates(key + certificate));

    BOOST_TEST(!holds_certificates(""));
    BOOST_TEST(!holds_certificates("no PEM"));
    BOOST_TEST(!holds_certificates(key));
    BOOST_TEST(!holds_certificates(without_second_line(certificate)));
    BOOST_TEST(!holds_certificates(certificate + without_second_line(other_certificate)));
}

BOOST_AUTO_TEST_CASE(a_private_key_is_told_from_other_files_and_from_one_that_is_encrypted)
{
    BOOST_TEST(holds_private_key(key));
    BOOST_TEST(holds_private_key(certificate + key));

    BOOST_TEST(!holds_private_key(""));
    BOOST_TEST(!holds_private_key("no PEM"));
    BOOST_TEST(!holds_private_key(certificate));
    BOOST_TEST(!holds_private_key(encrypted_key));
    BOOST_TEST(!holds_private_key(without_second_line(key)));
}

BOOST_AUTO_TEST_CASE(a_key_belongs_to_the_first_certificate_of_a_chain_alone)
{
    BOOST_TEST(is_key_of(key, certificate));
    BOOST_TEST(is_key_of(key, certificate + other_certificate));

    BOOST_TEST(!is_key_of(key, other_certificate));
    BOOST_TEST(!is_key_of(key, other_certificate + certificate));
    BOOST_TEST(!is_key_of(key, ""));
    BOOST_TEST(!is_key_of("", certificate));
}
