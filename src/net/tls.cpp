#include "net/tls.hpp"

#include "net/authorities.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace wampfcgi::net {

namespace ssl = boost::asio::ssl;

std::variant<ssl::context, std::string> make_tls_context(const tls_settings& given)
{
    ssl::context context(ssl::context::tls_client);
    boost::system::error_code error;
    const auto cannot = [&](const std::string& use) { return "cannot use " + use + ": " + error.message(); };
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(ssl::verify_peer);
    if (given.authorities.empty()) {
        if (const auto trusted = trust_machine(context.native_handle(), usual_authority_places()); !trusted)
            return trusted.error().text;
    } else if (context.add_certificate_authority(boost::asio::buffer(given.authorities), error)) {
        return cannot("tls.ca_file");
    }
    if (given.certificate.empty())
        return context;
    context.use_certificate_chain(boost::asio::buffer(given.certificate), error);
    if (error)
        return cannot("tls.certificate_file");
    context.use_private_key(boost::asio::buffer(given.key), ssl::context::pem, error);
    if (error)
        return cannot("tls.key_file");
    return context;
}

bool expect_host(SSL* session, const std::string& host)
{
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    X509_VERIFY_PARAM* expected = SSL_get0_param(session);
    if (!not_an_address)
        return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
    // Never match the common name: it is not a host name, whatever it looks like (RFC 9525, 2 and 6.3).
    X509_VERIFY_PARAM_set_hostflags(expected,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
           SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

std::string handshake_failure(SSL* session, const std::string& peer, const boost::system::error_code& error)
{
    const long verified = SSL_get_verify_result(session);
    if (verified != X509_V_OK)
        return peer + "'s certificate is refused: " + X509_verify_cert_error_string(verified);
    return "TLS handshake: " + error.message();
}

}  // namespace wampfcgi::net
