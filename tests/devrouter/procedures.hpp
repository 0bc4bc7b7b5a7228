#pragma once
// The built-in procedures. Those that answer by the rules are in procedures.cpp, those that break them in faults.cpp.

#include "router.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wampfcgi::devrouter {

inline constexpr std::string_view stats_procedure = "com.example.stats";

void add_procedures(procedure_table& table);
void add_faults(procedure_table& table);

/// The call's only argument as a time in seconds, up to a year. Answers the call where it is none.
std::optional<std::chrono::steady_clock::duration> read_seconds(dealer& calls, const invocation& call);

}  // namespace wampfcgi::devrouter
