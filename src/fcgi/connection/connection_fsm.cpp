#include "fcgi/connection/connection_fsm.hpp"

#include "fcgi/cgi/limits.hpp"
#include "wampfcgi/core/pairs.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

constexpr std::chrono::seconds linger_limit{2};  // for the web server to close after an early answer

// For the first request of a connection when the worker ends: web servers send it as soon as they are connected.
constexpr std::chrono::milliseconds first_request_limit{500};

constexpr std::size_t most_spare_bytes = 4096;  // of memory that is kept for the next answer

/// HAProxy takes nothing more from a client after END_REQUEST, and keeps one that still sends waiting. Other web
/// servers expect END_REQUEST with the answer.
bool comes_from_haproxy(const request& req)
{
    std::string_view rest = req.pairs();
    while (const auto next = take_pair(rest))
        if (next->name == "SERVER_SOFTWARE")
            return next->value.starts_with("HAProxy");
    return false;
}

}  // namespace

connection_fsm::connection_fsm(shared_resources& shared, connection_origin from, time_point now)
    : shared_(shared),
      now_(now),
      scanner_(shared.max_connections),
      input_share_(shared.requests),
      kept_share_(shared.requests),
      output_share_(shared.answers),
      began_(now),
      due_(now + stall_limit),
      is_fresh_(from == connection_origin::accepted)
{}

// What came up while the event was handled.
void connection_fsm::add_news(connection_step& next)
{
    next.request_begins = std::exchange(has_begun_, false);
    if (!replies_.empty())
        next.notes().replies = std::exchange(replies_, {});
}

std::optional<connection_fsm::idleness> connection_fsm::idle() const
{
    if (is_whole_ || state_ == state::skipping || state_ == state::closed)
        return {};
    return idleness{!is_busy() && !is_fresh_, began_};
}

connection_step connection_fsm::on(const event::received& what)
{
    switch (state_) {
    case state::waiting:
    case state::receiving:
    case state::skipping:
        return receive(what.bytes);
    case state::lingering:
        return {action::wait_and_read};  // gives other connections a turn, however fast the web server sends
    case state::serving:
    case state::streaming:
    case state::answering:
    case state::closed:
        break;
    }
    return {};
}

connection_step connection_fsm::on(const event::peer_closed&)
{
    return is_served() ? abandon("the web server closed the connection") : close();
}

connection_step connection_fsm::on(const event::turn&)
{
    if (state_ == state::waiting)
        return kept_.empty() ? connection_step{} : receive_kept();
    if (!is_served() || !std::exchange(is_watched_, false))
        return {};
    return kept_.empty() ? connection_step{action::peek} : look_at_client(kept_);
}

connection_step connection_fsm::on(const event::admitted& what)
{
    if (state_ != state::receiving || stage_ != stage::variables)
        return {};
    stage_ = stage::admitted;
    body_limit_bytes_ = what.body_limit_bytes;
    body_use_ = what.body;
    announced_bytes_ = what.announced_bytes;
    return lacks_memory_ ? refuse_for_memory() : body_or_serve();
}

connection_step connection_fsm::on(const event::answered& what)
{
    if (state_ != state::serving && (state_ != state::receiving || stage_ == stage::nothing))
        return {};
    state_ = state::answering;
    lacks_room_ = false;
    if (!output_share_.grow(what.whole.body.size()))
        return close(log_level::error, "not enough memory for its answer");
    ends_ = !is_whole_ && comes_from_haproxy(request_) ? answer_end::output : answer_end::request;
    output_.emplace(scanner_.request_id(), std::move(what.whole), request_.id(), ends_,
                    std::move(shared_.answer_memory));
    sends_from_ = now_;
    return {action::write};
}

connection_step connection_fsm::on(const event::stream_started& what)
{
    if (state_ != state::serving)
        return {};
    state_ = state::streaming;
    lacks_room_ = false;
    output_.emplace(answer_records::stream(scanner_.request_id(), what.head, request_.id()));
    return write_soon();
}

connection_step connection_fsm::on(const event::stream_data& what)
{
    if (state_ != state::streaming)
        return {};
    if (lacks_room_ || !output_share_.grow(what.bytes.size()))
        lacks_room_ = true;
    else
        output_->append(what.bytes);
    return write_soon();
}

connection_step connection_fsm::on(const event::stream_ended&)
{
    if (state_ != state::streaming)
        return {};
    state_ = state::answering;
    sends_from_ = now_;  // the end of a stream has the time limit of an answer, however long the stream was
    output_->finish();
    return write_soon();
}

connection_step connection_fsm::on(const event::written& what)
{
    if (!output_)
        return {};
    output_->advance(what.bytes);
    if (state_ == state::streaming)
        output_share_.shrink_to(output_->waiting_bytes());
    if (!output_->piece_at(0).empty())
        return {action::write};
    deadline_.reset();
    if (state_ == state::streaming)
        return {};
    forget_output();
    return answer_sent();
}

connection_step connection_fsm::on(const event::write_blocked&)
{
    if (!output_)
        return {};
    is_blocked_ = true;
    // A stream may last long; the web server must only keep reading.
    due_ = state_ == state::streaming ? now_ + stall_limit : sends_from_ + time_for(output_->written_bytes());
    deadline_ = std::min(now_ + stall_limit, due_);
    return {action::wait_until_writable};
}

