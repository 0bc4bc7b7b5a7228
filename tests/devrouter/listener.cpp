#include "listener.hpp"

#include "rawsocket.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::chrono::milliseconds accept_pause{100};  // after running out of descriptors, not to spin

/// What a router that was killed has left behind would be in the way.
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

}  // namespace

listener::listener(asio::io_context& io, router& shared, const std::string& address)
    : io_(io),
      router_(shared),
      pause_(io),
      acceptor_(tcp::acceptor(io))
{
    if (address.starts_with(unix_prefix))
        open_local(address.substr(unix_prefix.size()));
    else
        open_tcp(address);
}

listener::~listener()
{
    error_code ignored;
    if (!path_.empty())
        std::filesystem::remove(path_, ignored);
}

void listener::open_tcp(const std::string& address)
{
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == address.size())
        throw std::invalid_argument("--listen expects HOST:PORT, [HOST]:PORT or unix:/PATH, got " + address);
    std::string host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    const tcp::endpoint endpoint =
        tcp::resolver(io_).resolve(host, address.substr(colon + 1), tcp::resolver::passive)->endpoint();
    auto& acceptor = std::get<tcp::acceptor>(acceptor_);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.protocol() == tcp::v6())
        acceptor.set_option(asio::ip::v6_only(true));
    acceptor.bind(endpoint);
    acceptor.listen();
}

void listener::open_local(const std::string& path)
{
    if (!path.starts_with('/'))
        throw std::invalid_argument("--listen unix: expects an absolute path, got " + path);
    remove_stale_socket(io_, path);
    auto& acceptor = acceptor_.emplace<local::acceptor>(io_);
    acceptor.open();
    acceptor.bind(path);
    path_ = path;
    acceptor.listen();
}

std::string listener::url() const
{
    if (!path_.empty())
        return std::string(unix_prefix) + path_;
    const auto endpoint = std::get<tcp::acceptor>(acceptor_).local_endpoint();
    const auto host = endpoint.address().to_string();
    return "rs://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
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
        std::make_shared<rawsocket>(std::move(peer), router_)->start();
        accept(acceptor);
    });
}

}  // namespace wampfcgi::devrouter
