// The half of a peer that receives a request.
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
    if (body.capacity() - body.size() >= more_bytes)
        return true;
    const std::uint64_t believed = std::min(announced_bytes, std::max<std::uint64_t>(believed_bytes, 16 * body.size()));
    body.reserve(std::max<std::uint64_t>(body.size() + more_bytes, believed + spare_bytes));
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

}  // namespace

void peer::look_for_request()
{
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && would_block())
        return await_progress(true, &peer::look_for_request);
    if (got <= 0)
        return close();
    stop_timer();
    busy_ = true;
    admitted_.reset();
    began_ = clock::now();
    if (!is_whole_request({bytes.data(), static_cast<std::size_t>(got)})) {
        scanner_ = record_scanner(means_.most_connections);
        received_bytes_ = 0;
        return receive();
    }
    request_begins();
    input_complete_ = true;
    if (begin(fd_))
        serve();
}

// libfcgi reads ahead, and what it has read is lost to a next request: so it only reads from a connection with just
// this one.
bool peer::is_whole_request(std::string_view bytes)
{
    scanner_ = record_scanner(means_.most_connections);
    std::size_t consumed = 0;
    auto made = scanner_.feed(bytes, consumed);
    if (made == progress::params_complete) {
        bytes.remove_prefix(consumed);
        made = scanner_.feed(bytes, consumed);
    }
    return made == progress::complete && consumed == bytes.size() && !scanner_.has_strays();
}

void peer::receive()
{
    stop_timer();
    auto& bytes = look_ahead();
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !would_block()))
        return close();
    if (got > 0) {
        const std::string_view seen(bytes.data(), static_cast<std::size_t>(got));
        std::string& own = own_bytes();
        std::size_t consumed = 0;
        const std::size_t body_bytes = request_.body.size();
        const bool takes_body = admitted_ && !skipping_;
        if (takes_body && !make_room(request_.body, announced_bytes_, seen.size())) {
            std::string().swap(request_.body);
            return respond(to_.refuse(*admitted_, {errc::overloaded, "no memory for a body of this size", {}, {}}));
        }
        const auto made = scanner_.feed(seen, consumed, &own, takes_body ? &request_.body : nullptr);
        if (::recv(fd_, bytes.data(), consumed, MSG_DONTWAIT) != static_cast<ssize_t>(consumed) || !send_replies())
            return close();
        received_bytes_ += consumed;
        if (!take(made, own, request_.body.size() - body_bytes))
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

// False: nothing more is to be received for now.
bool peer::take(progress made, std::string_view own, std::size_t more_of_body)
{
    if (scanner_.take_begun())
        request_begins();
    if (made == progress::broken || made == progress::aborted || made == progress::refused)
        return take_end(made);
    // After an early answer mod_proxy_fcgi leaves the rest of the request out, others send it.
    if (scanner_.is_idle() && (skipping_ || made == progress::incomplete)) {
        await_next_request();
        return false;
    }
    if (skipping_)
        return true;
    if (!hold(own, more_of_body) || (made == progress::params_complete && !begin_spooled()))
        return false;
    if (made != progress::complete)
        return check_body_size();
    input_complete_ = true;
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

// Of the body, what is held is counted only.
bool peer::hold(std::string_view own, std::size_t more_of_body)
{
    if (!input_share_.grow(own.size() + more_of_body)) {
        const std::string full =
            "requests that are being received take all of " + std::to_string(most_held_bytes >> 20U) + " MiB";
        if (admitted_)
            respond(to_.refuse(*admitted_, {errc::overloaded, full, {}, {}}));
        else
            close_because(log_level::warning, full);
        return false;
    }
    if (input_.append(own))
        return true;
    close_because(log_level::error, "no descriptor or memory to receive a request");
    return false;
}

void peer::forget_input()
{
    input_.close();
    std::string().swap(request_.body);  // assigning an empty one would keep the memory
    input_share_.shrink_to(0);
}

bool peer::begin_spooled()
{
    const int input_fd = input_.fd();
    if (input_fd < 0) {
        close_because(log_level::error, "no descriptor or memory to receive a request");
        return false;
    }
    return begin(input_fd);
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
    admitted_.reset();
    tell_.begins();
}

// Reads the variables and makes the checks that need no body. False: that was the end of the request.
bool peer::begin(int input_fd)
{
    fcgi_request incoming;
    if (!incoming.begin(input_fd)) {
        if (input_fd == fd_)
            fd_ = -1;
        else
            input_.forget();
        close();
        return false;
    }
    request_ = incoming.environment();
    if (input_complete_)
        request_.body = incoming.read_body(scanner_.body_bytes());
    input_.close();
    checked_from_ = clock::now();
    auto decision = to_.admit(request_);
    if (auto* refusal = std::get_if<bridge::answer>(&decision)) {
        respond(std::move(*refusal));
        return false;
    }
    admitted_ = std::get<bridge::admission>(std::move(decision));
    const auto announced = checks::check_announced_length(request_, 0);
    announced_bytes_ = announced ? announced->value_or(0) : 0;
    return true;
}

}  // namespace wampfcgi::fcgi
