#include "wampfcgi/net/dialer.hpp"

#include "net/tls.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace wampfcgi::net {
namespace {

namespace asio = boost::asio;

void set_option(int fd, int level, int option, int value)
{
    ::setsockopt(fd, level, option, &value, sizeof value);  // fails on a Unix socket, which does not need them
}

/// Makes the kernel detect a vanished peer within `keepalive`, whether the connection is idle or not.
void watch_peer(int fd, std::chrono::seconds keepalive)
{
    const int seconds = static_cast<int>(keepalive.count());
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, seconds / 2));
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 6));
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000 * seconds);
}

/// True when systemd may have given this process a private /tmp, without the server's socket.
bool may_be_in_another_tmp(const destination& where, const boost::system::error_code& error)
{
    return error == boost::system::errc::no_such_file_or_directory && std::getenv("INVOCATION_ID") &&
           (where.socket_path.starts_with("/tmp/") || where.socket_path.starts_with("/var/tmp/"));
}

}  // namespace

dialer::dialer(asio::io_context& loop, dial_options how)
    : loop_(loop),
      how_(std::move(how)),
      resolver_(loop),
      share_(loop),
      socket_(loop)
{}

void dialer::dial(const destination& where, std::function<void(outcome)> done)
{
    where_ = where;
    done_ = std::move(done);
    if (!where.socket_path.empty()) {
        if (where.socket_path.size() >= sizeof(sockaddr_un::sun_path))
            return fail("connecting", asio::error::name_too_long);
        addresses_ = {asio::local::stream_protocol::endpoint(where.socket_path)};
        return try_address(0);
    }
    // Skip the resolver for an address: it would start a thread.
    error_code not_an_address;
    const auto address = asio::ip::make_address(where.host, not_an_address);
    if (not_an_address)
        return resolve();
    addresses_ = {asio::ip::tcp::endpoint(address, where.port)};
    try_address(0);
}

void dialer::resolve()
{
    const auto resolved = [self = shared_from_this()](error_code error, const auto& found) {
        if (!self->done_)
            return;
        if (error)
            return self->fail("looking up the host name", error);
        for (const auto& each : found)
            self->addresses_.emplace_back(each.endpoint());
        self->try_address(0);
    };
    try {
        resolver_.async_resolve(where_.host, std::to_string(where_.port), resolved);
    } catch (const boost::system::system_error& no_thread) {
        fail("looking up the host name", no_thread.code());
    }
}

void dialer::try_address(std::size_t index)
{
    error_code ignored;
    socket_.close(ignored);
    // An address that drops packets must not use up the time of the others.
    if (index + 1 < addresses_.size()) {
        share_.expires_after(how_.connect_timeout / static_cast<int>(addresses_.size()));
        share_.async_wait([self = shared_from_this()](error_code cancelled) {
            error_code none;
            if (!cancelled && self->done_)
                self->socket_.cancel(none);
        });
    }
    socket_.async_connect(addresses_[index], [self = shared_from_this(), index](error_code error) {
        if (!self->done_)
            return;
        self->share_.cancel();
        if (!error)
            return self->connected();
        if (index + 1 < self->addresses_.size())
            return self->try_address(index + 1);
        if (may_be_in_another_tmp(self->where_, error))
            return self->finish(
                failed{"connecting: " + error.message() +
                       "; a unit with PrivateTmp=yes has a /tmp of its own: put the socket below /run"});
        self->fail("connecting", error);
    });
}

void dialer::connected()
{
    set_option(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, 1);
    watch_peer(socket_.native_handle(), how_.keepalive);
    if (where_.tls)
        return shake_hands_tls();
    finish(std::move(socket_));
}

void dialer::shake_hands_tls()
{
    auto context = make_tls_context(how_.tls);
    if (const auto* why_not = std::get_if<std::string>(&context))
        return finish(failed{*why_not});
    tls_.emplace(std::move(socket_), std::get<asio::ssl::context>(context));  // the session keeps the context alive
    if (!expect_host(tls_->native_handle(), where_.host))
        return fail("TLS", asio::error::no_memory);
    tls_->async_handshake(tls_stream::client, [self = shared_from_this()](error_code error) {
        if (!self->done_)
            return;
        if (error)
            return self->finish(failed{handshake_failure(self->tls_->native_handle(), self->how_.peer, error)});
        self->finish(std::move(*self->tls_));
    });
}

void dialer::stop()
{
    done_ = nullptr;
    error_code ignored;
    resolver_.cancel();
    share_.cancel();
    socket_.close(ignored);
    if (tls_)
        tls_->next_layer().close(ignored);
}

void dialer::fail(std::string_view during, const error_code& error)
{
    finish(failed{std::string(during) + ": " + error.message()});
}

void dialer::finish(outcome how)
{
    share_.cancel();
    asio::post(loop_, [self = shared_from_this(), how = std::make_shared<outcome>(std::move(how))] {
        if (auto done = std::exchange(self->done_, nullptr))
            done(std::move(*how));
    });
}

}  // namespace wampfcgi::net
