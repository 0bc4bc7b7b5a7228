#include "wampfcgi/wamp/session.hpp"

#include "wamp/session/login_session.hpp"
#include "wamp/session/messages.hpp"
#include "wamp/session/operations.hpp"
#include "wamp/session/session_fsm.hpp"
#include "wamp/session/silence.hpp"
#include "wamp/session/subscriptions.hpp"
#include "wamp/transport/link.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace wampfcgi::wamp {
namespace {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

constexpr std::size_t longest_message_of_any_router = 16 * 1024 * 1024;

const credentials& credentials_for(const router_settings& router, const std::string& role)
{
    static const credentials anonymous;
    const auto found = router.by_role.find(role);
    return found == router.by_role.end() ? anonymous : found->second;
}

}  // namespace

/// Performs the steps of the state machine. Pending waits keep it alive.
class session::driver final : public operations::host, public std::enable_shared_from_this<driver> {
public:
    driver(asio::io_context& loop, const router_settings& router, std::string realm, const std::string& role)
        : loop_(loop),
          router_(router),
          credentials_(credentials_for(router, role)),
          realm_(realm),
          fsm_(parameters_for(router, std::move(realm), role), [this] { return spread_(random_); }),
          operations_(loop, router.connect_timeout, *this),
          subscriptions_(
              [this](router_request what, bridge::outcome_sink& sink) { operations_.start(std::move(what), sink); }),
          silence_(router.keepalive),
          session_timer_(loop)
    {
        for (std::size_t i = 0; i < router.urls.size(); ++i)
            ping_habits_.push_back(std::make_shared<ping_habit>(ping_habit::unknown));
    }

