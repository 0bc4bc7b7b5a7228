// Owns all decisions about the connection to the router: when and where to connect, when to give up, what a message
// about the session means. Owns no socket, timer or clock: events go in, steps come out.
#pragma once

#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {

namespace event {
struct start {};
struct link_up {};  ///< transport connected, handshake done
struct link_down {
    std::string reason;
};
struct welcomed {
    std::optional<std::string> authrole;  ///< nothing: the router has no roles, or does not say
};
/// How long a refusal is likely to last; lasting: until a configuration is changed.
enum class refusal { lasting, passing };
struct refused {
    std::string reason;  ///< ABORT, or a login that we cannot perform; ready for the log
    refusal kind = refusal::passing;
};
struct goodbye {
    std::string reason;  ///< from the router, escaped for the log
};
struct timer {};         ///< the timer armed last has expired
struct call_waiting {};  ///< a request waits for the session
struct stop {};
}  // namespace event

using session_event = std::variant<event::start, event::link_up, event::link_down, event::welcomed, event::refused,
                                   event::goodbye, event::timer, event::call_waiting, event::stop>;

namespace step {
struct connect {
    std::size_t url;  ///< index in router_settings::urls
};
struct send_hello {};
struct send_goodbye {};
struct answer_goodbye {};
struct close_link {};
struct arm_timer {
    std::chrono::milliseconds delay;  ///< replaces an earlier one
};
struct disarm_timer {};
struct send_waiting {};    ///< joined: send operations that waited
struct fail_in_flight {};  ///< session lost: end operations that were sent, with connection_lost
struct fail_waiting {};    ///< no session soon: end waiting operations, with router_unavailable
struct stopped {};
struct log {
    log_level level;
    std::string text;
    wampfcgi::log::fields with;
};
}  // namespace step

using session_step = std::variant<step::connect, step::send_hello, step::send_goodbye, step::answer_goodbye,
                                  step::close_link, step::arm_timer, step::disarm_timer, step::send_waiting,
                                  step::fail_in_flight, step::fail_waiting, step::stopped, step::log>;

/// The state machine of one persistent session.
class session_fsm {
public:
    using time_point = std::chrono::steady_clock::time_point;

    struct parameters {
        std::vector<std::string> urls;  ///< for the log
        std::string realm;
        std::string role;
        std::chrono::milliseconds connect_timeout{5'000};
        std::chrono::milliseconds goodbye_timeout{500};
        std::chrono::milliseconds first_delay{100};
        std::chrono::milliseconds longest_delay{10'000};
        std::chrono::milliseconds hurried_delay{250};     ///< longest delay while requests wait
        std::chrono::seconds pass_over{30};               ///< how long to skip a silent router, if there are others
        std::chrono::milliseconds refused_delay{10'000};  ///< longest delay after a refused login
        std::chrono::seconds stable_after{5};             ///< a session this long resets the back-off
    };

    enum class state { idle, connecting, joining, joined, leaving, backing_off, stopped };

    /// `random` returns numbers in [0, 1). Delays are spread, so that many processes do not reconnect at once.
    session_fsm(parameters given, std::function<double()> random);

    /// The steps for an event, in this order. An event without a meaning in the current state gives no steps.
    std::vector<session_step> resume(const session_event& what, time_point now);

    state current() const noexcept { return state_; }

    /// True when there will be no session soon, so that waiting does not help: all routers refuse the login, or one
    /// assigned an authrole other than the configured one. Calls are refused instead of waiting.
    bool refuses_calls() const noexcept { return role_is_wrong_ || login_is_refused_; }

private:
    void on(const event::start&);
    void on(const event::link_up&);
    void on(const event::link_down&);
    void on(const event::welcomed&);
    void on(const event::refused&);
    void on(const event::goodbye&);
    void on(const event::timer&);
    void on(const event::call_waiting&);
    void on(const event::stop&);

    void begin_round();
    void connect();
    void attempt_failed(const std::string& reason);
    void login_refused(const std::string& reason);
    void next_url();
    void session_ended(log_level level, const std::string& reason);
    void back_off();
    void finish();
    bool attempting() const noexcept { return state_ == state::connecting || state_ == state::joining; }
    std::chrono::milliseconds next_delay();
    bool is_refused(std::size_t url) const { return refused_until_.at(url) > now_; }

    log::fields where() const;

    parameters given_;
    std::function<double()> random_;
    state state_ = state::idle;
    bool role_is_wrong_ = false;
    bool login_is_refused_ = false;  // by every router, until one is tried again
    bool had_trouble_ = false;       // since the last join; joining again is then worth a log line
    std::size_t url_ = 0;
    std::size_t tried_ = 0;  // attempts in this round
    unsigned rounds_failed_ = 0;
    std::vector<std::string> last_failures_;     // by url; a repeated failure is logged at a lower level
    std::vector<time_point> passed_over_until_;  // by url: it was silent
    std::vector<time_point> refused_until_;      // by url: it refused the login
    time_point now_;
    time_point joined_at_;
    time_point wakes_at_;
    std::vector<session_step> steps_;
};

/// The parameters of the session in `realm` under `role` at the configured routers.
session_fsm::parameters parameters_for(const router_settings& router, std::string realm, std::string role);

}  // namespace wampfcgi::wamp
