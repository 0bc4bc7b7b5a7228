#include "wampfcgi/net/dialer.hpp"

#include "net/proxy_answer.hpp"
#include "net/tls.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
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

// Where to connect to, for `where`.
std::pair<const std::string&, std::uint16_t> next_hop(const destination& where)
{
    if (where.proxy)
        return {where.proxy->host, where.proxy->port};
    return {where.host, where.port};
}

}  // namespace

struct dialer::tunnel {
    std::string request;
    proxy_answer answer;
    std::array<char, 1024> peeked;
};

dialer::dialer(asio::io_context& loop, dial_options how)
    : loop_(loop),
      how_(std::move(how)),
      resolver_(loop),
      share_(loop),
      socket_(loop)
{}

dialer::~dialer() = default;

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
    const auto [host, port] = next_hop(where);
    const auto address = asio::ip::make_address(host, not_an_address);
    if (not_an_address)
        return resolve();
    addresses_ = {asio::ip::tcp::endpoint(address, port)};
    try_address(0);
}

void dialer::resolve()
{
    const std::string_view during = where_.proxy ? "looking up the proxy's host name" : "looking up the host name";
    const auto resolved = [self = shared_from_this(), during](error_code error, const auto& found) {
        if (!self->done_)
            return;
        if (error)
            return self->fail(during, error);
        for (const auto& each : found)
            self->addresses_.emplace_back(each.endpoint());
        self->try_address(0);
    };
    try {
        const auto [host, port] = next_hop(where_);
        resolver_.async_resolve(host, std::to_string(port), resolved);
    } catch (const boost::system::system_error& no_thread) {
        fail(during, no_thread.code());
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
        self->fail(self->where_.proxy ? "connecting to the proxy" : "connecting", error);
    });
}

void dialer::connected()
{
    set_option(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, 1);
    watch_peer(socket_.native_handle(), how_.keepalive);
    if (where_.proxy)
        return ask_proxy();
    go_on();
}

void dialer::ask_proxy()
{
    tunnel_ = std::make_unique<tunnel>();
    tunnel_->request = connect_request(where_.host, where_.port);
    asio::async_write(socket_, asio::buffer(tunnel_->request),
                      [self = shared_from_this()](error_code error, std::size_t) {
                          if (!self->done_)
                              return;
                          if (error)
                              return self->fail("asking the proxy", error);
                          self->hear_proxy();
                      });
}

// Bytes behind the proxy's answer come from the server. They stay in the socket, because nothing but the answer is
// taken out of it.
void dialer::hear_proxy()
{
    socket_.async_receive(asio::buffer(tunnel_->peeked), plain_stream::message_peek,
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                              if (!self->done_)
                                  return;
                              if (error == asio::error::eof)
                                  return self->finish(failed{self->tunnel_->answer.cut_short()});
                              if (error)
                                  return self->fail("reading the proxy's answer", error);
                              self->take_proxy_answer(bytes);
                          });
}

void dialer::take_proxy_answer(std::size_t bytes)
{
    proxy_answer& answer = tunnel_->answer;
    const std::size_t used = answer.feed({tunnel_->peeked.data(), bytes});
    error_code error;
    socket_.receive(asio::buffer(tunnel_->peeked, used), 0, error);
    if (error)
        return fail("reading the proxy's answer", error);
    switch (answer.state()) {
    case proxy_answer::state_kind::incomplete:
        return hear_proxy();
    case proxy_answer::state_kind::connected:
        tunnel_.reset();
        return go_on();
    case proxy_answer::state_kind::failed:
        return finish(failed{answer.failure()});
    }
}

void dialer::go_on()
{
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
