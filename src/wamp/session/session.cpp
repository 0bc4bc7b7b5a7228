#include "wampfcgi/wamp/session.hpp"

#include "wamp/session/login_session.hpp"
#include "wamp/session/messages.hpp"
#include "wamp/session/operation_table.hpp"
#include "wamp/session/session_fsm.hpp"
#include "wamp/session/silence.hpp"
#include "wamp/transport/link.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <new>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace wampfcgi::wamp {
namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

// A router that enforces the timeout option may be a little ahead of our own timer: its answer means the same.
constexpr std::chrono::milliseconds router_may_be_ahead{250};

constexpr std::size_t longest_message_of_any_router = 16 * 1024 * 1024;

const credentials& credentials_for(const router_settings& router, const std::string& role)
{
    static const credentials anonymous;
    const auto found = router.by_role.find(role);
    return found == router.by_role.end() ? anonymous : found->second;
}

std::string encode(std::uint64_t request_id, const operation& what)
{
    if (const auto* const made = std::get_if<call>(&what))
        return encode_call(request_id, *made);
    return encode_publish(request_id, std::get<publication>(what));
}

request_kind kind_of(const operation& what)
{
    return std::holds_alternative<call>(what) ? request_kind::call : request_kind::publish;
}

std::chrono::milliseconds timeout_of(const operation& what)
{
    return std::visit([](const auto& each) { return each.timeout; }, what);
}

std::optional<std::chrono::milliseconds> part_timeout_of(const operation& what)
{
    const auto* const made = std::get_if<call>(&what);
    return made != nullptr && made->receive_progress ? std::optional(made->timeout) : std::nullopt;
}

bool is_timeout(const outcome& how)
{
    const auto* error = std::get_if<call_error>(&how);
    return error != nullptr && (error->uri == "wamp.error.timeout" || error->uri == "wamp.error.canceled");
}

}  // namespace

/// Does what the state machine decides, and keeps the calls. Kept alive by what it waits for.
class session::driver : public std::enable_shared_from_this<driver> {
public:
    driver(asio::io_context& loop, const router_settings& router, std::string realm, const std::string& role)
        : loop_(loop),
          router_(router),
          credentials_(credentials_for(router, role)),
          realm_(realm),
          fsm_(parameters_for(router, std::move(realm), role), [this] { return spread_(random_); }),
          silence_(router.keepalive),
          session_timer_(loop),
          call_timer_(loop)
    {
        for (std::size_t i = 0; i < router.urls.size(); ++i)
            ping_habits_.push_back(std::make_shared<ping_habit>(ping_habit::unknown));
    }

    /// An event that comes up while steps are carried out waits until these are done: its steps follow theirs.
    void feed(session_event what)
    {
        const auto self = shared_from_this();  // whoever is told of the end may drop the session
        events_.push_back(std::move(what));
        if (events_.size() > 1)
            return;
        for (; !events_.empty(); events_.pop_front()) {
            if (const auto* const welcome = std::get_if<event::welcomed>(&events_.front()))
                authrole_ = welcome->authrole;
            for (const session_step& each : fsm_.resume(events_.front(), clock::now()))
                std::visit([this](const auto& todo) { carry_out(todo); }, each);
            if (joined_ && fsm_.current() == session_fsm::state::joined)
                std::exchange(joined_, nullptr)();
            if (operations_.any_waiting() && fsm_.current() == session_fsm::state::backing_off &&
                !std::holds_alternative<event::call_waiting>(events_.front()))
                events_.emplace_back(event::call_waiting{});
        }
    }

    const std::optional<std::string>& authrole() const { return authrole_; }

    void play(const client_roles& more)
    {
        roles_.caller = roles_.caller || more.caller;
        roles_.publisher = roles_.publisher || more.publisher;
    }

    void start(std::function<void()> joined)
    {
        joined_ = std::move(joined);
        feed(event::start{});
    }

    void stop(std::function<void()> stopped)
    {
        if (fsm_.current() == session_fsm::state::stopped)
            return stopped();
        stopped_ = std::move(stopped);
        feed(event::stop{});
    }

    operation_id start(operation what, bridge::outcome_sink& sink)
    {
        if (fsm_.current() == session_fsm::state::joined)
            return send(std::nullopt, what, sink);
        if (fsm_.refuses_calls() || fsm_.current() == session_fsm::state::stopped)
            return fail(std::nullopt, {errc::router_unavailable, "the session cannot be joined"}, sink);
        if (operations_.waiting_bytes() + bytes_of(what) > max_queued_bytes)
            return fail(std::nullopt, {errc::overloaded, "too much waits for the session"}, sink);
        const operation_id id = operations_.add_waiting(std::move(what), sink, clock::now() + router_.connect_timeout);
        watch_deadlines();
        asio::post(loop_, [self = shared_from_this()] { self->feed(event::call_waiting{}); });
        return id;
    }

    std::size_t longest_arguments() const
    {
        const bool is_joined = fsm_.current() == session_fsm::state::joined;
        const std::size_t longest = is_joined ? link_->longest_message() : longest_message_of_any_router;
        // A double such as 1.5 takes nine bytes as MessagePack and three in JSON. All else is no longer than that.
        return router_.serializer == serializer_kind::json ? 3 * longest : longest;
    }

