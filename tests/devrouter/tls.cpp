#include "tls.hpp"

namespace wampfcgi::devrouter {

namespace ssl = boost::asio::ssl;

std::optional<tls_context> make_tls_context(const options& settings)
{
    if (settings.tls_certificate.empty())
        return {};
    tls_context made(ssl::context::tls_server);
    made.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    made.use_certificate_chain_file(settings.tls_certificate);
    made.use_private_key_file(settings.tls_key, ssl::context::pem);
    if (!settings.tls_client_ca.empty()) {
        made.load_verify_file(settings.tls_client_ca);
        made.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
    return made;
}

}  // namespace wampfcgi::devrouter
