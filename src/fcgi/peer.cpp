#include "fcgi/peer.hpp"

#include "fcgi/answer_log.hpp"
#include "fcgi/limits.hpp"
#include "wampfcgi/log/log.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <variant>

#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

using clock = std::chrono::steady_clock;
using progress = record_scanner::progress;

constexpr std::chrono::seconds linger_limit{2};        // for it to close after an early answer
constexpr std::size_t direct_answer_bytes = 7 * 1024;  // with the header section one libfcgi buffer, so one write

// One event loop a process: what is looked at in it is used up before the next connection has its turn.
std::array<char, 64 * 1024>& look_ahead()
{
    static std::array<char, 64 * 1024> bytes;
    return bytes;
}

bool would_block()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

bool can_write_now(int fd)
{
    pollfd state{fd, POLLOUT, 0};
    return ::poll(&state, 1, 0) == 1 && (state.revents & POLLOUT) != 0;
}

}  // namespace

peer::peer(boost::asio::io_context& loop, int fd, bridge::bridge& to, events tell)
    : fd_(fd),
      watch_(loop),
      timer_(loop),
      to_(to),
      tell_(std::move(tell))
{}

peer::~peer()
{
    if (watch_.is_open())
        watch_.release();
    if (fd_ >= 0)
        ::close(fd_);
}

void peer::await(bool to_read, next_step next)
{
    error_code error;
    if (!watch_.is_open())
        watch_.assign(fd_, error);
    if (error) {
        log::write(log_level::error, "connection closed: it cannot be waited for: " + error.message());
        return close();
    }
    const auto kind = to_read ? watch_.wait_read : watch_.wait_write;
    watch_.async_wait(kind, [self = shared_from_this(), next](error_code aborted) {
        if (!aborted && self->fd_ >= 0)
            (self.get()->*next)();
    });
}

// An idle connection may stay for as long as the web server likes, one with a request not.
void peer::await_progress(bool to_read, next_step next)
{
    if (busy_)
        close_after(stall_limit, "connection closed: the web server has stalled for a minute");
    await(to_read, next);
}

void peer::close_after(std::chrono::seconds limit, std::string_view why)
{
    timer_.expires_after(limit);
    timer_.async_wait([weak = weak_from_this(), why](error_code aborted) {
        const auto self = weak.lock();
        // One that was already on its way when the timer was stopped or set anew comes without an error.
        if (aborted || !self || self->fd_ < 0 || self->timer_.expiry() > clock::now())
            return;
        log::write(log_level::info, why);
        self->close();
    });
}

void peer::look_for_request()
{
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && would_block())
        return await_progress(true, &peer::look_for_request);
    if (got <= 0)
        return close();
    busy_ = true;
    began_ = clock::now();
    tell_.begins();
    scanner_ = {};
    const std::string_view seen(bytes.data(), static_cast<std::size_t>(got));
    std::string_view rest = seen;
    std::size_t consumed = 0;
    auto made = scanner_.feed(rest, consumed);
    if (made == progress::params_complete) {
        rest.remove_prefix(consumed);
        made = scanner_.feed(rest, consumed);
    }
    // libfcgi reads ahead, and what it has read is lost to a next request: so only from a connection with just this
    // one.
    if (made == progress::complete && consumed == rest.size()) {
        input_complete_ = true;
        if (begin(fd_))
            serve();
        return;
    }
    scanner_ = {};
    if (!input_.open()) {
        log::write(log_level::error, "connection closed: no descriptor or memory to receive a request");
        return close();
    }
    spool_request();
}

void peer::spool_request()
{
    stop_timer();
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !would_block()))
        return close();
    if (got > 0) {
        const std::string_view seen(bytes.data(), static_cast<std::size_t>(got));
        std::size_t consumed = 0;
        const auto made = scanner_.feed(seen, consumed);
        if (::recv(fd_, bytes.data(), consumed, MSG_DONTWAIT) != static_cast<ssize_t>(consumed))
            return close();
        if (!take_spooled(seen.substr(0, consumed), made))
            return;
    }
    await_progress(true, &peer::spool_request);  // others have their turn before the next piece
}

// False: nothing more is to be read for now.
bool peer::take_spooled(std::string_view bytes, progress made)
{
    // After an early answer mod_proxy_fcgi leaves the rest of the request out, others send it.
    if (skipping_ && (made == progress::complete || made == progress::superseded)) {
        await_next_request();
        return false;
    }
    if (made == progress::broken || made == progress::aborted || made == progress::superseded ||
        (!skipping_ && !input_.append(bytes))) {
        close();
        return false;
    }
    if (skipping_)
        return true;
    if (made == progress::params_complete && !begin(input_.fd()))
        return false;
    if (made == progress::complete) {
        input_complete_ = true;
        serve();
        return false;
    }
    if (!admitted_)
        return true;
    const std::uint64_t limit = body_limit(admitted_->body_limit_bytes);
    if (scanner_.body_bytes() <= limit)
        return true;
    const std::string detail = "body of more than " + std::to_string(limit) + " bytes";
    checked_from_ = clock::now();
    respond(to_.refuse(*admitted_, {errc::body_too_large, detail, {}, {}}));
    return false;
}