    void cancel(operation_id id)
    {
        if (const auto request_id = operations_.remove(id))
            cancel_at_router(*request_id);
    }

private:
    void carry_out(const step::connect& todo)
    {
        // Handlers of an earlier link, or for a driver that is gone, find nobody.
        channel_options options;
        habit_ = ping_habits_.at(todo.url);
        options.habit = habit_;
        options.may_probe = [weak = weak_from_this()] {
            const auto self = weak.lock();
            return self && !self->operations_.any_sent();
        };
        options.up = [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->feed(event::link_up{});
        };
        options.down = [weak = weak_from_this()](std::string why) {
            if (const auto self = weak.lock())
                self->feed(event::link_down{std::move(why)});
        };
        auto take = [weak = weak_from_this()](std::string_view bytes, const std::string& fault, const auto& forget) {
            if (const auto self = weak.lock())
                self->take(bytes, fault, forget);
        };
        link_ = std::make_shared<link>(loop_, router_, std::move(options), std::move(take));
        link_->connect(router_.urls.at(todo.url));
    }

    void carry_out(const step::send_hello&)
    {
        last_request_id_ = 0;
        login_.emplace(loop_, realm_, credentials_, roles_,
                       [this](std::string message) { link_->send(std::move(message)); });
        login_->say_hello();
    }

    void carry_out(const step::send_goodbye&) { login_->say_goodbye(); }
    void carry_out(const step::answer_goodbye&) { login_->answer_goodbye(); }

    void carry_out(const step::close_link&)
    {
        if (link_)
            link_->close();
    }

