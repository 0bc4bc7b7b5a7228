#include "tls.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <memory>
#include <utility>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

void await_end(net::plain_stream& socket, std::function<void(error_code)> done)
{
    auto ignored = std::make_shared<std::array<char, 2048>>();
    socket.async_read_some(asio::buffer(*ignored),
                           [&socket, ignored, done = std::move(done)](error_code trouble, std::size_t) mutable {
                               if (!trouble)
                                   return await_end(socket, std::move(done));
                               done(trouble == asio::error::eof ? error_code{} : trouble);
                           });
}

}  // namespace

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

net::byte_stream make_stream(net::plain_stream peer, tls_context* tls)
{
    if (tls)
        return net::byte_stream(net::tls_stream(std::move(peer), *tls));
    return net::byte_stream(std::move(peer));
}

void secure(net::byte_stream& stream, std::function<void(error_code)> done)
{
    if (auto* tls = stream.tls())
        return tls->async_handshake(ssl::stream_base::server, std::move(done));
    done(error_code{});
}

void end(net::byte_stream& stream, std::function<void(error_code)> done)
{
    const auto end_socket = [&stream, done = std::move(done)](error_code) {
        error_code ignored;
        stream.socket().shutdown(net::plain_stream::shutdown_send, ignored);
        await_end(stream.socket(), done);
    };
    if (auto* tls = stream.tls())
        return tls->async_shutdown(end_socket);
    end_socket({});
}

}  // namespace wampfcgi::devrouter
