// Owns every decision about the connection to the router: when to connect, where to, when to give up, what a message
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
struct link_up {};  ///< transport connected, its handshake done
struct link_down {
    std::string reason;
};
struct welcomed {
    std::optional<std::string> authrole;  ///< none: the router has no roles, or does not tell
};
/// How long a refusal is likely to last: until somebody changes a configuration, or not.
enum class refusal { lasting, passing };
struct refused {
    std::string reason;  ///< ABORT, or a login that we cannot make; ready for the log
    refusal kind = refusal::passing;
};
struct goodbye {
    std::string reason;  ///< from the router, escaped for the log
};
struct timer {};         ///< the one armed last has run out
struct call_waiting {};  ///< somebody waits for the session
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
    std::chrono::milliseconds delay;  ///< replaces the one armed before
};
struct disarm_timer {};
struct send_waiting {};    ///< joined: calls that waited may go
struct fail_in_flight {};  ///< the session is gone: calls that were sent end with connection_lost
struct fail_waiting {};    ///< there will be no session soon: calls that wait end with router_unavailable
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

/// The state machine of one session that is kept joined.
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
        std::chrono::milliseconds hurried_delay{250};     ///< longest pause while somebody waits
        std::chrono::seconds pass_over{30};               ///< for a router that was silent, where there are others
        std::chrono::milliseconds refused_delay{10'000};  ///< longest pause before a router that refuses the login is
                                                          ///< asked again
        std::chrono::seconds stable_after{5};             ///< a session that lived that long starts the back-off anew
    };

    enum class state { idle, connecting, joining, joined, leaving, backing_off, stopped };

    /// `random` gives numbers from [0, 1): pauses are spread, so that many processes do not come back at once.
    session_fsm(parameters given, std::function<double()> random);

    /// What to do about `what`, in this order. An event that means nothing in the present state gives no steps.
    std::vector<session_step> resume(const session_event& what, time_point now);

    state current() const noexcept { return state_; }

    /// There is no session soon, and waiting does not help: no router lets us in, or one gave another authrole than
    /// configured. Calls are refused instead of made to wait.
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
    bool login_is_refused_ = false;  // by every router, until one is asked again
    bool had_trouble_ = false;       // since the session was joined last: that it is joined again is worth a line
    std::size_t url_ = 0;
    std::size_t tried_ = 0;  // attempts in this round
    unsigned rounds_failed_ = 0;
    std::vector<std::string> last_failures_;     // by url: the same failure again is logged less loudly
    std::vector<time_point> passed_over_until_;  // by url: it was silent
    std::vector<time_point> refused_until_;      // by url: it does not let us in
    time_point now_;
    time_point joined_at_;
    time_point wakes_at_;
    std::vector<session_step> steps_;
};

/// Parameters of the session in `realm` under `role` at the routers configured.
session_fsm::parameters parameters_for(const router_settings& router, std::string realm, std::string role);

}  // namespace wampfcgi::wamp
