// Owns the interface between the services and a session with the router.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace wampfcgi::bridge {

/// Is told how a call goes.
class call_sink {
public:
    /// The call has ended. Told once; the sink may be destroyed meanwhile.
    virtual void ended(outcome how) = 0;

protected:
    ~call_sink() = default;
};

/// Acts in one realm under one role. wamp::session is the real one. Everything happens on the thread of the event loop,
/// and nothing is told from within a function of this interface.
class session {
public:
    /// Names what is under way; never 0.
    using call_id = std::uint64_t;

    virtual ~session() = default;

    /// Makes a call, waiting for the session where there is none. `sink` is told the end, shortly after the call's
    /// timeout at the latest, and must live until then or until the call is cancelled.
    virtual call_id call(wampfcgi::call what, call_sink& sink) = 0;

    /// Gives a call up: it is cancelled at the router where that is possible, and its sink forgotten. Does nothing for
    /// a call that has ended.
    virtual void cancel(call_id id) = 0;

    /// Most bytes of MessagePack that the arguments of a call may have: those of a longer one cannot be sent, as far as
    /// is known now.
    virtual std::size_t longest_arguments() const { return std::numeric_limits<std::size_t>::max(); }
};

}  // namespace wampfcgi::bridge
