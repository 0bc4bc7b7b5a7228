// Owns all decisions about the connection to a shared Valkey or Redis: which server to dial, how to log in, whether the
// server is suitable, when to give up, which reply belongs to which command. Owns no socket, timer or clock: events go
// in, steps and bytes come out.
#pragma once

#include "store/valkey/protocol.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::store {

using valkey_outcome = result<std::vector<valkey_reply>>;

/// Receives the reply to a command. Destroyed without a call if the request was given up.
class valkey_asker {
public:
    virtual ~valkey_asker() = default;

    /// Called once. Fails with store_unavailable; whether the command was executed is then unknown.
    virtual void answered(valkey_outcome how) = 0;
};

struct valkey_request {
    std::string bytes;  ///< one command
    std::unique_ptr<valkey_asker> asker{};
    bool wants_replicas = false;  ///< a second reply counts the replicas that have the write, if there was a write
};

namespace valkey_event {
struct start {};
struct dialled {};
struct failed {
    std::string reason;  ///< why dialling failed; ready for the log
};
struct received {
    std::string_view bytes;
};
struct closed {
    std::string reason;  ///< ready for the log
};
/// The outcome of a remember_marker.
struct marker_remembered {};
struct marker_not_remembered {
    std::string reason;  ///< ready for the log
};
struct timer {};  ///< wakes_at() has been reached
}  // namespace valkey_event

using valkey_happening = std::variant<valkey_event::start, valkey_event::dialled, valkey_event::failed,
                                      valkey_event::received, valkey_event::closed, valkey_event::marker_remembered,
                                      valkey_event::marker_not_remembered, valkey_event::timer>;

namespace valkey_step {
struct dial {
    store_url where;
};
struct close {};
/// Compare the marker with the record in state_dir, and record it there.
struct remember_marker {
    std::int64_t marker = 0;
};
struct complete {
    std::unique_ptr<valkey_asker> asker;  ///< null: the request was given up
    valkey_outcome outcome;
    std::chrono::steady_clock::time_point asked_at;
};
struct log {
    log_level level;
    std::string text;
    wampfcgi::log::fields with;
};
}  // namespace valkey_step

using valkey_todo = std::variant<valkey_step::dial, valkey_step::close, valkey_step::remember_marker,
                                 valkey_step::complete, valkey_step::log>;

/// Replays must never be lost, rates may be.
enum class kept_data { replays, rates_only };

/// The state machine of one persistent connection.
class connection_fsm {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using ticket = std::uint64_t;

    struct pauses {
        std::chrono::milliseconds first{100};
        std::chrono::milliseconds longest{10'000};
        std::chrono::milliseconds hurried{250};  ///< longest delay while requests are refused
        std::chrono::seconds stable_after{5};    ///< after a connection this long, reconnect without a delay
    };

    enum class state { idle, dialling, logging_in, ready, backing_off };

    /// `settings` must outlive it. `random` returns numbers in [0, 1), for spreading delays.
    connection_fsm(const store_settings& settings, kept_data kept, std::function<double()> random)
        : connection_fsm(settings, kept, std::move(random), pauses())
    {}
    connection_fsm(const store_settings& settings, kept_data kept, std::function<double()> random, pauses spans);

    /// Processes an event. The resulting steps and bytes are in take_steps() and take_output().
    void resume(const valkey_happening& what, time_point now);

    /// Sends the command as soon as there is a connection. Call it only while is_down() is false.
    ticket ask(valkey_request what, time_point now);

    /// A request was refused because the store is down: retries soon, unless the trouble is lasting.
    void is_wanted(time_point now);

    /// Drops the asker. A command that was sent is still answered, and its reply ignored.
    void give_up(ticket which);

    /// The steps to perform, in this order.
    std::vector<valkey_todo> take_steps() { return std::exchange(steps_, {}); }

    /// The bytes to write: all commands since the last call, and one WAIT for those that want replicas. The server
    /// answers nothing else until the WAIT is done.
    std::string take_output();
    bool has_output() const noexcept { return !output_.empty(); }

