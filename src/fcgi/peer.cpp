#include "fcgi/peer.hpp"

#include "fcgi/answer_log.hpp"
#include "fcgi/nonblocking.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <variant>

#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds linger_limit{2};  // for it to close after an early answer

}  // namespace

peer::peer(boost::asio::io_context& loop, int fd, origin from, common_means& means, bridge::bridge& to, events tell)
    : fd_(fd),
      watch_(loop),
      timer_(loop),
      means_(means),
      to_(to),
      tell_(std::move(tell)),
      scanner_(means.most_connections),
      input_share_(means.requests),
      ahead_share_(means.requests),
      output_share_(means.answers),
      began_(clock::now()),
      due_(began_ + stall_limit),
      is_fresh_(from == origin::accepted)
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

// Others have their turn before.
void peer::soon(next_step next)
{
    boost::asio::post(watch_.get_executor(), [self = shared_from_this(), next] {
        if (self->fd_ >= 0)
            (self.get()->*next)();
    });
}

// An idle connection may stay for as long as the web server likes, one with a request, or none ever, not.
void peer::await_progress(bool to_read, next_step next)
{
    if (busy_ || is_fresh_)
        close_at(std::min(clock::now() + stall_limit, due_), "connection closed: the web server takes too long");
    await(to_read, next);
}

void peer::close_at(clock::time_point when, std::string_view why)
{
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this(), why](error_code aborted) {
        const auto self = weak.lock();
        // One that was already on its way when the timer was stopped or set anew comes without an error.
        if (aborted || !self || self->fd_ < 0 || self->timer_.expiry() > clock::now())
            return;
        log::write(log_level::info, why);
        self->close();
    });
}

void peer::serve()
{
    checked_from_ = clock::now();
    input_share_.shrink_to(scanner_.params_bytes());  // some of them are kept until the answer
    under_way_.emplace();
    const auto started = to_.handle(*admitted_, request_, [self = shared_from_this()](bridge::answer given) {
        self->under_way_.reset();
        self->respond(std::move(given));
    });
    if (!under_way_)
        return;
    under_way_ = started;
}

std::optional<peer::waiting> peer::waits() const
{
    if (input_complete_ || skipping_ || fd_ < 0)
        return {};
    return waiting{!busy_ && !is_fresh_, began_};
}

void peer::give_way()
{
    close_because(log_level::warning, busy_ || is_fresh_ ? "others need its place, and its request has not come in full"
                                                         : "others need its place, and it is idle");
}

void peer::watch_client()
{
    if (!under_way_ || watched_)
        return;
    watched_ = true;
    if (ahead_.empty())
        await(true, &peer::client_readable);
    else
        soon(&peer::client_readable);
}

void peer::client_readable()
{
    watched_ = false;
    if (!under_way_)
        return;
    std::array<char, record_header_bytes> next{};
    std::string_view seen = ahead_;
    if (seen.empty()) {
        const ssize_t got = ::recv(fd_, next.data(), next.size(), MSG_PEEK | MSG_DONTWAIT);
        if (got < 0 && would_block())
            return watch_client();
        seen = {next.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }
    // A next request, or what is no request at all, has time until this one is answered.
    if (!seen.empty() && !is_abort(seen, scanner_.request_id()))
        return;
    if (log::enabled(log_level::info))
        log::write(log_level::info,
                   seen.empty() ? "call given up: the web server closed the connection"
                                : "call given up: the web server aborted the request",
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
    given.http.headers.emplace_back("X-Request-Id", request_.id);
    log_answer(request_, given, {began_, checked_from_, clock::now()});
    if (!output_share_.grow(given.http.body.size()))
        return close_because(log_level::error, "no memory for an answer");
    writer_.emplace(scanner_.request_id(), std::move(given.http));
    sends_from_ = clock::now();
    write_answer();
}

void peer::write_answer()
{
    stop_timer();
    const auto reached = writer_->write(fd_);
    if (reached == answer_writer::progress::blocked) {
        due_ = sends_from_ + time_for(writer_->written_bytes());
        return await_progress(false, &peer::write_answer);
    }
    writer_.reset();
    output_share_.shrink_to(0);
    answered(reached == answer_writer::progress::done);
}

void peer::answered(bool written)
{
    forget_input();
    request_ = {};
    if (!written)
        return close();  // the web server has gone: there is nobody to tell
    if (!keep_)
        return input_complete_ ? close() : linger();
    if (input_complete_)
        return await_next_request();
    // What is still to come of a request that was answered early would be taken for the next one.
    skipping_ = true;
    scanner_.give_up();
    due_ = clock::now() + stall_limit;
    receive();
}

void peer::await_next_request()
{
    busy_ = false;
    skipping_ = false;
    input_complete_ = false;
    has_variables_ = false;  // of a request that was answered before it had come in full
    admitted_.reset();
    began_ = clock::now();
    if (!ahead_.empty()) {
        busy_ = true;  // what has been left behind is this worker's to answer
        return soon(&peer::look_for_request);
    }
    if (retiring_)
        return part();
    await_progress(true, &peer::look_for_request);
}

// Closing while the web server still sends would make the kernel reset the connection, and the answer could be lost.
void peer::linger()
{
    ::shutdown(fd_, SHUT_WR);
    close_at(clock::now() + linger_limit, "connection closed: the web server did not close it after an early answer");
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
    is_fresh_ = false;
    forget_input();
    leave_behind({});
    writer_.reset();
    output_share_.shrink_to(0);
    if (auto closed = std::exchange(tell_.closed, nullptr))
        closed(this);
}

void peer::close_because(log_level level, const std::string& why)
{
    log::write(level, "connection closed: " + why);
    close();
}

}  // namespace wampfcgi::fcgi
