// Owns what a machine knows about the data set of a shared store: when it began, and whether it replaced an earlier
// one. Without this record, a store restarted without its data would look like a new one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::store {

struct known_memory {
    std::int64_t begun_ms = 0;      ///< by the clock of the server
    bool forgot_something = false;  ///< there was an earlier data set
    bool operator==(const known_memory&) const = default;
};

/// The record for a data set that began at `found_ms`.
known_memory known_after(const std::optional<known_memory>& before, std::int64_t found_ms);

/// The line in the file: "1795612345678 new" or "1795612345678 forgot".
std::string text_of(const known_memory& known);

/// Returns nothing for other text.
std::optional<known_memory> known_memory_in(std::string_view text);

}  // namespace wampfcgi::store
