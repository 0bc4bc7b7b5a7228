#pragma once
// The procedures of one joined session: handles REGISTER, UNREGISTER, YIELD and ERROR, sends INVOCATION and INTERRUPT.
// It lives as long as the session is joined. Then its procedures are removed, and pending callers get an ERROR.

#include "dealer.hpp"
#include "message.hpp"
#include "router.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace wampfcgi::devrouter {

class session;

class callee : public std::enable_shared_from_this<callee> {
public:
    explicit callee(session& owner);
    ~callee();
    callee(const callee&) = delete;
    callee& operator=(const callee&) = delete;

    void on_register(const elements& message);
    void on_unregister(const elements& message);
    void on_yield(const elements& message);
    void on_error(const elements& message);

    /// Returns the invocation's id; 0 when the invocation is over the callee's limit, and was not sent.
    std::uint64_t invoke(dealer& caller, const invocation& call, std::uint64_t registration_id);
    /// True when the callee announced that its calls can be cancelled.
    bool heeds_interrupts() const { return heeds_interrupts_; }
    void interrupt(std::uint64_t invocation_id, std::string_view mode);

private:
    struct open_invocation {
        std::weak_ptr<dealer> caller;
        std::uint64_t call_id;
    };

    void register_procedure(std::uint64_t request, std::string_view name);
    /// Returns nothing when the invocation is over. An id that was never used breaks the protocol.
    std::shared_ptr<dealer> find_caller(std::uint64_t invocation_id);
    void refuse(std::uint64_t type, std::uint64_t request, std::string_view uri);

    session& owner_;
    registry& registry_;
    std::uint64_t last_invocation_id_ = 0;
    std::unordered_map<std::uint64_t, open_invocation> open_;
    bool heeds_interrupts_ = false;
    bool sends_progress_ = false;
};

}  // namespace wampfcgi::devrouter
