// The half of a peer that receives a request.
#include "fcgi/cgi_variables.hpp"
#include "fcgi/fcgi_request.hpp"
#include "fcgi/nonblocking.hpp"
#include "fcgi/peer.hpp"
#include "wampfcgi/checks/transport.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <sys/socket.h>

namespace wampfcgi::fcgi {
namespace {

using clock = std::chrono::steady_clock;
using progress = record_scanner::progress;

// What libfcgi is to read of what is looked at, likewise.
std::string& own_bytes()
{
    static std::string bytes;
    bytes.clear();
    return bytes;
}

/// Memory that is reserved costs nothing before it is filled, but a body that grows step by step is copied at each.
/// False when there is none.
bool make_room(std::string& body, std::uint64_t announced_bytes, std::size_t more_bytes)
try {
    const memory_may_fail here;
    constexpr std::size_t spare_bytes = 16 * 1024;  // the CALL made from the body fits into its memory when it has gone
    constexpr std::uint64_t believed_bytes = 64 * 1024;  // of what was announced; beyond, 16 times what has come
    const bool is_all = body.empty() && announced_bytes > 0 && announced_bytes <= more_bytes;
    if (is_all || body.capacity() - body.size() >= more_bytes)
        return true;
    const std::uint64_t believed = std::min(announced_bytes, std::max<std::uint64_t>(believed_bytes, 16 * body.size()));
    body.reserve(std::max<std::uint64_t>(body.size() + more_bytes, believed + spare_bytes));
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

std::string all_taken()
{
    return "requests that are being received take all of " + std::to_string(most_held_bytes >> 20U) + " MiB";
}

}  // namespace

// What was left behind the last request, or else what the web server has sent since: none of it is lost to a next
// request. As recv() otherwise.
ssize_t peer::read_some()
{
    auto& bytes = look_ahead();
    if (ahead_.empty())
        return ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    const std::size_t got = ahead_.copy(bytes.data(), bytes.size());
    leave_behind({});
    return static_cast<ssize_t>(got);
}

bool peer::leave_behind(std::string_view bytes)
{
    ahead_share_.shrink_to(0);
    if (!ahead_share_.grow(bytes.size()))
        return false;
    if (bytes.empty() && !ahead_.empty())
        std::string().swap(ahead_);
    ahead_ = bytes;
    return true;
}

void peer::look_for_request()
{
    const ssize_t got = read_some();
    if (got < 0 && would_block())
        return await_progress(true, &peer::look_for_request);
    if (got <= 0)
        return close();
    busy_ = true;
    began_ = clock::now();
    scanner_ = record_scanner(means_.most_connections);
    received_bytes_ = 0;
    take_in(static_cast<std::size_t>(got));
}

void peer::receive()
{
    const ssize_t got = read_some();
    if (got == 0 || (got < 0 && !would_block()))
        return close();
    take_in(got < 0 ? 0 : static_cast<std::size_t>(got));
}

// So many bytes are in look_ahead().
void peer::take_in(std::size_t bytes)
{
    stop_timer();
    std::string_view seen(look_ahead().data(), bytes);
    while (!seen.empty()) {
        std::string& own = own_bytes();
        std::size_t consumed = 0;
        const std::size_t body_bytes = request_.body.size();
        const bool takes_body = has_variables_ && !skipping_;
        if (takes_body && !make_room(request_.body, announced_bytes_, seen.size()))
            return refuse_for_memory(seen);
        const auto made = scanner_.feed(seen, consumed, &own, takes_body ? &request_.body : nullptr);
        seen.remove_prefix(consumed);
        received_bytes_ += consumed;
        if (!send_replies())
            return close();
        if (!take(made, own, request_.body.size() - body_bytes, seen))
            return;
    }
    if (!skipping_)
        due_ = began_ + time_for(received_bytes_);
    await_progress(true, &peer::receive);  // others have their turn before the next piece
}

// One that does not read the few bytes that it has asked for is no web server.
bool peer::send_replies()
{
    const std::string replies = scanner_.take_replies();
    return replies.empty() || ::send(fd_, replies.data(), replies.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
                                  static_cast<ssize_t>(replies.size());
}

// `rest` is what has come behind it. False: nothing more is to be received for now.
bool peer::take(progress made, std::string_view own, std::size_t more_of_body, std::string_view rest)
{
    if (scanner_.take_begun())
        request_begins();
    const bool at_end = made == progress::complete || made == progress::aborted || made == progress::refused;
    if (at_end && !leave_behind(rest)) {
        close_because(log_level::warning, all_taken());
        return false;
    }
    if (made == progress::broken || made == progress::aborted || made == progress::refused)
        return take_end(made);
    // After an early answer mod_proxy_fcgi leaves the rest of the request out, others send it.
    if (scanner_.is_idle() && (skipping_ || made == progress::incomplete)) {
        await_next_request();
        return false;
    }
    if (skipping_)
        return true;
    if (!hold(own.size() + more_of_body) || !collect_variables(made, own))
        return false;
    // What has come of the body already is looked at first: mostly it is all of it, and nothing is left to skip.
    if (made == progress::params_complete && !rest.empty())
        return true;
    input_complete_ = made == progress::complete;
    if (has_variables_ && !admitted_ && !admit())
        return false;
    if (!input_complete_)
        return check_body_size();
    serve();
    return false;
}

bool peer::take_end(progress made)
{
    if (made == progress::broken) {
        close_because(log_level::notice, "the web server sent " + std::string(scanner_.why()));
        return false;
    }
    log::write(log_level::info, made == progress::aborted ? "request aborted by the web server"
                                                          : "request refused: the role is not that of a responder");
    admitted_.reset();
    forget_input();
    if (scanner_.keeps_connection())
        await_next_request();
    else
        linger();
    return false;
}

// Counts what is held.
bool peer::hold(std::size_t bytes)
{
    if (input_share_.grow(bytes))
        return true;
    if (admitted_)
        respond(to_.refuse(*admitted_, {errc::overloaded, all_taken(), {}, {}}));
    else
        close_because(log_level::warning, all_taken());
    return false;
}

void peer::refuse_for_memory(std::string_view rest)
{
    std::string().swap(request_.body);
    if (!leave_behind(rest))
        return close_because(log_level::warning, all_taken());
    if (admitted_ || admit())
        respond(to_.refuse(*admitted_, {errc::overloaded, "no memory for a body of this size", {}, {}}));
}

void peer::forget_input()
{
    input_.close();
    std::string().swap(request_.body);  // assigning an empty one would keep the memory
    input_share_.shrink_to(0);
}

// libfcgi gets those that have not come at once. False: that was the end of the connection.
bool peer::collect_variables(progress made, std::string_view own)
{
    if (has_variables_)
        return true;
    if (made == progress::params_complete && input_.empty()) {
        std::string joined;
        request_ = read_variables(params_content(own, joined));
    } else if (!input_.append(own) || (made == progress::params_complete && !read_spooled())) {
        close_because(log_level::error, "no descriptor or memory to receive a request");
        return false;
    }
    if (made != progress::params_complete)
        return true;
    has_variables_ = true;
    const auto announced = checks::check_announced_length(request_, 0);
    announced_bytes_ = announced ? announced->value_or(0) : 0;
    return true;
}

bool peer::read_spooled()
{
    fcgi_request incoming;
    const int input_fd = input_.fd();
    if (input_fd < 0)
        return false;
    if (!incoming.begin(input_fd)) {
        input_.forget();
        return false;
    }
    request_ = incoming.environment();
    input_.close();
    return true;
}

bool peer::check_body_size()
{
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

void peer::request_begins()
{
    if (std::exchange(skipping_, false)) {
        began_ = clock::now();
        received_bytes_ = 0;
    }
    is_fresh_ = false;
    keep_ = scanner_.keeps_connection();
    has_variables_ = false;
    admitted_.reset();
    tell_.begins();
}

// Makes the checks that need no body. False: that was the end of the request.
bool peer::admit()
{
    checked_from_ = clock::now();
    auto decision = to_.admit(request_);
    if (auto* refusal = std::get_if<bridge::answer>(&decision)) {
        respond(std::move(*refusal));
        return false;
    }
    admitted_ = std::get<bridge::admission>(std::move(decision));
    return true;
}

}  // namespace wampfcgi::fcgi