    /// An event that occurs while steps are performed is queued: its steps come after these.
    void feed(session_event what)
    {
        const auto self = shared_from_this();  // a callback may drop the session
        events_.push_back(std::move(what));
        if (events_.size() > 1)
            return;
        for (; !events_.empty(); events_.pop_front()) {
            if (const auto* const welcome = std::get_if<event::welcomed>(&events_.front()))
                authrole_ = welcome->authrole;
            for (const session_step& each : fsm_.resume(events_.front(), clock::now()))
                std::visit([this](const auto& todo) { carry_out(todo); }, each);
            count_change();
            if (joined_ && is_joined())
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
        roles_.subscriber = roles_.subscriber || more.subscriber;
    }

    void count_in(bridge::session_cells& cells)
    {
        cells_ = &cells;
        operations_.count_waiting_in(cells.now.waiting);
    }

    void limit_queue(std::size_t bytes)
    {
        max_queued_bytes_ = bytes;
        operations_.limit_waiting(bytes);
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

    std::size_t longest_arguments() const
    {
        const std::size_t longest = is_joined() ? link_->longest_message() : longest_message_of_any_router;
        // A double such as 1.5 takes nine bytes in MessagePack and three in JSON, which is the worst ratio.
        return router_.serializer == serializer_kind::json ? 3 * longest : longest;
    }

    operations& made() { return operations_; }
    subscriptions& subscribed() { return subscriptions_; }

    bool is_joined() const override { return fsm_.current() == session_fsm::state::joined; }

    bool refuses_operations() const override
    {
        return fsm_.refuses_calls() || fsm_.current() == session_fsm::state::stopped;
    }

    send_result send(std::string&& message, write_time when) override { return link_->send(std::move(message), when); }

    send_result send(std::string&& head, payload&& arguments, write_time when) override
    {
        return link_->send(std::move(head), std::move(arguments), when);
    }

    bool router_cancels_calls() const override { return login_->router().cancels_calls; }

    void has_to_hurry() override { feed(event::call_waiting{}); }

    void was_not_answered(clock::time_point now) override
    {
        if (!is_joined() || !silence_.is_too_long(now, link_->last_heard()))
            return;
        link_->close();
        feed(event::link_down{"the router sent nothing while calls ran into call_timeout"});
    }

    std::weak_ptr<operations::host> lifetime() override { return weak_from_this(); }

private:
    void count_change()
    {
        if (is_joined() == static_cast<bool>(is_up_))
            return;
        if (is_joined()) {
            is_up_ = bridge::presence(cells_->now.up);
            return cells_->counted.joined.add();
        }
        is_up_ = {};
        if (!stopped_)
            cells_->counted.lost.add();
    }

    void carry_out(const step::connect& todo)
    {
        // Handlers hold weak references: after this link or driver is gone, they do nothing.
        channel_options options;
        habit_ = ping_habits_.at(todo.url);
        options.habit = habit_;
        options.queued_bytes = &cells_->now.queued_bytes;
        options.max_queued_bytes = max_queued_bytes_;
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
        auto take = [weak = weak_from_this()](std::string_view bytes, const std::string& fault,
                                              const auto& take_memory) {
            if (const auto self = weak.lock())
                self->take(bytes, fault, bytes.size() < long_message_bytes ? nullptr : take_memory());
        };
        link_ = std::make_shared<link>(loop_, router_, std::move(options), std::move(take));
        link_->connect(router_.urls.at(todo.url));
    }

    void carry_out(const step::send_hello&)
    {
        operations_.session_begins();
        // Deriving a key takes turns of the event loop. The link may be gone by then, and the next one not yet up.
        login_.emplace(loop_, realm_, credentials_, roles_, [to = std::weak_ptr(link_)](std::string message) {
            if (const auto live = to.lock())
                live->send(std::move(message), write_time::end_of_turn);
        });
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
        subscriptions_.session_begins();
        operations_.send_waiting();
    }

    void carry_out(const step::fail_in_flight&)
    {
        subscriptions_.session_ends();
        operations_.fail_in_flight();
    }

    void carry_out(const step::fail_waiting&) { operations_.fail_waiting(); }

    void carry_out(const step::stopped&)
    {
        if (auto stopped = std::exchange(stopped_, nullptr))
            stopped();
    }

    void carry_out(const step::log& line) { log::write(line.level, line.text, line.with); }

    void take(std::string_view bytes, const std::string& fault, message_memory memory)
    {
        auto message = split_message(bytes);
        if (!message)
            return malformed(fault.empty() ? "it does not start like a WAMP message" : fault);
        if (!fault.empty())
            message->fault = fault;  // refers to the JSON text that was received
        if (auto answered = read_answer(*message, memory)) {
            memory.reset();
            return operations_.take_answer(std::move(*answered));
        }
        if (const auto arrived = read_event(*message)) {
            memory.reset();  // the event has a copy
            return subscriptions_.take(*arrived);
        }
        if (auto revoked = read_revocation(*message))
            return subscriptions_.take(std::move(*revoked));
        if (!login_)
            return;
        // Handling it may end the session, so process its meaning afterwards.
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

    std::size_t max_queued_bytes_ = usual_router_queue_bytes;
    bridge::session_cells own_cells_;  // used unless count_in() was called
    bridge::session_cells* cells_ = &own_cells_;
    asio::io_context& loop_;
    const router_settings& router_;
    const credentials& credentials_;
    std::string realm_;
    client_roles roles_;
    std::mt19937 random_{std::random_device{}()};
    std::uniform_real_distribution<double> spread_{0.0, 1.0};
    session_fsm fsm_;
    operations operations_;
    subscriptions subscriptions_;
    std::shared_ptr<link> link_;
    std::vector<std::shared_ptr<ping_habit>> ping_habits_;  // by url
    std::shared_ptr<ping_habit> habit_;                     // of the router at the other end of link_
    std::optional<login_session> login_;
    silence silence_;                   // of a router that answers no PING
    std::deque<session_event> events_;  // the first is being processed
    asio::steady_timer session_timer_;
    std::function<void()> joined_;  // cleared once the session was joined for the first time
    std::optional<std::string> authrole_;
    std::function<void()> stopped_;
    bridge::presence is_up_;
};

client_roles roles_for(service_type type)
{
    switch (type) {
    case service_type::caller:
        return {.caller = true};
    case service_type::publisher:
    case service_type::webhook:
        return {.publisher = true};
    case service_type::events:
        return {.subscriber = true};
    case service_type::status:
    case service_type::console:
        break;
    }
    return {};
}

session::session(asio::io_context& loop, const router_settings& router, std::string realm, const std::string& role)
    : driver_(std::make_shared<driver>(loop, router, std::move(realm), role))
{}

session::~session() = default;

void session::play(const client_roles& more)
{
    driver_->play(more);
}

void session::limit_queue(std::size_t bytes)
{
    driver_->limit_queue(bytes);
}

void session::count_in(bridge::session_cells& cells)
{
    driver_->count_in(cells);
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

session::operation_id session::call(wampfcgi::call& what, bridge::outcome_sink& sink)
{
    return driver_->made().start(what, sink);
}

session::operation_id session::publish(publication&& what, bridge::outcome_sink& sink)
{
    return driver_->made().start(std::move(what), sink);
}

session::subscription_id session::subscribe(subscription what, bridge::event_sink& sink)
{
    return driver_->subscribed().add(std::move(what), sink);
}

void session::unsubscribe(subscription_id id)
{
    driver_->subscribed().remove(id);
}

std::size_t session::longest_arguments() const
{
    return driver_->longest_arguments();
}

void session::cancel(operation_id id)
{
    driver_->made().cancel(id);
}

}  // namespace wampfcgi::wamp
