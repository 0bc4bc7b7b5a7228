// Owns what a machine knows of the memory of a shared store: when it began, and whether it has forgotten what was there
// before. A store that was restarted without its data looks like a new one, but for what is remembered here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::store {

struct known_memory {
    std::int64_t begun_ms = 0;      ///< by the clock of the server
    bool forgot_something = false;  ///< there was another memory before it
    bool operator==(const known_memory&) const = default;
};

/// What to remember of a memory that began at `found_ms`.
known_memory known_after(const std::optional<known_memory>& before, std::int64_t found_ms);

/// As a file has it: "1795612345678 new" or "1795612345678 forgot", a line.
std::string text_of(const known_memory& known);

/// None: it is not such a text.
std::optional<known_memory> known_memory_in(std::string_view text);

}  // namespace wampfcgi::store
