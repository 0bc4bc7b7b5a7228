// Owns a session for tests: it writes down what was called, and ends calls when it is told to.
#pragma once

#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wampfcgi {

class fake_session final : public bridge::session {
public:
    call_id call(wampfcgi::call what, bridge::call_sink& sink) override
    {
        if (breaks)
            throw std::runtime_error("broken");
        calls.push_back(std::move(what));
        const call_id id = calls.size();
        waiting_.emplace(id, &sink);
        return id;
    }

    void cancel(call_id id) override
    {
        if (waiting_.erase(id) != 0)
            cancelled.push_back(id);
    }

    std::size_t longest_arguments() const override { return longest; }

    std::size_t waiting() const noexcept { return waiting_.size(); }

    /// Ends the call that has waited longest.
    void end(outcome how) { end_call(waiting_.begin()->first, std::move(how)); }

    /// Does nothing when the call has ended, or has been cancelled.
    void end_call(call_id id, outcome how)
    {
        if (const auto ended = waiting_.extract(id))
            ended.mapped()->ended(std::move(how));
    }

    std::vector<wampfcgi::call> calls;                              ///< in the order in which they were made
    std::vector<call_id> cancelled;                                 ///< those among them that had not ended
    std::size_t longest = std::numeric_limits<std::size_t>::max();  ///< arguments that can be sent, in bytes
    bool breaks = false;                                            ///< call() throws

private:
    std::map<call_id, bridge::call_sink*> waiting_;
};

}  // namespace wampfcgi
