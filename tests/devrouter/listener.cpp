#include "listener.hpp"

#include "rawsocket.hpp"
#include "websocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds accept_pause{100};  // after running out of descriptors, so as not to spin

/// Removes the socket of a router that was killed.
void remove_stale_socket(asio::io_context& io, const std::string& path)
{
    error_code refused;
    if (!std::filesystem::is_socket(path, refused))
        return;
    asio::local::stream_protocol::socket probe(io);
    probe.connect(path, refused);
    if (refused == asio::error::connection_refused)
        std::filesystem::remove(path, refused);
}

/// Keeps the connection open, without an answer, until the peer closes it.
void keep_silent(std::shared_ptr<stream_socket> peer)
{
    auto& watched = *peer;
    auto ignored = std::make_shared<std::array<char, 4096>>();
    watched.async_read_some(asio::buffer(*ignored), [peer = std::move(peer), ignored](error_code trouble, std::size_t) {
        if (!trouble)
            keep_silent(peer);
    });
}

}  // namespace

listener::listener(asio::io_context& io, router& shared, tls_context* tls, address where)
    : io_(io),
      router_(shared),
      tls_(tls),
      where_(std::move(where)),
      pause_(io),
      acceptor_(tcp::acceptor(io))
{
    where_.is_local() ? open_local() : open_tcp();
}

listener::~listener()
{
    error_code ignored;
    if (where_.is_local())
        std::filesystem::remove(where_.path, ignored);
}

void listener::open_tcp()
{
    const tcp::endpoint endpoint =
        tcp::resolver(io_).resolve(where_.host, where_.port, tcp::resolver::passive)->endpoint();
    auto& acceptor = std::get<tcp::acceptor>(acceptor_);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.protocol() == tcp::v6())
        acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind(endpoint);
    acceptor.listen();
}

void listener::open_local()
{
    remove_stale_socket(io_, where_.path);
    auto& acceptor = acceptor_.emplace<local::acceptor>(io_);
    acceptor.open();
    acceptor.bind(where_.path);
    acceptor.listen();
}

std::string listener::url() const
{
    if (where_.is_local())
        return "unix:" + where_.path;
    const auto endpoint = std::get<tcp::acceptor>(acceptor_).local_endpoint();
    const auto host = endpoint.address().to_string();
    return where_.scheme + "://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
           std::to_string(endpoint.port()) + where_.path;
}

void listener::start()
{
    std::visit([this](auto& acceptor) { accept(acceptor); }, acceptor_);
}

template <typename Acceptor>
void listener::accept(Acceptor& acceptor)
{
    acceptor.async_accept([this, &acceptor](error_code trouble, auto peer) {
        if (trouble == asio::error::operation_aborted)
            return;
        if (trouble) {
            pause_.expires_after(accept_pause);
            pause_.async_wait([this, &acceptor](error_code stopped) { stopped ? void() : accept(acceptor); });
            return;
        }
        error_code ignored;
        if constexpr (std::is_same_v<Acceptor, tcp::acceptor>)
            peer.set_option(tcp::no_delay(true), ignored);
        serve(std::move(peer));
        accept(acceptor);
    });
}

void listener::serve(stream_socket peer)
{
    auto* tls = where_.is_tls() ? tls_ : nullptr;
    if (router_.settings.accept_silently)
        keep_silent(std::make_shared<stream_socket>(std::move(peer)));
    else if (where_.is_websocket())
        serve_websocket(std::move(peer), router_, tls, where_.path);
    else
        serve_rawsocket(std::move(peer), router_, tls);
}

}  // namespace wampfcgi::devrouter
