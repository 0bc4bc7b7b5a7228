#pragma once
// The built-in procedures. Regular ones are in procedures.cpp, progress.cpp and publishing.cpp; those that break the
// protocol are in faults.cpp and event_faults.cpp.

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
/// The part of the registration meta API that lists procedures.
void add_registrations(procedure_table& table);
void add_faults(procedure_table& table);
void add_event_faults(procedure_table& table);

/// Answers the call with wamp.error.invalid_argument.
void refuse(dealer& calls, const invocation& call, std::string_view expected);
/// The positional arguments, if their number is between `least` and `most`.
std::optional<elements> read_args(const invocation& call, std::size_t least, std::size_t most);
/// The integer at `at`; `otherwise` when there are fewer arguments; nothing for another type or more than `most`.
std::optional<std::uint64_t> read_number(const elements& args, std::size_t at, std::uint64_t otherwise,
                                         std::uint64_t most);
/// A number of seconds, up to a year.
std::optional<std::chrono::steady_clock::duration> read_time(std::string_view packed);
/// [number], or [number, text] if there is a text.
packed numbered(std::uint64_t number, std::string_view text);

/// The call's only argument, in seconds up to a year. Refuses the call if it is something else.
std::optional<std::chrono::steady_clock::duration> read_seconds(dealer& calls, const invocation& call);

}  // namespace wampfcgi::devrouter
