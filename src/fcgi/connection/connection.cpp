#include "fcgi/connection/connection.hpp"

#include "fcgi/cgi/header.hpp"
#include "fcgi/connection/nonblocking.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

constexpr std::size_t pieces_a_write = 64;

/// Sends without waiting. A web server reads the few bytes that it has asked for; anything else is an error.
bool send_at_once(int fd, std::string_view bytes)
{
    return ::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

connection::connection(boost::asio::io_context& loop, int fd, connection_origin from, shared_resources& shared,
                       bridge::service& to, connection_owner& owner)
    : fd_(fd),
      loop_(loop),
      now_(clock::now()),
      decisions_(shared, from, now_),
      to_(to),
      owner_(&owner)
{}

connection::~connection()
{
    stop_watching();
    if (fd_ >= 0)
        ::close(fd_);
}

void connection::tell(const connection_event& what)
{
    now_ = clock::now();
    perform(resume(what));
}

void connection::perform(connection_step next)
{
    while (true) {
        if (next.request_begins && owner_ != nullptr)
            owner_->request_begins();
        if (next.with && !next.with->replies.empty() && !send_at_once(fd_, next.with->replies)) {
            next = resume(event::write_failed{});
            continue;
        }
        if (next.with && next.with->level)
            log::write(*next.with->level, next.with->line);
        if (next.what == action::rest)
            break;
        next = act(next);
    }
    tell_if_written();
    if (const auto until = decisions_.deadline())
        arm_timer(*until);
}

/// Performs the action. Returns the next step; action::rest when the next event comes by itself.
connection_step connection::act(connection_step& next)
{
    switch (next.what) {
    case action::rest:
        break;
    case action::read:
        return read();
    case action::wait_and_read:
        reads_bytes_ = true;
        await_bytes();
        break;
    case action::yield:
        post(event::turn{});
        break;
    case action::admit:
        return admit();
    case action::refuse:
        respond(to_.refuse(admitted_, *std::move(next.with->refusal)));
        break;
    case action::serve:
        serve();
        break;
    case action::write:
        return send();
    case action::write_soon:
        post(event::flush{});
        break;
    case action::wait_until_writable:
        await_writable();
        break;
    case action::watch:
        tells_of_bytes_ = true;
        await_bytes();
        break;
    case action::peek:
        return peek();
    case action::abandon:
        abandon(next.with->line);
        break;
    case action::linger:
        ::shutdown(fd_, SHUT_WR);
        return read();
    case action::hand_over:
        stop_watching();
        if (owner_ != nullptr)
            owner_->hand_over(std::exchange(fd_, -1));
        close();
        break;
    case action::close:
        close();
        break;
    }
    return {};
}

connection_step connection::read()
{
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && would_block()) {
        reads_bytes_ = true;
        await_bytes();
        return {};
    }
    if (got <= 0)
        return resume(event::peer_closed{});
    return resume(event::received{{bytes.data(), static_cast<std::size_t>(got)}});
}

connection_step connection::send()
{
    const std::string_view first = decisions_.unsent(0);
    const bool is_all = decisions_.unsent(first.size()).empty();
    const ssize_t taken = is_all ? ::send(fd_, first.data(), first.size(), MSG_DONTWAIT | MSG_NOSIGNAL) : send_pieces();
    if (taken >= 0)
        return resume(event::written{static_cast<std::size_t>(taken)});
    return would_block() ? resume(event::write_blocked{}) : resume(event::write_failed{});
}