    /// When valkey_event::timer is due; nothing: never.
    std::optional<time_point> wakes_at() const;

    state current() const noexcept { return state_; }

    /// The last attempt to connect has failed, and nothing was received since. Requests must not wait for it.
    bool is_down() const noexcept { return is_down_; }

    /// The reason, for the log.
    const std::string& why_down() const noexcept { return why_down_; }

private:
    enum class question {
        login,
        database,
        name,
        role,
        information,
        time,
        marker,
        new_marker,
        marker_now,
        master_address,
    };
    enum class trouble_kind { passing, lasting };  // lasting: until a configuration is changed

    struct sent_request {
        ticket number = 0;
        std::unique_ptr<valkey_asker> asker;
        std::vector<valkey_reply> replies;
        time_point asked_at;
        std::string unsent_bytes;  // until there is a connection
        bool wants_replicas = false;
        bool is_wait = false;  // a WAIT for the replicas of the commands before it
    };

    void on(const valkey_event::start&);
    void on(const valkey_event::dialled&);
    void on(const valkey_event::failed&);
    void on(const valkey_event::received&);
    void on(const valkey_event::closed&);
    void on(const valkey_event::marker_remembered&);
    void on(const valkey_event::marker_not_remembered&);
    void on(const valkey_event::timer&);

    bool has_sentinels() const { return !settings_.master.empty(); }
    bool asks_sentinel() const { return has_sentinels() && !master_; }
    bool attempting() const { return state_ == state::dialling || state_ == state::logging_in; }

    void begin_attempt();
    void dial();
    void ask_login();
    void put(question what, std::initializer_list<std::string_view> command);
    void put(sent_request& request);
    void answer(question what, const valkey_reply& reply);
    void take_master_address(const valkey_reply& reply);
    void take_role(const valkey_reply& reply);
    void take_information(const valkey_reply& reply);
    void take_policy(std::string_view information);
    void take_marker(const valkey_reply& reply);
    void login_error(const valkey_reply& reply);
    void take_reply(valkey_reply reply);
    void take_replicas(const valkey_reply& reply);
    void complete(sent_request answered);
    static sent_request* find(std::deque<sent_request>& among, ticket which);
    void become_ready();
    void next_sentinel(const std::string& reason);
    void attempt_failed(trouble_kind kind, const std::string& reason);
    void lost(const std::string& reason);
    void drop_connection();
    void back_off(trouble_kind kind);
    void fail_all(const std::string& reason);
    void warn_unverified(const std::string& why);
    void say(log_level level, std::string text);
    std::chrono::milliseconds next_delay(trouble_kind kind);

    const store_settings& settings_;
    kept_data kept_;
    std::function<double()> random_;
    pauses spans_;
    state state_ = state::idle;
    bool is_down_ = false;
    std::string why_down_;
    trouble_kind trouble_ = trouble_kind::passing;  // the reason for the current delay
    bool had_trouble_ = false;           // since it was last ready; being ready again is then worth a log line
    bool warned_unverified_ = false;     // warn only once
    std::optional<store_url> master_{};  // named by a Sentinel
    std::size_t sentinel_ = 0;           // index of the one asked now, or that answered last
    std::size_t sentinels_asked_ = 0;    // during this attempt
    unsigned attempts_failed_ = 0;
    std::string last_failure_;
    time_point now_;
    time_point due_;  // end of the current attempt or delay
    time_point ready_since_;
    std::optional<valkey_reader> reader_;
    std::deque<question> asked_;
    std::int64_t server_time_ms_ = 0;
    std::deque<sent_request> requests_;      // by number
    std::deque<sent_request> written_;       // replied to, but waiting for replicas; by number
    std::optional<time_point> wait_due_to_;  // when the first command that needs the next WAIT was asked
    ticket last_ = 0;
    std::string output_;
    std::vector<valkey_todo> steps_;
};

}  // namespace wampfcgi::store
