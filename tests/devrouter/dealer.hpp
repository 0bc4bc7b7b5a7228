#pragma once
// The calls of one joined session: handles CALL and CANCEL, sends RESULT and ERROR, keeps pending calls. It lives as
// long as the session is joined; timers that outlive it do nothing.

#include "message.hpp"
#include "router.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wampfcgi::devrouter {

class session;

/// Whether the caller accepts progressive results.
enum class progress_wish { none, wanted };
/// Whether the caller wants to be disclosed to the callee.
enum class disclosure_wish { none, wanted };

/// A CALL as its procedure sees it. The payload is packed; empty means not sent.
struct invocation {
    std::uint64_t id = 0;
    std::string_view args;
    std::string_view kwargs;
    progress_wish progress = progress_wish::none;
    disclosure_wish disclosure = disclosure_wish::none;
};

/// The reaction of a procedure to a cancelled call.
enum class on_cancel {
    stop,   ///< the procedure and the call end
    go_on,  ///< the procedure goes on: the caller gets its ERROR unless it chose to wait; the RESULT is still sent
    hush,   ///< the procedure goes on, and the router does not answer the CANCEL either
};

/// Whether a procedure has more steps to do.
enum class remains { more, nothing };

class dealer : public std::enable_shared_from_this<dealer> {
public:
    explicit dealer(session& owner);
    ~dealer();
    dealer(const dealer&) = delete;
    dealer& operator=(const dealer&) = delete;

    void on_call(const elements& message);
    void on_cancel_message(const elements& message);

    /// The payload is packed; empty means not sent.
    void result(std::uint64_t id, std::string_view args = {}, std::string_view kwargs = {});
    void error(std::uint64_t id, std::string_view uri, std::string_view args = {}, std::string_view kwargs = {});
    void error_text(std::uint64_t id, std::string_view uri, std::string_view text);
    void result_after(std::uint64_t id, std::chrono::steady_clock::duration delay, on_cancel manners,
                      std::string_view args);
    void progress(std::uint64_t id, std::string_view args = {}, std::string_view kwargs = {});
    /// Runs `step` after each interval, until nothing remains or a CANCEL stops it.
    void work(std::uint64_t id, std::chrono::steady_clock::duration interval, on_cancel manners,
              std::function<remains()> step);
    void never_answer(std::uint64_t id);
    /// Passes on a session callee's answer. Dropped when the call is over; progress also when it was not requested.
    void serve(std::uint64_t id, progress_wish kind, std::string_view args, std::string_view kwargs);
    void fail_served(std::uint64_t id, std::string_view uri, std::string_view args = {}, std::string_view kwargs = {});

    session& owner() { return owner_; }

private:
    struct pending_call {
        on_cancel manners;
        bool answered = false;
        std::function<remains()> step;
        std::optional<boost::asio::steady_timer> pause;
        std::chrono::milliseconds timeout{0};
        progress_wish progress = progress_wish::none;
        std::weak_ptr<callee> served_by;  // a session that is the callee
        std::uint64_t invocation_id = 0;
        std::optional<boost::asio::steady_timer> deadline;
    };

    void run(const invocation& call, std::string_view name);
    void invoke(const invocation& call, const registration& to);
    void pause(std::uint64_t id, std::chrono::steady_clock::duration time);
    void take_step(std::uint64_t id, std::chrono::steady_clock::duration interval);
    /// Returns false when the result is over the caller's limit, and was not sent.
    bool send_result(std::uint64_t id, std::string_view args, std::string_view kwargs, progress_wish kind);
    /// Answers a pending call with an error, before its procedure does.
    void give_up(std::uint64_t id, std::string_view uri);
    void start_deadline(std::uint64_t id, std::chrono::milliseconds timeout);

    session& owner_;
    std::unordered_map<std::uint64_t, pending_call> pending_;
};

}  // namespace wampfcgi::devrouter
