// Owns a caller for tests: it writes down what was called, and ends calls when it is told to, or from within submit().
#pragma once

#include "wampfcgi/bridge/caller.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace wampfcgi {

class fake_caller final : public bridge::caller {
public:
    call_id submit(call what, completion done) override
    {
        if (breaks)
            throw std::runtime_error("broken");
        calls.push_back(std::move(what));
        const call_id id = calls.size();
        if (at_once)
            done(*at_once);
        else
            waiting_.emplace(id, std::move(done));
        return id;
    }

    void cancel(call_id id) override
    {
        if (waiting_.erase(id) != 0)
            cancelled.push_back(id);
    }

    std::size_t longest_arguments() const override { return longest; }

    /// Ends the call that has waited longest.
    void end(outcome how)
    {
        auto first = waiting_.extract(waiting_.begin());
        first.mapped()(std::move(how));
    }

    std::vector<call> calls;                                        ///< in the order in which they were submitted
    std::vector<call_id> cancelled;                                 ///< those among them that had not ended
    std::optional<outcome> at_once;                                 ///< set: every call ends with it within submit()
    std::size_t longest = std::numeric_limits<std::size_t>::max();  ///< arguments that can be sent, in bytes
    bool breaks = false;                                            ///< submit() throws

private:
    std::map<call_id, completion> waiting_;
};

}  // namespace wampfcgi
