#include "net/authorities.hpp"
#include "support/pem_samples.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace wampfcgi;

namespace {

struct machine {
    std::string write(const std::string& name, const std::string& text) const
    {
        const std::string file = folder.path + "/" + name;
        std::ofstream(file) << text;
        return file;
    }

    /// How many authorities are trusted at once; those of a folder are read only when they are needed.
    std::size_t trusts()
    {
        const auto done = net::trust_machine(context.native_handle(), places);
        BOOST_REQUIRE_MESSAGE(done, done.error().text);
        return static_cast<std::size_t>(
            sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context.native_handle()))));
    }

    std::string refusal() { return net::trust_machine(context.native_handle(), places).error().text; }

    temporary_folder folder;
    boost::asio::ssl::context context{boost::asio::ssl::context::tls_client};
    net::authority_places places;
    const std::string one = write("one.pem", pem_samples::certificate);
    const std::string two = write("two.pem", pem_samples::certificate + pem_samples::other_certificate);
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_bundle_that_exists_is_read)
{
    machine made;
    made.places.bundles = {made.folder.path + "/none", made.two, made.one};
    BOOST_TEST(made.trusts() == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_the_environment_names_is_read_in_their_place)
{
    machine made;
    made.places = {.named_file = made.one, .named_folder = {}, .folder = {}, .bundles = {made.two}};
    BOOST_TEST(made.trusts() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_that_the_environment_names_is_used_in_their_place)
{
    machine made;
    made.places = {.named_file = {}, .named_folder = made.folder.path, .folder = {}, .bundles = {made.two}};
    BOOST_TEST(made.trusts() == 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_with_authorities_is_preferred_to_a_bundle)
{
    machine made;
    made.places = {.named_file = {}, .named_folder = {}, .folder = made.folder.path, .bundles = {made.two}};
    BOOST_TEST(made.trusts() == 2U);  // it has no file named by hash yet
    machine with_hashes;
    with_hashes.write("4042bcee.0", pem_samples::certificate);
    with_hashes.places = {
        .named_file = {}, .named_folder = {}, .folder = with_hashes.folder.path, .bundles = {with_hashes.two}};
    BOOST_TEST(with_hashes.trusts() == 0U);
}

BOOST_AUTO_TEST_CASE(a_machine_without_authorities_is_told_what_to_configure)
{
    machine made;
    made.places = {.named_file = {}, .named_folder = {}, .folder = made.folder.path, .bundles = {"/nowhere"}};
    BOOST_TEST(made.refusal() ==
               "this machine has no certificate authorities in a usual place: name a file of them as tls.ca_file");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_used_is_named)
{
    machine made;
    made.places.named_file = "/nowhere";
    BOOST_TEST(made.refusal() ==
               "cannot read the certificate authorities of SSL_CERT_FILE=/nowhere: No such file or directory");
    made.places.named_file = made.write("text", "nothing of the kind");
    BOOST_TEST(made.refusal() == "cannot read the certificate authorities of SSL_CERT_FILE=" + made.places.named_file +
                                     ": no certificate or crl found");
    machine empty;
    empty.places.bundles = {empty.write("empty.pem", "")};
    BOOST_TEST(empty.refusal() == "cannot read the certificate authorities of " + empty.places.bundles.front() +
                                      ": no certificate or crl found");
}

BOOST_AUTO_TEST_CASE(the_places_of_the_distributions_are_known)
{
    ::setenv("SSL_CERT_FILE", "/a/file", 1);
    ::setenv("SSL_CERT_DIR", "/a/folder", 1);
    const net::authority_places usual = net::usual_authority_places();
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
    BOOST_TEST(usual.named_file == "/a/file");
    BOOST_TEST(usual.named_folder == "/a/folder");
    for (const char* bundle :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"})
        BOOST_TEST(std::count(usual.bundles.begin(), usual.bundles.end(), bundle) == 1);
}
