#include "fcgi/connection/connection_fsm.hpp"

#include "fcgi/cgi/limits.hpp"
#include "fcgi/cgi/variables.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/core/memory.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

using progress = record_scanner::progress;
using time_point = connection_fsm::time_point;

constexpr std::chrono::seconds linger_limit{2};  // for the web server to close after an early answer

std::string all_taken()
{
    return "requests that are being received take all of " + std::to_string(max_held_bytes >> 20U) + " MiB";
}

}  // namespace

bool make_room_for_body(request& req, std::uint64_t announced_bytes, std::size_t more_bytes)
try {
    const memory_may_fail here;
    constexpr std::size_t spare_bytes = 16 * 1024;  // the CALL made from the body fits into its memory when it has gone
    constexpr std::uint64_t believed_bytes = 64 * 1024;  // of what was announced; beyond, 16 times what has come
    std::string& memory = req.body_memory();
    const std::size_t body_bytes = req.body().size();
    if (memory.capacity() - memory.size() >= more_bytes)
        return true;
    const std::uint64_t believed = std::min(announced_bytes, std::max<std::uint64_t>(believed_bytes, 16 * body_bytes));
    const std::uint64_t wanted = std::max<std::uint64_t>(body_bytes + more_bytes, believed + spare_bytes);
    memory.reserve(memory.size() - body_bytes + wanted);
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

connection_fsm::connection_fsm(shared_resources& shared, connection_origin from, time_point now)
    : shared_(shared),
      now_(now),
      scanner_(shared.max_connections),
      input_share_(shared.requests),
      ahead_share_(shared.requests),
      output_share_(shared.answers),
      began_(now),
      due_(now + stall_limit),
      is_fresh_(from == connection_origin::accepted)
{}

connection_step connection_fsm::resume(connection_event what, time_point now)
{
    now_ = now;
    if (state_ == state::closed)
        return {};
    connection_step next = std::visit([this](auto& each) { return on(each); }, what);
    next.request_begins = std::exchange(has_begun_, false);
    if (!replies_.empty())
        next.replies = std::exchange(replies_, {});
    return next;
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
        return take_in(what.bytes);
    case state::lingering:
        return {action::wait_and_read};  // others have their turn, however fast the web server sends
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
        return ahead_.empty() ? connection_step{} : take_ahead();
    if (!is_served() || !std::exchange(is_watched_, false))
        return {};
    return ahead_.empty() ? connection_step{action::peek} : look_at_client(ahead_);
}

connection_step connection_fsm::on(const event::admitted& what)
{
    if (state_ != state::receiving || stage_ != stage::variables)
        return {};
    stage_ = stage::admitted;
    body_limit_bytes_ = what.body_limit_bytes;
    return lacks_memory_ ? refuse_for_memory() : body_or_serve();
}

connection_step connection_fsm::on(event::answered& what)
{
    if (state_ != state::serving && (state_ != state::receiving || stage_ == stage::nothing))
        return {};
    state_ = state::answering;
    if (!output_share_.grow(what.whole.body.size()))
        return close(log_level::error, "no memory for an answer");
    output_.emplace(scanner_.request_id(), std::move(what.whole));
    sends_from_ = now_;
    return {action::write};
}

connection_step connection_fsm::on(event::stream_started& what)
{
    if (state_ != state::serving)
        return {};
    state_ = state::streaming;
    output_.emplace(answer_records::stream(scanner_.request_id(), what.head));
    return {action::write};
}

connection_step connection_fsm::on(const event::stream_data& what)
{
    if (state_ != state::streaming)
        return {};
    if (!output_share_.grow(what.bytes.size()))
        return abandon("no memory for more of its stream");
    output_->append(what.bytes);
    return {is_blocked_ ? action::rest : action::write};
}

connection_step connection_fsm::on(const event::stream_ended&)
{
    if (state_ != state::streaming)
        return {};
    state_ = state::answering;
    sends_from_ = now_;  // however long the stream was, its end has the time of an answer
    output_->finish();
    return {is_blocked_ ? action::rest : action::write};
}

connection_step connection_fsm::on(const event::written& what)
{
    if (!output_)
        return {};
    output_->advance(what.bytes);
    if (!output_->piece_at(0).empty())
        return {action::write};
    deadline_.reset();
    if (state_ == state::streaming) {
        output_share_.shrink_to(0);
        return {};
    }
    forget_output();
    return answer_sent();
}

connection_step connection_fsm::on(const event::write_blocked&)
{
    if (!output_)
        return {};
    is_blocked_ = true;
    // A stream takes as long as it takes: what counts is that the web server takes some of it.
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

connection_step connection_fsm::on(const event::watch_client&)
{
    if (!is_served() || is_watched_)
        return {};
    is_watched_ = true;
    return {ahead_.empty() ? action::watch : action::yield};
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
    if (is_served())
        return abandon("the web server takes too long");
    return close(log_level::info, state_ == state::lingering ? "the web server did not close it after an early answer"
                                                             : "the web server takes too long");
}

connection_step connection_fsm::on(const event::retire&)
{
    is_retiring_ = true;
    if (is_busy())
        return {};
    close();
    return {action::hand_over};
}

connection_step connection_fsm::on(const event::evict&)
{
    return close(log_level::warning, is_busy() || is_fresh_
                                         ? "others need its place, and its request has not come in full"
                                         : "others need its place, and it is idle");
}

connection_step connection_fsm::take_in(std::string_view bytes)
{
    if (state_ == state::waiting) {
        state_ = state::receiving;
        began_ = now_;
        received_bytes_ = 0;
    }
    while (!bytes.empty()) {
        std::string& records = shared_.scratch;
        records.clear();
        const std::size_t body_bytes = request_.body().size();
        const bool takes_body = stage_ != stage::nothing && state_ != state::skipping;
        if (takes_body && !shared_.make_room(request_, announced_bytes_, bytes.size()))
            return run_out_of_memory(bytes);
        std::size_t consumed = 0;
        const auto made = scanner_.feed(bytes, consumed, &records, takes_body ? &request_.body_memory() : nullptr);
        bytes.remove_prefix(consumed);
        received_bytes_ += consumed;
        replies_ += scanner_.take_replies();
        if (auto next = take(made, records, request_.body().size() - body_bytes, bytes))
            return std::move(*next);
    }
    return await_rest();
}

// What was kept behind the last request: none of it is lost to a next one.
connection_step connection_fsm::take_ahead()
{
    const std::string bytes = std::exchange(ahead_, {});
    ahead_share_.shrink_to(0);
    return take_in(bytes);
}

// `body_bytes` of the body are new; `rest` has come behind what was looked at. Nothing: there is more to look at, or to
// wait for.
std::optional<connection_step> connection_fsm::take(progress made, std::string_view records, std::size_t body_bytes,
                                                    std::string_view rest)
{
    if (scanner_.take_begun())
        begin_request();
    const bool at_end = made == progress::complete || made == progress::aborted || made == progress::refused;
    if (at_end && !keep_for_later(rest))
        return close(log_level::warning, all_taken());
    if (made == progress::broken || made == progress::aborted || made == progress::refused)
        return end_unanswered(made);
    // After an early answer mod_proxy_fcgi leaves the rest of the request out, others send it.
    if (scanner_.is_idle() && (state_ == state::skipping || made == progress::incomplete))
        return await_next_request();
    if (state_ == state::skipping)
        return {};
    if (!hold(records.size() + body_bytes))
        return stage_ == stage::admitted ? refuse({errc::overloaded, all_taken(), {}, {}})
                                         : close(log_level::warning, all_taken());
    if (stage_ == stage::nothing && !collect_variables(made, records, rest.size()))
        return close(log_level::error, "no descriptor or memory to receive a request");
    // What has come of the body already is looked at first: mostly it is all of it, and nothing is left to skip.
    if (stage_ == stage::nothing || (made == progress::params_complete && !rest.empty()))
        return {};
    is_whole_ = made == progress::complete;
    if (stage_ == stage::variables) {
        checked_from_ = now_;
        return connection_step{action::admit};
    }
    return body_or_serve();
}

void connection_fsm::begin_request()
{
    if (state_ == state::skipping) {
        state_ = state::receiving;
        began_ = now_;
        received_bytes_ = 0;
    }
    is_fresh_ = false;
    is_kept_ = scanner_.keeps_connection();
    stage_ = stage::nothing;
    lacks_memory_ = false;
    has_begun_ = true;
}

/// False when there is no room for it.
bool connection_fsm::keep_for_later(std::string_view bytes)
{
    ahead_share_.shrink_to(0);
    if (!ahead_share_.grow(bytes.size()))
        return false;
    if (bytes.empty() && !ahead_.empty())
        std::string().swap(ahead_);
    ahead_ = bytes;
    return true;
}

/// Counts what is held. False when that is too much.
bool connection_fsm::hold(std::size_t bytes)
{
    return input_share_.grow(bytes);
}

/// False when libfcgi, which gets those that have not come in one piece, could not read them.
bool connection_fsm::collect_variables(progress made, std::string_view records, std::size_t more_bytes)
{
    const bool is_all = made == progress::params_complete;
    if (is_all && records_.empty()) {
        std::string joined;
        request_ = read_variables(params_content(records, joined), more_bytes);
    } else {
        records_ += records;
        if (!is_all)
            return true;
        auto read = shared_.read_variables(records_);
        if (!read)
            return false;
        request_ = std::move(*read);
        std::string().swap(records_);
    }
    stage_ = stage::variables;
    const auto announced = checks::check_announced_length(request_, 0);
    announced_bytes_ = announced ? announced->value_or(0) : 0;
    return true;
}

// The request is admitted.
connection_step connection_fsm::body_or_serve()
{
    if (is_whole_) {
        state_ = state::serving;
        deadline_.reset();
        checked_from_ = now_;
        input_share_.shrink_to(scanner_.params_bytes());  // some of them are kept until the answer
        return {action::serve};
    }
    const std::uint64_t limit = body_limit(body_limit_bytes_);
    if (scanner_.body_bytes() <= limit)
        return await_rest();
    return refuse({errc::body_too_large, "body of more than " + std::to_string(limit) + " bytes", {}, {}});
}

connection_step connection_fsm::await_rest()
{
    if (state_ != state::skipping)
        due_ = began_ + time_for(received_bytes_);
    return wait_for(action::wait_and_read);
}

// The web server gave the request up, wants another role, or is no web server.
connection_step connection_fsm::end_unanswered(progress made)
{
    if (made == progress::broken)
        return close(log_level::notice, "the web server sent " + std::string(scanner_.why()));
    forget_input();
    connection_step next = scanner_.keeps_connection() ? await_next_request() : linger();
    next.level = log_level::info;
    next.line = made == progress::aborted ? "request aborted by the web server"
                                          : "request refused: the role is not that of a responder";
    return next;
}

connection_step connection_fsm::refuse(failure why)
{
    checked_from_ = now_;
    return {.what = action::refuse, .refusal = std::move(why)};
}

connection_step connection_fsm::run_out_of_memory(std::string_view rest)
{
    request_.drop_body();
    if (!keep_for_later(rest))
        return close(log_level::warning, all_taken());
    lacks_memory_ = true;
    return stage_ == stage::admitted ? refuse_for_memory() : connection_step{action::admit};
}

connection_step connection_fsm::refuse_for_memory()
{
    return refuse({errc::overloaded, "no memory for a body of this size", {}, {}});
}

connection_step connection_fsm::answer_sent()
{
    forget_input();
    request_ = {};
    if (!is_kept_)
        return is_whole_ ? close() : linger();
    if (is_whole_)
        return await_next_request();
    // What is still to come of a request that was answered early would be taken for the next one.
    state_ = state::skipping;
    scanner_.give_up();
    due_ = now_ + stall_limit;
    if (!ahead_.empty())
        return take_ahead();
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
    if (!ahead_.empty())
        return {action::yield};  // what was kept is this worker's to answer
    if (is_retiring_) {
        close();
        return {action::hand_over};
    }
    return wait_for(action::wait_and_read);
}

// An idle connection may stay for as long as the web server likes, one with a request, or none ever, may not.
connection_step connection_fsm::wait_for(action what)
{
    if (is_busy() || is_fresh_)
        deadline_ = std::min(now_ + stall_limit, due_);
    else
        deadline_.reset();
    return {what};
}

// Closing while the web server still sends would make the kernel reset the connection, and the answer could be lost.
connection_step connection_fsm::linger()
{
    state_ = state::lingering;
    deadline_ = now_ + linger_limit;
    return {action::linger};
}

// A next request, or what is no request at all, has time until this one is answered.
connection_step connection_fsm::look_at_client(std::string_view next_bytes)
{
    if (next_bytes.empty())
        return abandon("the web server closed the connection");
    if (is_abort(next_bytes, scanner_.request_id()))
        return abandon("the web server aborted the request");
    return {};
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
    last.level = level;
    last.line = "connection closed: " + std::move(why);
    return last;
}

connection_step connection_fsm::abandon(std::string why)
{
    close();
    return {.what = action::abandon, .line = std::move(why)};
}

void connection_fsm::forget_input()
{
    std::string().swap(records_);
    request_.drop_body();
    input_share_.shrink_to(0);
}

void connection_fsm::forget_output()
{
    output_.reset();
    output_share_.shrink_to(0);
}

}  // namespace wampfcgi::fcgi
