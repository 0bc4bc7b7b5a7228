#pragma once
// The built-in procedures. Those that answer by the rules are in procedures.cpp, progress.cpp and publishing.cpp, those
// that break them in faults.cpp and event_faults.cpp.

#include "message.hpp"
#include "router.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wampfcgi::devrouter {

inline constexpr std::string_view stats_procedure = "com.example.stats";

void add_procedures(procedure_table& table);
void add_progress(procedure_table& table);
void add_publishing(procedure_table& table);
/// The registration meta API, as far as it takes to know what can be called.
void add_registrations(procedure_table& table);
void add_faults(procedure_table& table);
void add_event_faults(procedure_table& table);

/// Answers the call with wamp.error.invalid_argument.
void refuse(dealer& calls, const invocation& call, std::string_view expected);
/// The positional arguments, where there are at least so many and at most so many.
std::optional<elements> read_args(const invocation& call, std::size_t least, std::size_t most);
/// An integer at that place; `otherwise` where the arguments end before it, nothing for something else or more than
/// that.
std::optional<std::uint64_t> read_number(const elements& args, std::size_t at, std::uint64_t otherwise,
                                         std::uint64_t most);
/// A number of seconds, up to a year.
std::optional<std::chrono::steady_clock::duration> read_time(std::string_view packed);
/// [number], or [number, text] where there is a text.
packed numbered(std::uint64_t number, std::string_view text);

/// The call's only argument as a time in seconds, up to a year. Answers the call where it is none.
std::optional<std::chrono::steady_clock::duration> read_seconds(dealer& calls, const invocation& call);

}  // namespace wampfcgi::devrouter
