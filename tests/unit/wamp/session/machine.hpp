// Owns driving the state machine of a session in tests: settable clock and randomness, steps as text.
#pragma once

#include "wamp/session/session_fsm.hpp"

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {

/// One step as text: "connect 0", "arm 5000", "log warning", ...
struct step_name {
    std::string operator()(const step::connect& each) const { return "connect " + std::to_string(each.url); }
    std::string operator()(const step::send_hello&) const { return "hello"; }
    std::string operator()(const step::send_goodbye&) const { return "goodbye"; }
    std::string operator()(const step::answer_goodbye&) const { return "answer_goodbye"; }
    std::string operator()(const step::close_link&) const { return "close"; }
    std::string operator()(const step::arm_timer& each) const { return "arm " + std::to_string(each.delay.count()); }
    std::string operator()(const step::disarm_timer&) const { return "disarm"; }
    std::string operator()(const step::send_waiting&) const { return "send_waiting"; }
    std::string operator()(const step::fail_in_flight&) const { return "fail_in_flight"; }
    std::string operator()(const step::fail_waiting&) const { return "fail_waiting"; }
    std::string operator()(const step::stopped&) const { return "stopped"; }
    std::string operator()(const step::log& each) const
    {
        return each.level == log_level::warning ? "log warning" : "log info";
    }
};

/// A state machine for realm1 as "backend" with `urls` routers r0, r1, ...; uses the shortest delays.
class machine {
public:
    using state = session_fsm::state;

    explicit machine(std::size_t urls = 1) : fsm(parameters(urls), [this] { return random; }) {}
    machine(const machine&) = delete;
    machine& operator=(const machine&) = delete;

    /// The steps for an event, separated by ", ".
    std::string feed(const session_event& what)
    {
        std::string text;
        for (const session_step& each : fsm.resume(what, now)) {
            text += (text.empty() ? "" : ", ") + std::visit(step_name{}, each);
            if (const auto* line = std::get_if<step::log>(&each))
                logged = with_fields(*line);
            if (const auto* armed = std::get_if<step::arm_timer>(&each))
                delay = armed->delay;
        }
        return text;
    }

    /// Brings a new machine to a state on the shortest way.
    machine& reach(state wanted)
    {
        if (wanted == state::idle)
            return *this;
        feed(event::start{});
        if (wanted == state::backing_off)
            while (fsm.current() != state::backing_off)
                feed(event::link_down{"refused"});
        if (wanted == state::joining || wanted == state::joined || wanted == state::leaving)
            feed(event::link_up{});
        if (wanted == state::joined || wanted == state::leaving)
            feed(event::welcomed{"backend"});
        if (wanted == state::leaving || wanted == state::stopped)
            feed(event::stop{});
        return *this;
    }

    session_fsm::time_point now{std::chrono::hours(1)};
    double random = 0;
    std::string logged;                  ///< the last log line
    std::chrono::milliseconds delay{0};  ///< of the timer armed last
    session_fsm fsm;

private:
    static std::string with_fields(const step::log& line)
    {
        std::string text = line.text;
        for (const auto& each : line.with)
            text.append(" ").append(each.key).append("=").append(each.value);
        return text;
    }

    static session_fsm::parameters parameters(std::size_t urls)
    {
        session_fsm::parameters given;
        for (std::size_t i = 0; i < urls; ++i)
            given.urls.push_back("r" + std::to_string(i));
        given.realm = "realm1";
        given.role = "backend";
        return given;
    }
};

inline std::ostream& operator<<(std::ostream& out, session_fsm::state state)
{
    static const char* const names[] = {"idle", "connecting", "joining", "joined", "leaving", "backing_off", "stopped"};
    return out << names[static_cast<std::size_t>(state)];
}

}  // namespace wampfcgi::wamp