connection_step connection_fsm::on(const event::writable&)
{
    if (!std::exchange(is_blocked_, false) || !output_)
        return {};
    return {action::write};
}

connection_step connection_fsm::on(const event::write_failed&)
{
    return is_served() ? abandon("the web server closed the connection") : close();
}

connection_step connection_fsm::on(const event::flush&)
{
    if (!std::exchange(is_flushed_, false) || !output_)
        return {};
    if (lacks_room_)
        return is_served() ? abandon("not enough memory for its stream")
                           : close(log_level::error, "not enough memory for the end of its stream");
    return {is_blocked_ ? action::rest : action::write};
}

connection_step connection_fsm::on(const event::watch_client&)
{
    if (!is_served() || is_watched_)
        return {};
    is_watched_ = true;
    return {kept_.empty() ? action::watch : action::yield};
}

connection_step connection_fsm::on(const event::client_readable&)
{
    is_watched_ = false;
    return {is_served() ? action::peek : action::rest};
}

connection_step connection_fsm::on(const event::client_is_silent&)
{
    return on(event::watch_client{});
}

connection_step connection_fsm::on(const event::peeked& what)
{
    return is_served() ? look_at_client(what.bytes) : connection_step{};
}

connection_step connection_fsm::on(const event::deadline_passed&)
{
    if (!deadline_ || now_ < *deadline_)
        return {};
    if (is_retiring_ && !is_busy())
        return hand_over();
    if (is_served())
        return abandon("the web server takes too long");
    return close(log_level::info, state_ == state::lingering ? "the web server kept it open after an early answer"
                                                             : "the web server takes too long");
}

connection_step connection_fsm::on(const event::retire&)
{
    is_retiring_ = true;
    if (is_fresh_ && state_ == state::waiting) {
        // When the whole pool ends, nobody takes the connection over.
        deadline_ = std::min(deadline_.value_or(time_point::max()), now_ + first_request_limit);
        return {};
    }
    return is_busy() ? connection_step{} : hand_over();
}

connection_step connection_fsm::on(const event::evict&)
{
    return close(log_level::warning, is_busy() || is_fresh_ ? "its request was incomplete, and others needed its place"
                                                            : "it was idle, and others needed its place");
}

// Combines what a service writes in one turn of the event loop. Also, a writing service is not told in the middle of it
// that the client has gone.
connection_step connection_fsm::write_soon()
{
    return {std::exchange(is_flushed_, true) ? action::rest : action::write_soon};
}

connection_step connection_fsm::answer_sent()
{
    if (!is_kept_ && is_whole_)
        return close();
    forget_input();
    request_ = {};
    if (!is_kept_)
        return linger();
    if (is_whole_)
        return await_next_request();
    // The rest of a request that was answered early must not be taken for the next request.
    state_ = state::skipping;
    scanner_.give_up(ends_);
    due_ = now_ + stall_limit;
    if (!kept_.empty())
        return receive_kept();
    deadline_ = due_;
    return {action::read};
}

connection_step connection_fsm::await_next_request()
{
    state_ = state::waiting;
    stage_ = stage::nothing;
    is_whole_ = false;
    began_ = now_;
    deadline_.reset();
    if (!kept_.empty())
        return {action::yield};  // this worker must answer what it has already read
    if (is_retiring_)
        return hand_over();
    return wait_for(action::wait_and_read);
}

// An idle kept connection may stay as long as the web server wants. One with a request, or without a first one, has a
// deadline.
connection_step connection_fsm::wait_for(action what)
{
    if (is_busy() || is_fresh_)
        deadline_ = std::min(now_ + stall_limit, due_);
    else
        deadline_.reset();
    return {what};
}

// Closing while the web server still sends would reset the connection, and the answer could be lost.
connection_step connection_fsm::linger()
{
    state_ = state::lingering;
    deadline_ = now_ + linger_limit;
    return {action::linger};
}

// Other bytes, such as the next request, are left until this one is answered.
connection_step connection_fsm::look_at_client(std::string_view next_bytes)
{
    if (next_bytes.empty())
        return abandon("the web server closed the connection");
    if (is_abort(next_bytes, scanner_.request_id()))
        return abandon("the web server aborted the request");
    return {};
}

connection_step connection_fsm::hand_over()
{
    close();
    return {action::hand_over};
}

connection_step connection_fsm::close()
{
    state_ = state::closed;
    deadline_.reset();
    is_fresh_ = false;
    forget_input();
    forget_output();
    keep_for_later({});
    return {action::close};
}

connection_step connection_fsm::close(log_level level, std::string why)
{
    connection_step last = close();
    last.notes().level = level;
    last.notes().line = "connection closed: " + std::move(why);
    return last;
}

connection_step connection_fsm::abandon(std::string why)
{
    close();
    connection_step last{action::abandon};
    last.notes().line = std::move(why);
    return last;
}

void connection_fsm::forget_input()
{
    if (!variables_.empty())
        std::string().swap(variables_);
    request_.drop_body();
    body_use_ = bridge::body_use::read;
    input_share_.shrink_to(0);
}

void connection_fsm::forget_output()
{
    if (output_) {
        if (std::string&& memory = output_->take_memory(); memory.capacity() <= most_spare_bytes)
            shared_.answer_memory = std::move(memory);
        output_.reset();
    }
    output_share_.shrink_to(0);
}

}  // namespace wampfcgi::fcgi
