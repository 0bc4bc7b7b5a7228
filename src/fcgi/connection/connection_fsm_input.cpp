// The receiving half of connection_fsm: from bytes to a request that is complete, refused or aborted.
#include "fcgi/cgi/limits.hpp"
#include "fcgi/cgi/variables.hpp"
#include "fcgi/connection/connection_fsm.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/core/text/size.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace wampfcgi::fcgi {
namespace {

using progress = record_scanner::progress;

// libfcgi reads only from descriptors: a file in memory takes four system calls and 8 us, as long as everything else
// that is done for a small request outside the kernel. mod_proxy_fcgi writes in pieces, so the variables often do.
constexpr std::size_t pieces_joined_bytes = 64 * 1024;

bool has_variables(progress made)
{
    return made == progress::params_complete || made == progress::params_read;
}

std::string all_taken(const budget& of)
{
    return "requests being received fill all " + size_in_words(of.most());
}

}  // namespace

bool make_room_for_body(request& req, std::uint64_t announced_bytes, std::size_t more_bytes)
try {
    const bad_alloc_scope here;
    constexpr std::size_t spare_bytes = 16 * 1024;       // the CALL made from the body reuses its memory
    constexpr std::uint64_t believed_bytes = 64 * 1024;  // of the announced length, at first
    constexpr std::uint64_t believed_times = 128;        // the received bytes: then all of it
    std::string& memory = req.body_memory();
    const std::size_t body_bytes = req.body().size();
    if (memory.capacity() - memory.size() >= more_bytes)
        return true;
    const std::uint64_t received = body_bytes + more_bytes;
    const bool is_believed = announced_bytes <= believed_times * received;
    const std::uint64_t expected = is_believed ? announced_bytes : std::min(announced_bytes, believed_bytes);
    const std::size_t wanted = std::max(received, expected);
    memory.reserve(std::max(memory.size() - body_bytes + wanted + spare_bytes, block_bytes(wanted)));
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

connection_step connection_fsm::receive(std::string_view bytes)
{
    if (state_ == state::waiting) {
        state_ = state::receiving;
        began_ = now_;
        received_bytes_ = 0;
    }
    while (!bytes.empty()) {
        std::string& variables = shared_.scratch;
        variables.clear();
        const std::size_t body_bytes = request_.body().size();
        const bool takes_body =
            stage_ != stage::nothing && state_ != state::skipping && body_use_ != bridge::body_use::dropped;
        if (takes_body && !shared_.make_room(request_, announced_bytes_, bytes.size()))
            return run_out_of_memory(bytes);
        std::size_t consumed = 0;
        const auto made =
            scanner_.feed(bytes, consumed, &variables, takes_body ? &request_.body_memory() : nullptr, &request_);
        bytes.remove_prefix(consumed);
        received_bytes_ += consumed;
        if (scanner_.has_replies())
            replies_ += scanner_.take_replies();
        if (auto next = go_on(made, variables, request_.body().size() - body_bytes, bytes))
            return std::move(*next);
    }
    return await_rest();
}

// Processes bytes kept after the last request, before any further ones.
connection_step connection_fsm::receive_kept()
{
    const std::string bytes = std::exchange(kept_, {});
    kept_share_.shrink_to(0);
    return receive(bytes);
}

// `body_bytes` new bytes of the body have arrived; `rest` follows what was scanned. Returns nothing when there is more
// to scan or to wait for.
std::optional<connection_step> connection_fsm::go_on(progress made, std::string_view variables, std::size_t body_bytes,
                                                     std::string_view rest)
{
    if (scanner_.take_begun())
        begin_request();
    const bool at_end = made == progress::complete || made == progress::aborted || made == progress::refused;
    if (at_end && !keep_for_later(rest))
        return close(log_level::warning, all_taken(shared_.requests));
    if (made == progress::broken || made == progress::aborted || made == progress::refused)
        return end_unanswered(made);
    // After an early answer, mod_proxy_fcgi does not send the rest of the request; other web servers do.
    if (scanner_.is_idle() && (state_ == state::skipping || made == progress::incomplete))
        return await_next_request();
    if (state_ == state::skipping)
        return {};
    const std::size_t variables_bytes = made == progress::params_read ? scanner_.params_bytes() : variables.size();
    if (!hold(variables_bytes + body_bytes))
        return stage_ == stage::admitted ? refuse({errc::overloaded, all_taken(shared_.requests)})
                                         : close(log_level::warning, all_taken(shared_.requests));
    if (stage_ == stage::nothing && !collect_variables(made, variables, rest.size()))
        return close(log_level::error, "no file descriptor or memory left for its request");
    // Scans the part of the body that is already there first: usually it is complete, and there is nothing to skip.
    if (stage_ == stage::nothing || (has_variables(made) && !rest.empty()))
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

/// Returns false when the budget has no room.
bool connection_fsm::keep_for_later(std::string_view bytes)
{
    if (bytes.empty() && kept_.empty())
        return true;
    kept_share_.shrink_to(0);
    if (!kept_share_.grow(bytes.size()))
        return false;
    std::string(bytes).swap(kept_);
    return true;
}

/// Adds to what is held. Returns false when the budget has no room.
bool connection_fsm::hold(std::size_t bytes)
{
    return input_share_.grow(bytes);
}

/// Returns false when libfcgi, which parses large variables that did not arrive in one piece, fails.
bool connection_fsm::collect_variables(progress made, std::string_view variables, std::size_t more_bytes)
{
    if (made != progress::params_read) {
        const bool is_all = made == progress::params_complete;
        if (!is_all || !variables_.empty())
            variables_ += variables;
        if (!is_all)
            return true;
        if (!read_collected(variables_.empty() ? variables : variables_, more_bytes))
            return false;
        std::string().swap(variables_);
    }
    stage_ = stage::variables;
    announced_bytes_ = 0;
    return true;
}

/// Reads all variables, which the scanner has checked, into the request. Returns false like collect_variables().
bool connection_fsm::read_collected(std::string_view variables, std::size_t more_bytes)
{
    if (variables.size() <= pieces_joined_bytes)
        return read_variables(request_, variables, more_bytes);
    auto read = shared_.read_variables(variables);
    if (read)
        request_ = std::move(*read);
    return read.has_value();
}

// Called once the request is admitted.
connection_step connection_fsm::body_or_serve()
{
    if (is_whole_) {
        state_ = state::serving;
        deadline_.reset();
        checked_from_ = now_;
        input_share_.shrink_to(scanner_.params_bytes());  // the variables are kept until the answer
        return {action::serve};
    }
    const std::uint64_t limit = body_limit(body_limit_bytes_);
    if (body_use_ == bridge::body_use::dropped || scanner_.body_bytes() <= limit)
        return await_rest();
    return refuse({errc::body_too_large, "body of more than " + std::to_string(limit) + " bytes"});
}

connection_step connection_fsm::await_rest()
{
    if (state_ != state::skipping)
        due_ = began_ + time_for(received_bytes_);
    return wait_for(action::wait_and_read);
}

// The web server aborted the request, asked for another role, or is not a web server.
connection_step connection_fsm::end_unanswered(progress made)
{
    if (made == progress::broken)
        return close(log_level::notice, "the web server sent " + std::string(scanner_.why()));
    forget_input();
    request_ = {};
    connection_step next = scanner_.keeps_connection() ? await_next_request() : linger();
    next.notes().level = log_level::info;
    next.notes().line = made == progress::aborted ? "request aborted by the web server"
                                                  : "request refused: the FastCGI role is not RESPONDER";
    return next;
}

connection_step connection_fsm::refuse(failure why)
{
    checked_from_ = now_;
    connection_step next{action::refuse};
    next.notes().refusal = std::move(why);
    return next;
}

connection_step connection_fsm::run_out_of_memory(std::string_view rest)
{
    request_.drop_body();
    if (!keep_for_later(rest))
        return close(log_level::warning, all_taken(shared_.requests));
    lacks_memory_ = true;
    return stage_ == stage::admitted ? refuse_for_memory() : connection_step{action::admit};
}

connection_step connection_fsm::refuse_for_memory()
{
    return refuse({errc::overloaded, "not enough memory for a body of this size"});
}

}  // namespace wampfcgi::fcgi
