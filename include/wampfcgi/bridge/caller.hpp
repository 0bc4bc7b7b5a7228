// Owns the interface between the bridge and whatever makes calls for it.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace wampfcgi::bridge {

/// Makes WAMP calls in one realm under one role. wamp::connection is the real one.
/// Everything happens on the thread of the event loop.
class caller {
public:
    /// Takes the outcome; called exactly once for each submitted call, at the latest shortly after its timeout.
    /// May be called from within submit().
    using completion = std::function<void(outcome)>;
    using call_id = std::uint64_t;

    virtual ~caller() = default;

    /// Starts a call, waiting for the session where there is none yet.
    virtual call_id submit(call what, completion done) = 0;

    /// Most bytes of MessagePack that the arguments of a call may have: those of a longer one cannot be sent, as far as
    /// is known now.
    virtual std::size_t longest_arguments() const { return std::numeric_limits<std::size_t>::max(); }

    /// Gives a submitted call up: it is cancelled at the router where that is possible, and its completion is not
    /// called any more. Does nothing for a call that has completed.
    virtual void cancel(call_id id) = 0;
};

}  // namespace wampfcgi::bridge