// Reads the variables and makes the checks that need no body. False: that was the end of the request.
bool peer::begin(int input_fd)
{
    fcgi_.emplace();
    admitted_.reset();
    if (!fcgi_->begin(input_fd)) {
        if (input_fd == fd_)
            fd_ = -1;
        else
            input_.forget();
        close();
        return false;
    }
    keep_ = fcgi_->keeps_connection();
    request_ = fcgi_->environment();
    checked_from_ = clock::now();
    auto decision = to_.admit(request_);
    if (auto* refusal = std::get_if<bridge::answer>(&decision)) {
        respond(std::move(*refusal));
        return false;
    }
    admitted_ = std::get<bridge::admission>(std::move(decision));
    return true;
}

void peer::serve()
{
    checked_from_ = clock::now();
    request_.body = fcgi_->read_body(scanner_.body_bytes(), admitted_->body_limit_bytes);
    input_.close();
    stop_timer();
    under_way_.emplace();
    const auto started = to_.handle(*admitted_, request_, [self = shared_from_this()](bridge::answer given) {
        self->under_way_.reset();
        self->respond(std::move(given));
    });
    if (!under_way_)
        return;
    under_way_ = started;
    tell_.waits();
}

void peer::watch_client()
{
    if (!under_way_ || watched_)
        return;
    watched_ = true;
    await(true, &peer::client_readable);
}

void peer::client_readable()
{
    watched_ = false;
    if (!under_way_)
        return;
    char next = 0;
    const ssize_t got = ::recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && would_block())
        return watch_client();
    // There is nothing that a web server sends in the middle of a call but the record that aborts it.
    if (log::enabled(log_level::info))
        log::write(log_level::info,
                   got > 0 ? "call given up: the web server aborted the request"
                           : "call given up: the web server closed the connection",
                   {log::token("id", request_.id)});
    if (log::wants_access())
        log_given_up(request_, under_way_->procedure, {began_, checked_from_, clock::now()});
    to_.give_up(*std::exchange(under_way_, std::nullopt));
    close();
}

void peer::respond(bridge::answer given)
{
    if (fd_ < 0)
        return;
    if (input_complete_)
        fcgi_->skip_body();
    given.http.headers.emplace_back("X-Request-Id", request_.id);
    log_answer(request_, given, {began_, checked_from_, clock::now()});
    respond_now(given.http);
}

void peer::respond_now(const response& what)
{
    if (what.body.size() <= direct_answer_bytes && can_write_now(fd_))
        return answered(fcgi_->finish(what, fd_));
    if (!output_.open() || !fcgi_->finish(what, output_.fd())) {
        log::write(log_level::error, "connection closed: no descriptor or memory for an answer");
        return close();
    }
    output_sent_ = 0;
    send_spooled();
}

void peer::send_spooled()
{
    stop_timer();
    while (true) {
        const ssize_t sent = ::sendfile(fd_, output_.fd(), &output_sent_, 1024 * 1024);
        if (sent < 0 && would_block())
            return await_progress(false, &peer::send_spooled);
        if (sent <= 0) {
            output_.close();
            return answered(sent == 0);
        }
    }
}

void peer::answered(bool written)
{
    fcgi_.reset();
    request_ = {};
    if (!written)
        return close();  // the web server has gone: there is nobody to tell
    if (!keep_)
        return input_complete_ ? close() : linger();
    if (input_complete_)
        return await_next_request();
    // What is still to come of a request that was answered early would be taken for the next one.
    skipping_ = true;
    input_.close();
    spool_request();
}

void peer::await_next_request()
{
    busy_ = false;
    skipping_ = false;
    input_complete_ = false;
    if (retiring_)
        return part();
    await_progress(true, &peer::look_for_request);
}

// Closing while the web server still sends would make the kernel reset the connection, and the answer could be lost.
void peer::linger()
{
    input_.close();
    ::shutdown(fd_, SHUT_WR);
    close_after(linger_limit, "connection closed: the web server did not close it after an early answer");
    drain();
}

void peer::drain()
{
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !would_block()))
        return close();
    await(true, &peer::drain);  // others have their turn, however fast the web server sends
}

// Nothing of a next request has been read here: the descriptor is all there is to the connection.
void peer::part()
{
    const auto self = shared_from_this();
    if (watch_.is_open())
        watch_.release();
    tell_.parts(std::exchange(fd_, -1));
    close();
}

void peer::close()
{
    stop_timer();
    if (watch_.is_open())
        watch_.release();
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
    busy_ = false;
    input_.close();
    output_.close();
    if (auto closed = std::exchange(tell_.closed, nullptr))
        closed(this);
}

}  // namespace wampfcgi::fcgi