/// Returns what sendmsg() does.
ssize_t connection::send_pieces()
{
    std::array<iovec, pieces_a_write> pieces{};
    msghdr message{};
    message.msg_iov = pieces.data();
    std::size_t offered = 0;
    for (iovec& each : pieces) {
        const std::string_view piece = decisions_.unsent(offered);
        if (piece.empty())
            break;
        each = {const_cast<char*>(piece.data()), piece.size()};  // only read, but iovec is shared with readv()
        offered += piece.size();
        ++message.msg_iovlen;
    }
    return ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

connection_step connection::peek()
{
    std::array<char, record_header_bytes> next{};
    const ssize_t got = ::recv(fd_, next.data(), next.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && would_block())
        return resume(event::client_is_silent{});
    return resume(event::peeked{{next.data(), got > 0 ? static_cast<std::size_t>(got) : 0}});
}

connection_step connection::admit()
{
    admitted_ = {};
    auto final_answer = to_.admit(decisions_.current_request(), admitted_);
    counted_in_ = admitted_.counted_in;
    if (final_answer) {
        respond(*std::move(final_answer));
        return {};
    }
    return resume(event::admitted{admitted_.body_limit_bytes, admitted_.body, admitted_.announced_bytes.value_or(0)});
}

void connection::serve()
{
    if (auto begun = to_.serve(std::move(admitted_), decisions_.current_request(), *this))
        under_way_ = std::move(begun);
}

void connection::respond(bridge::answer&& whole)
{
    const auto self = shared_from_this();
    const auto finished = std::move(under_way_);
    now_ = clock::now();
    const request& req = decisions_.current_request();
    leave_body_out(req, whole.http);
    const request_times when = times();
    bridge::count_answer(counted_in_, {whole.http.status, whole.http.body.size(), when.ended - when.began},
                         whole.report);
    log_answer(req, {whole.http.status, whole.http.body.size()}, whole.report, when);
    written_ = watch_call(req, whole.http.status, whole.report, when);
    perform(resume(event::answered{whole.http}));
}

void connection::tell_if_written()
{
    if (written_ && (decisions_.waiting_bytes() == 0 || fd_ < 0)) {
        log_if_slow(*written_, now_);
        written_.reset();
    }
}

void connection::begin(response head)
{
    const auto self = shared_from_this();
    stream_status_ = head.status;
    stream_bytes_ = 0;
    now_ = clock::now();
    bridge::count_stream_begun(counted_in_, head.status);
    perform(resume(event::stream_started{head}));
}

std::size_t connection::write(std::string_view piece)
{
    const auto self = shared_from_this();
    stream_bytes_ += piece.size();
    if (counted_in_ != nullptr)
        counted_in_->counted.sent_bytes.add(piece.size());
    tell(event::stream_data{piece});
    return decisions_.waiting_bytes();
}

void connection::end(bridge::request_report how)
{
    const auto self = shared_from_this();
    const auto finished = std::move(under_way_);
    now_ = clock::now();
    bridge::count_stream_ended(counted_in_, how);
    log_answer(decisions_.current_request(), {stream_status_, stream_bytes_}, how, times());
    perform(resume(event::stream_ended{}));
}

request_times connection::times() const
{
    return {decisions_.began(), decisions_.checked_from(), now_};
}

void connection::abandon(std::string_view why)
{
    const request& req = decisions_.current_request();
    if (log::enabled(log_level::info))
        log::write(log_level::info, "call given up: " + std::string(why), {log::token("id", std::string(req.id()))});
    const auto given_up = std::move(under_way_);
    if (counted_in_ != nullptr)
        counted_in_->counted.clients_left.add();
    if (log::wants_access())
        log_given_up(req, given_up ? given_up->report() : bridge::request_report(), times());
    close();
}

void connection::let_go()
{
    under_way_.reset();
    close();
}

void connection::close()
{
    if (timer_)
        timer_->cancel();
    stop_watching();
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
    if (connection_owner* const owner = std::exchange(owner_, nullptr))
        owner->closed(*this);
}

void connection::await_bytes()
{
    if (awaits_bytes_ || !make_waitable())
        return;
    awaits_bytes_ = true;
    watch_->async_wait(descriptor::wait_read, [self = shared_from_this()](error_code aborted) {
        self->awaits_bytes_ = false;
        if (!aborted && self->fd_ >= 0)
            self->bytes_arrived();
    });
}

void connection::bytes_arrived()
{
    const bool tells = std::exchange(tells_of_bytes_, false);
    const bool reads = std::exchange(reads_bytes_, false);
    // A kept registration needs a wait at any time. It costs no system call, but bytes that are left would end it at
    // once, again and again.
    if (reads && registration_)
        await_bytes();
    else
        let_asio_register();
    if (tells)
        tell(event::client_readable{});
    if (!reads || fd_ < 0)
        return;
    now_ = clock::now();
    perform(read());
}

void connection::await_writable()
{
    if (!make_waitable())
        return;
    let_asio_register();
    watch_->async_wait(descriptor::wait_write, [self = shared_from_this()](error_code aborted) {
        if (!aborted && self->fd_ >= 0)
            self->tell(event::writable{});
    });
}

/// Returns false when it has closed the connection instead.
bool connection::make_waitable()
{
    error_code error;
    if (!watch_)
        watch_.emplace(loop_);
    if (!watch_->is_open()) {
        registration_.emplace(fd_, EPOLLIN);
        watch_->assign(fd_, error);
    }
    if (error) {
        log::write(log_level::error, "connection closed: cannot wait for its bytes: " + error.message());
        tell(event::peer_closed{});
    }
    return !error;
}

void connection::let_asio_register()
{
    if (registration_)
        registration_->restore();
    registration_.reset();
}

void connection::stop_watching()
{
    if (watch_ && watch_->is_open())
        watch_->release();
    registration_.reset();
}

template <class Event>
void connection::post(Event then)
{
    boost::asio::post(loop_, [self = shared_from_this(), then] {
        if (self->fd_ >= 0)
            self->tell(then);
    });
}

// Leaves a timer that fires earlier as it is: it re-arms itself then, and most deadlines are cleared before they pass.
void connection::arm_timer(connection_fsm::time_point until)
{
    if (armed_until_ && *armed_until_ <= until)
        return;
    armed_until_ = until;
    if (!timer_)
        timer_.emplace(loop_);
    timer_->expires_at(until);
    timer_->async_wait([weak = weak_from_this()](error_code aborted) {
        const auto self = weak.lock();
        if (aborted || !self || self->fd_ < 0)
            return;
        self->armed_until_.reset();
        self->tell(event::deadline_passed{});
    });
}

}  // namespace wampfcgi::fcgi