    void carry_out(const step::arm_timer& todo)
    {
        session_timer_.expires_after(todo.delay);
        session_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            auto self = weak.lock();
            if (!error && self && self->session_timer_.expiry() <= clock::now())
                self->feed(event::timer{});
        });
    }

    void carry_out(const step::disarm_timer&) { session_timer_.cancel(); }

    void carry_out(const step::send_waiting&)
    {
        if (login_->router().is_crossbar)
            *habit_ = ping_habit::to_be_avoided;
        while (auto next = operations_.take_waiting())
            send(next->id, next->what, *next->sink);
    }

    void carry_out(const step::fail_in_flight&)
    {
        const failure why{errc::connection_lost, "the connection broke after the call was sent"};
        while (auto next = operations_.take_sent(why))
            next->sink->ended(std::move(next->how));
    }

    void carry_out(const step::fail_waiting&)
    {
        while (const auto next = operations_.take_waiting())
            operations_.put_failed(next->id, {errc::router_unavailable, "the session cannot be joined"}, *next->sink);
        end_failed();
    }

    void carry_out(const step::stopped&)
    {
        if (auto stopped = std::exchange(stopped_, nullptr))
            stopped();
    }

    void carry_out(const step::log& line) { log::write(line.level, line.text, line.with); }

    operation_id send(std::optional<operation_id> id, const operation& what, bridge::outcome_sink& sink)
    {
        // The id counts only when the message is queued: routers insist on 1, 2, 3, ... without gaps.
        const std::uint64_t request_id = last_request_id_ + 1;
        std::string message;
        try {
            const bad_alloc_scope here;
            message = encode(request_id, what);
        } catch (const std::bad_alloc&) {
            return fail(id, {errc::overloaded, "no memory for a message of this size"}, sink);
        }
        switch (link_->send(std::move(message))) {
        case send_result::too_large:
            return fail(id, {errc::body_too_large, "the message is larger than the router takes"}, sink);
        case send_result::queue_full:
            return fail(id, {errc::overloaded, "the router does not read what is sent"}, sink);
        case send_result::queued:
            break;
        }
        last_request_id_ = request_id;
        operation_table::sent_request as{request_id, kind_of(what), {}, part_timeout_of(what)};
        if (const auto timeout = timeout_of(what); timeout.count() > 0)
            as.deadline = clock::now() + timeout;
        if (id)
            operations_.put_sent(*id, as, sink);
        else
            id = operations_.add_sent(as, sink);
        watch_deadlines();
        return *id;
    }

    /// The sink hears of it in a later turn of the event loop.
    operation_id fail(std::optional<operation_id> id, failure why, bridge::outcome_sink& sink)
    {
        if (id)
            operations_.put_failed(*id, std::move(why), sink);
        else
            id = operations_.add_failed(std::move(why), sink);
        asio::post(loop_, [self = shared_from_this()] { self->end_failed(); });
        return *id;
    }

    void end_failed()
    {
        while (auto next = operations_.take_failed())
            next->sink->ended(std::move(next->how));
    }

    void take(std::string_view bytes, const std::string& fault, const std::function<void()>& forget)
    {
        auto message = split_message(bytes);
        if (!message)
            return malformed(fault.empty() ? "it does not begin as a WAMP message does" : fault);
        if (!fault.empty())
            message->fault = fault;  // where it is in the text that came
        if (auto answered = read_answer(*message)) {
            forget();  // the answer has a copy of the arguments
            return take_answer(std::move(*answered));
        }
        if (!login_)
            return;
        // Taking it may end the session: what it means is looked at afterwards.
        if (const auto meaning = login_->take(*message, bytes))
            return feed(*meaning);
        if (!message->whole)
            return malformed(message->fault);
        log::write(log_level::debug, "message from the router ignored", {log::number("code", message->code)});
    }

    void malformed(const std::string& fault)
    {
        link_->close();
        feed(event::link_down{"the router sent a message that cannot be read: " + fault});
    }

    void take_answer(router_answer answered)
    {
        if (answered.is_part)
            return take_part_of_result(std::move(answered));
        const auto left = operations_.time_left(answered.request_id, clock::now());
        if (left && *left < router_may_be_ahead && is_timeout(answered.how))
            answered.how = failure{errc::call_timeout, "the router cancelled the call after call_timeout"};
        if (auto ended = operations_.answer(answered.request_id, answered.to, std::move(answered.how)))
            return ended->sink->ended(std::move(ended->how));
        log::write(log_level::debug, "late or unknown answer from the router ignored");
    }

    void take_part_of_result(router_answer part)
    {
        bridge::outcome_sink* const sink = operations_.part_of(part.request_id, clock::now());
        if (sink == nullptr)
            return log::write(log_level::debug, "part of a result that nobody asked for ignored");
        if (auto* const arguments = std::get_if<payload>(&part.how))
            return sink->progressed(std::move(*arguments));
        // It cannot be read, so that what is still to come would be a result with a gap.
        auto ended = operations_.answer(part.request_id, part.to, std::move(part.how));
        cancel_at_router(part.request_id);
        ended->sink->ended(std::move(ended->how));
    }

    void watch_deadlines()
    {
        const auto next = operations_.next_deadline();
        if (!next || (watched_ && *watched_ <= *next))
            return;
        watched_ = next;
        call_timer_.expires_at(*next);
        call_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            auto self = weak.lock();
            if (error || !self)
                return;
            self->watched_.reset();
            self->end_expired();
            self->watch_deadlines();
        });
    }

    void end_expired()
    {
        const auto now = clock::now();
        bool any_sent = false;
        while (auto next = operations_.take_expired(now)) {
            any_sent = any_sent || next->was_sent;
            if (next->cancel_request_id)
                cancel_at_router(*next->cancel_request_id);
            next->sink->ended(std::move(next->how));
        }
        if (!any_sent || fsm_.current() != session_fsm::state::joined ||
            !silence_.is_too_long(now, link_->last_heard()))
            return;
        link_->close();
        feed(event::link_down{"the router sent nothing while calls ran into call_timeout"});
    }

    /// Only where the router announces that it takes CANCEL: to others it is an unknown message.
    void cancel_at_router(std::uint64_t request_id)
    {
        if (login_->router().cancels_calls)
            link_->send(encode_cancel(request_id));
    }

    asio::io_context& loop_;
    const router_settings& router_;
    const credentials& credentials_;
    std::string realm_;
    client_roles roles_;
    std::mt19937 random_{std::random_device{}()};
    std::uniform_real_distribution<double> spread_{0.0, 1.0};
    session_fsm fsm_;
    operation_table operations_;
    std::shared_ptr<link> link_;
    std::vector<std::shared_ptr<ping_habit>> ping_habits_;  // by url
    std::shared_ptr<ping_habit> habit_;                     // of the router that link_ leads to
    std::optional<login_session> login_;
    std::uint64_t last_request_id_ = 0;
    silence silence_;                   // of the router, where it answers no PING
    std::deque<session_event> events_;  // the first is being handled
    asio::steady_timer session_timer_;
    asio::steady_timer call_timer_;
    std::optional<clock::time_point> watched_;  // deadline that call_timer_ waits for
    std::function<void()> joined_;              // until the session was joined for the first time
    std::optional<std::string> authrole_;
    std::function<void()> stopped_;
};

client_roles roles_for(service_type type)
{
    switch (type) {
    case service_type::caller:
        return {.caller = true};
    case service_type::publisher:
        return {.publisher = true};
    }
    return {};
}

session::session(asio::io_context& loop, const router_settings& router, std::string realm, std::string role)
    : driver_(std::make_shared<driver>(loop, router, std::move(realm), role))
{}

session::~session() = default;

void session::play(const client_roles& more)
{
    driver_->play(more);
}

void session::start(std::function<void()> joined)
{
    driver_->start(std::move(joined));
}

std::optional<std::string> session::authrole() const
{
    return driver_->authrole();
}

void session::stop(std::function<void()> stopped)
{
    driver_->stop(std::move(stopped));
}

session::operation_id session::call(wampfcgi::call what, bridge::outcome_sink& sink)
{
    return driver_->start(std::move(what), sink);
}

session::operation_id session::publish(publication what, bridge::outcome_sink& sink)
{
    return driver_->start(std::move(what), sink);
}

std::size_t session::longest_arguments() const
{
    return driver_->longest_arguments();
}

void session::cancel(operation_id id)
{
    driver_->cancel(id);
}

}  // namespace wampfcgi::wamp
