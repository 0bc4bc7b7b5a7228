// Owns a driver of connection_fsm without a socket. The test says what the web server sends and reads, what the service
// answers, and the time. The driver performs the steps of the state machine, and records them.
#pragma once

#include "fcgi/cgi/limits.hpp"
#include "fcgi/cgi/variables.hpp"
#include "fcgi/connection/connection_fsm.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::fcgi {

class scripted_driver {
public:
    static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

    static constexpr std::uint64_t max_held_bytes = 512ULL * 1024 * 1024;

    explicit scripted_driver(connection_origin from = connection_origin::accepted)
        : resources{&read_by_library, &make_room, 100, budget(max_held_bytes), budget(max_held_bytes)},
          fsm(resources, from, now)
    {
        library_read.clear();
        library_fails = memory_fails = false;
        run(fsm.start());
    }

    /// The web server sends bytes; a read returns at most `bytes_a_read`.
    void send(std::string_view bytes)
    {
        inbox += bytes;
        read_all();
    }

    /// The web server closes the connection.
    void hang_up()
    {
        is_hung_up = true;
        read_all();
    }

    void tell(const connection_event& what)
    {
        run(fsm.resume(what, now));
        if (!holds_turn)
            end_turn();
        read_all();
    }

    /// The current turn of the event loop ends.
    void end_turn()
    {
        if (std::exchange(is_flush_due, false))
            run(fsm.resume(event::flush{}, now));
    }

    /// The service answers its current request.
    void answer(std::string body, int status = 200)
    {
        response whole{status, {}, std::move(body)};
        tell(event::answered{whole});
    }

    /// The service begins a stream.
    void begin_stream()
    {
        const response head{200, {{"Content-Type", "text/plain"}}, ""};
        tell(event::stream_started{head});
    }

    /// The web server can accept bytes again.
    void take_more(std::size_t bytes)
    {
        room = bytes;
        tell(event::writable{});
    }

    /// The other connections have had their turn.
    void have_turn() { tell(event::turn{}); }

    /// The socket becomes readable while the service has the request.
    void wake_watcher() { tell(event::client_readable{}); }

    void run(connection_step next)
    {
        for (bool more = true; more;) {
            done.push_back(next.what);
            requests_begun += next.request_begins ? 1U : 0U;
            if (next.with && next.with->level)
                lines.push_back(next.with->line);
            if (next.with && !next.with->replies.empty() && !takes_replies) {
                next = fsm.resume(event::write_failed{}, now);
                continue;
            }
            if (next.with)
                sent += next.with->replies;
            more = act(next);
        }
    }

    // What the test may change.
    std::size_t bytes_a_read = 64 * 1024;
    std::size_t room = any_number;  // for answers, in the web server's receive buffer
    bool takes_answers = true;      // false: writing fails
    bool takes_replies = true;
    bool holds_turn = false;  // a turn of the event loop lasts until end_turn()
    bridge::body_use use_of_body = bridge::body_use::read;
    std::uint64_t body_limit_bytes = 0;  // of the service
    std::optional<response> refusal;     // set: the service refuses every request with it
    std::optional<response> at_once;     // set: the service answers before serve() returns
    std::chrono::steady_clock::time_point now{std::chrono::hours{1}};

    static inline bool library_fails = false;
    static inline bool memory_fails = false;  // for bodies

    // What happened.
    static inline std::vector<std::string> library_read{};  // variables passed to libfcgi
    struct served_request {
        std::string method;
        std::string path_info;
        std::string body;
    };
    std::vector<served_request> served;
    std::vector<failure> refused;
    std::vector<std::string> lines;
    std::vector<action> done;
    std::string sent;       // to the web server
    std::string abandoned;  // the reason
    std::size_t requests_begun = 0;
    bool is_reading = false;
    bool is_watching = false;
    bool is_flush_due = false;
    bool is_lingering = false;
    bool is_handed_over = false;
    bool is_closed = false;

    std::string inbox;  // sent by the web server, and not read yet
    bool is_hung_up = false;

    shared_resources resources;
    connection_fsm fsm;

private:
    static std::optional<request> read_by_library(std::string_view variables)
    {
        library_read.emplace_back(variables);
        if (library_fails)
            return {};
        request read;
        read_variables(read, variables);
        return read;
    }

    static bool make_room(request& req, std::uint64_t announced_bytes, std::size_t more_bytes)
    {
        return !memory_fails && make_room_for_body(req, announced_bytes, more_bytes);
    }

    connection_step resume_answered(response whole) { return fsm.resume(event::answered{whole}, now); }

    void read_all()
    {
        while (is_reading && !is_closed && (!inbox.empty() || is_hung_up)) {
            is_reading = false;
            run(read());
        }
    }

    connection_step read()
    {
        if (inbox.empty())
            return fsm.resume(event::peer_closed{}, now);
        const std::string piece = inbox.substr(0, bytes_a_read);
        inbox.erase(0, piece.size());
        return fsm.resume(event::received{piece}, now);
    }

    /// Returns true when `next` is to be performed at once.
    bool act(connection_step& next)
    {
        switch (next.what) {
        case action::rest:
        case action::wait_until_writable:
        case action::yield:
            return false;
        case action::linger:
            is_lingering = true;
            [[fallthrough]];
        case action::read:
        case action::wait_and_read:
            is_reading = true;
            return false;
        case action::admit:
            next =
                refusal ? resume_answered(*refusal) : fsm.resume(event::admitted{body_limit_bytes, use_of_body}, now);
            return true;
        case action::refuse:
            refused.push_back(*next.with->refusal);
            next = resume_answered({503, {}, "refused"});
            return true;
        case action::serve:
            served.push_back({std::string(fsm.current_request().method()),
                              std::string(fsm.current_request().path_info()),
                              std::string(fsm.current_request().body())});
            if (at_once)
                next = resume_answered(*at_once);
            return at_once.has_value();
        case action::write:
            next = write();
            return true;
        case action::write_soon:
            is_flush_due = true;
            return false;
        case action::watch:
            is_watching = true;
            return false;
        case action::peek:
            if (inbox.empty() && !is_hung_up)
                next = fsm.resume(event::client_is_silent{}, now);
            else
                next = fsm.resume(event::peeked{std::string_view(inbox).substr(0, record_header_bytes)}, now);
            return true;
        case action::abandon:
            abandoned = next.with->line;
            is_closed = true;
            return false;
        case action::hand_over:
            is_handed_over = true;
            is_closed = true;
            return false;
        case action::close:
            is_closed = true;
            return false;
        }
        return false;
    }

    connection_step write()
    {
        if (!takes_answers)
            return fsm.resume(event::write_failed{}, now);
        if (room == 0)
            return fsm.resume(event::write_blocked{}, now);
        const std::string piece(fsm.unsent(0).substr(0, room));
        sent += piece;
        if (room != any_number)
            room -= piece.size();
        return fsm.resume(event::written{piece.size()}, now);
    }
};

}  // namespace wampfcgi::fcgi
